using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Stops captures on every node and removes them.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SkydiveCapture", SupportsShouldProcess = true, DefaultParameterSetName = IdSet)]
[Alias("Remove-SkydiveCapture")]
[OutputType(typeof(Capture))]
public sealed class StopSkydiveCaptureCommand : SessionCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>Identifiers.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = IdSet, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of captures.")]
    [Alias("UUID")]
    [ArgumentCompleter(typeof(CaptureNameCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Names or patterns.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NameSet, HelpMessage = "Names; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Gives the captures that were stopped.</summary>
    [Parameter(HelpMessage = "Gives the captures that were stopped.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        if (ParameterSetName == IdSet)
        {
            foreach (string id in Id)
            {
                Attempt(id, () => Stop(Await(token => client.GetCaptureAsync(id, token))));
            }

            return;
        }

        var captures = Await(client.ListCapturesAsync);
        foreach (string name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = captures.Where(capture => pattern.IsMatch(capture.Name ?? string.Empty)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.NotFound("capture", "CaptureNotFound", name, "Get-SkydiveCapture shows the captures."));
            }

            foreach (var capture in found)
            {
                Attempt(capture.UUID, () => Stop(capture));
            }
        }
    }

    private void Stop(Contracts.Captures.Capture capture)
    {
        string what = string.IsNullOrEmpty(capture.Name) ? capture.UUID : $"{capture.Name} ({capture.UUID})";
        if (!ShouldProcess($"capture {what} on {capture.Count} nodes", "Stop"))
        {
            return;
        }

        var client = Client;
        Await(token => client.DeleteCaptureAsync(capture.UUID, token));
        if (PassThru)
        {
            WriteObject(new Capture(capture with { Count = 0 }));
        }
    }
}
