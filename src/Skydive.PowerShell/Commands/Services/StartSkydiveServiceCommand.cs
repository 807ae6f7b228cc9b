using System.Globalization;
using System.Management.Automation;
using Skydive.Contracts;

namespace Skydive.PowerShell;

/// <summary>Starts a service on this host: its unit when one is installed, else in the background.</summary>
[Cmdlet(VerbsLifecycle.Start, "SkydiveService", SupportsShouldProcess = true)]
[OutputType(typeof(Service))]
public sealed class StartSkydiveServiceCommand : LocalCommand
{
    /// <summary>What it does.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What the service does; AllInOne when it is left out.")]
    public ServiceRole Role { get; set; }

    /// <summary>Configuration files; those of the system when it is left out.</summary>
    [Parameter(HelpMessage = "Configuration files, later ones win; that of the system when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string[] ConfigurationPath { get; set; } = [];

    /// <summary>Topology probes besides those that always run.</summary>
    [Parameter(HelpMessage = "Topology probes that run besides those that always do; those of the configuration when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string[] Probe { get; set; } = [];

    /// <summary>Where it serves its API.</summary>
    [Parameter(HelpMessage = "Where it serves its API, as address:port; what the configuration says when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string? ListenAddress { get; set; }

    /// <summary>Waits until it is ready.</summary>
    [Parameter(HelpMessage = "Waits until it is ready.")]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long -Wait waits.</summary>
    [Parameter(HelpMessage = "How many seconds -Wait waits.")]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Gives the service.</summary>
    [Parameter(HelpMessage = "Gives the service.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Role;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (!ShouldProcess($"service {NameOf(Role)}{(ListenAddress is null ? string.Empty : $" on {ListenAddress}")}", "Start"))
        {
            return;
        }

        string[] arguments =
        [
            "service", "start", "--role", NameOf(Role),
            .. ConfigurationPath.SelectMany(path => new[] { "-c", GetUnresolvedProviderPathFromPSPath(path) }),
            .. Probe.SelectMany(static probe => new[] { "--probe", probe }),
            .. ListenAddress is null ? Array.Empty<string>() : ["--listen", ListenAddress],
            .. Wait ? ["--wait", "--timeout", TimeoutSeconds.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
        if (Ask(Role, arguments, ContractsJsonContext.Default.IReadOnlyListLocalService) is [var service] && PassThru)
        {
            WriteObject(new Service(service));
        }
    }
}
