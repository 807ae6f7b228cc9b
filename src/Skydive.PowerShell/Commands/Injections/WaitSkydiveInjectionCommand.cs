using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Waits until injections are over, and gives them.</summary>
[Cmdlet(VerbsLifecycle.Wait, "SkydiveInjection")]
[OutputType(typeof(Injection))]
public sealed class WaitSkydiveInjectionCommand : SessionCommand
{
    /// <summary>Identifiers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of injections.")]
    [Alias("UUID")]
    [ArgumentCompleter(typeof(InjectionIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>How long to wait.</summary>
    [Parameter(HelpMessage = "How long to wait, in seconds; as long as it takes when it is left out.")]
    [ValidateRange(1, int.MaxValue)]
    public int? TimeoutSeconds { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (string id in Id)
        {
            Attempt(id, () =>
            {
                TimeSpan? timeout = TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
                var wait = Await(token => InjectionWait.RunAsync(client, id, timeout, token));
                if (wait.Problem is { } problem)
                {
                    WriteError(ErrorRecords.Make(new TimeoutException(problem), "OperationTimeout", ErrorCategory.OperationTimeout, id, InjectionWait.Advice));
                    return;
                }

                WriteObject(new Injection(wait.Injection));
            });
        }
    }
}
