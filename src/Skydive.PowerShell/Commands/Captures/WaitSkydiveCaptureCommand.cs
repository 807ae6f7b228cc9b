using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Waits until captures are active, and gives them.</summary>
[Cmdlet(VerbsLifecycle.Wait, "SkydiveCapture")]
[OutputType(typeof(Capture))]
public sealed class WaitSkydiveCaptureCommand : SessionCommand
{
    /// <summary>Identifiers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of captures.")]
    [Alias("UUID")]
    [ArgumentCompleter(typeof(CaptureNameCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>The state to wait for.</summary>
    [Parameter(HelpMessage = "The state to wait for.")]
    public CaptureState State { get; set; } = CaptureState.Active;

    /// <summary>How long to wait.</summary>
    [Parameter(HelpMessage = "How long to wait, in seconds.")]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (string id in Id)
        {
            Attempt(id, () =>
            {
                var wait = Await(token => CaptureWait.RunAsync(client, id, State, TimeSpan.FromSeconds(TimeoutSeconds), token));
                if (wait.Problem is { } problem)
                {
                    WriteError(ErrorRecords.Make(new TimeoutException(problem), "OperationTimeout", ErrorCategory.OperationTimeout, id, CaptureWait.Advice));
                    return;
                }

                WriteObject(new Capture(wait.Capture));
            });
        }
    }
}
