using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Stops injections and forgets them.</summary>
[Cmdlet(VerbsCommon.Remove, "SkydiveInjection", SupportsShouldProcess = true)]
[Alias("Stop-SkydiveInjection")]
[OutputType(typeof(Injection))]
public sealed class RemoveSkydiveInjectionCommand : SessionCommand
{
    /// <summary>Identifiers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of injections.")]
    [Alias("UUID")]
    [ArgumentCompleter(typeof(InjectionIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Gives the injections that were removed.</summary>
    [Parameter(HelpMessage = "Gives the injections that were removed, as they were before.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (string id in Id)
        {
            Attempt(id, () =>
            {
                var injection = Await(token => client.GetInjectionAsync(id, token));
                if (!ShouldProcess($"injection {id} ({injection.PacketCount ?? 0} packets sent)", "Stop"))
                {
                    return;
                }

                Await(token => client.DeleteInjectionAsync(id, token));
                if (PassThru)
                {
                    WriteObject(new Injection(injection));
                }
            });
        }
    }
}
