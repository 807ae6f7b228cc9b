using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>Removes edges that were added.</summary>
[Cmdlet(VerbsCommon.Remove, "SkydiveEdge", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveSkydiveEdgeCommand : SessionCommand
{
    /// <summary>Their identifiers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of the edges, or edges down the pipeline.")]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override object? ErrorTarget => Id;

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (string id in Id)
        {
            if (ShouldProcess($"edge {id}", "Remove"))
            {
                Attempt(id, () => Await(token => client.DeleteEdgeAsync(id, token)));
            }
        }
    }
}
