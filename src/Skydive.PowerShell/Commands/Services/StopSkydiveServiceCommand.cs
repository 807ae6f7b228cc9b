using System.Globalization;
using System.Management.Automation;
using Skydive.Contracts;

namespace Skydive.PowerShell;

/// <summary>Stops a service of this host in the orderly way.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SkydiveService", SupportsShouldProcess = true)]
[OutputType(typeof(Service))]
public sealed class StopSkydiveServiceCommand : LocalCommand
{
    /// <summary>What it does; the only service that there is when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What the service does; the only one that there is when it is left out.")]
    public ServiceRole? Role { get; set; }

    /// <summary>How long it may take.</summary>
    [Parameter(HelpMessage = "How many seconds it may take to end.")]
    [ValidateRange(0, 86400)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>Kills it when it takes longer.</summary>
    [Parameter(HelpMessage = "Kills it when it takes longer than -TimeoutSeconds; what it has not stored is lost.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the service that was stopped.</summary>
    [Parameter(HelpMessage = "Gives the service that was stopped.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Role;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (FindRole(Role) is not { } role || !ShouldProcess($"service {NameOf(role)}", "Stop"))
        {
            return;
        }

        string[] arguments =
        [
            "service", "stop", "--role", NameOf(role), "--timeout", TimeoutSeconds.ToString(CultureInfo.InvariantCulture), .. Force ? ["--force"] : Array.Empty<string>(),
        ];
        if (Ask(role, arguments, ContractsJsonContext.Default.IReadOnlyListLocalService) is [var service] && PassThru)
        {
            WriteObject(new Service(service));
        }
    }
}
