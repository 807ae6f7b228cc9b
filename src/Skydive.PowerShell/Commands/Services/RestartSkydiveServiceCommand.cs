using System.Globalization;
using System.Management.Automation;
using Skydive.Contracts;

namespace Skydive.PowerShell;

/// <summary>Stops a service of this host and starts it as it was started.</summary>
[Cmdlet(VerbsLifecycle.Restart, "SkydiveService", SupportsShouldProcess = true)]
[OutputType(typeof(Service))]
public sealed class RestartSkydiveServiceCommand : LocalCommand
{
    /// <summary>What it does; the only service that there is when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What the service does; the only one that there is when it is left out.")]
    public ServiceRole? Role { get; set; }

    /// <summary>How long it may take to end, and how long -Wait waits.</summary>
    [Parameter(HelpMessage = "How many seconds it may take to end, and -Wait waits.")]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Kills it when it takes longer to end.</summary>
    [Parameter(HelpMessage = "Kills it when it takes longer than -TimeoutSeconds to end; what it has not stored is lost.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Waits until it is ready again.</summary>
    [Parameter(HelpMessage = "Waits until it is ready again.")]
    public SwitchParameter Wait { get; set; }

    /// <summary>Gives the service.</summary>
    [Parameter(HelpMessage = "Gives the service.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Role;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (FindRole(Role) is not { } role || !ShouldProcess($"service {NameOf(role)}", "Restart"))
        {
            return;
        }

        string[] arguments =
        [
            "service", "restart", "--role", NameOf(role), "--timeout", TimeoutSeconds.ToString(CultureInfo.InvariantCulture),
            .. Force ? ["--force"] : Array.Empty<string>(), .. Wait ? ["--wait"] : Array.Empty<string>(),
        ];
        if (Ask(role, arguments, ContractsJsonContext.Default.IReadOnlyListLocalService) is [var service] && PassThru)
        {
            WriteObject(new Service(service));
        }
    }
}
