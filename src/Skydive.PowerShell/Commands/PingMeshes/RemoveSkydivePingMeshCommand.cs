using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Ends ping meshes and forgets them.</summary>
[Cmdlet(VerbsCommon.Remove, "SkydivePingMesh", SupportsShouldProcess = true)]
[OutputType(typeof(PingMesh))]
public sealed class RemoveSkydivePingMeshCommand : SessionCommand
{
    /// <summary>Identifiers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of meshes.")]
    [Alias("UUID", "MeshId")]
    [ArgumentCompleter(typeof(PingMeshIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Gives the meshes that were removed.</summary>
    [Parameter(HelpMessage = "Gives the meshes that were removed, as they were before.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (string id in Id)
        {
            Attempt(id, () =>
            {
                var mesh = Await(token => client.GetPingMeshAsync(id, token));
                if (!ShouldProcess($"ping mesh {mesh.Name ?? id} ({mesh.PairCount ?? 0} pairs)", "End"))
                {
                    return;
                }

                Await(token => client.DeletePingMeshAsync(id, token));
                if (PassThru)
                {
                    WriteObject(new PingMesh(mesh));
                }
            });
        }
    }
}
