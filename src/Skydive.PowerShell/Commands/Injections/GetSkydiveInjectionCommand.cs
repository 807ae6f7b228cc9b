using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists injections, those that are over too.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveInjection")]
[OutputType(typeof(Injection))]
public sealed class GetSkydiveInjectionCommand : SessionCommand
{
    /// <summary>Identifiers.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of injections; all when it is left out.")]
    [Alias("UUID")]
    [ArgumentCompleter(typeof(InjectionIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>How they do.</summary>
    [Parameter(HelpMessage = "Those only that do so: Active, Completed, Failed or Interrupted.")]
    public InjectionState? State { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        if (Id.Length == 0)
        {
            Write(Await(client.ListInjectionsAsync));
            return;
        }

        foreach (string id in Id)
        {
            Attempt(id, () => Write([Await(token => client.GetInjectionAsync(id, token))]));
        }
    }

    private void Write(IEnumerable<Contracts.Injections.Injection> injections) => WriteObject(
        injections.Select(static injection => new Injection(injection)).Where(injection => State is null || injection.State == State), enumerateCollection: true);
}
