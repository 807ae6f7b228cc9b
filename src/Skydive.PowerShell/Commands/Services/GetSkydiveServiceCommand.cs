using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>Shows the services of this host: those that were started in the background, and units of systemd.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveService")]
[OutputType(typeof(Service))]
public sealed class GetSkydiveServiceCommand : LocalCommand
{
    /// <summary>Only these roles.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Only these roles.")]
    public ServiceRole[]? Role { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Role;

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var service in ListServices("service") ?? [])
        {
            var shown = new Service(service);
            if (Role is null || Role.Contains(shown.Role))
            {
                WriteObject(shown);
            }
        }
    }
}
