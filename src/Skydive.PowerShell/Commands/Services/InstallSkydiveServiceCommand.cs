using System.Management.Automation;
using Skydive.Contracts;

namespace Skydive.PowerShell;

/// <summary>Installs a service as a unit of systemd that starts with the system.</summary>
[Cmdlet(VerbsLifecycle.Install, "SkydiveService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(Service))]
public sealed class InstallSkydiveServiceCommand : LocalCommand
{
    /// <summary>What it does.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What the service does; AllInOne when it is left out.")]
    public ServiceRole Role { get; set; }

    /// <summary>The user that it runs as.</summary>
    [Parameter(HelpMessage = "The user that it runs as; one of its own, made while it runs, when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>The capabilities that it has.</summary>
    [Parameter(HelpMessage = "The capabilities that it has, such as CAP_NET_RAW, or none; those that the role needs when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string[]? Capability { get; set; }

    /// <summary>Configuration files.</summary>
    [Parameter(HelpMessage = "Configuration files, later ones win; that of the system when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string[] ConfigurationPath { get; set; } = [];

    /// <summary>A folder for the unit instead of that of systemd.</summary>
    [Parameter(HelpMessage = "A folder for the unit instead of that of systemd, which is not told then: for packages.")]
    [ValidateNotNullOrEmpty]
    public string? UnitPath { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Role;

    /// <inheritdoc/>
    protected override void Process()
    {
        string? folder = UnitPath is null ? null : GetUnresolvedProviderPathFromPSPath(UnitPath);
        string[] unit =
        [
            "--role", NameOf(Role),
            .. ConfigurationPath.SelectMany(path => new[] { "-c", GetUnresolvedProviderPathFromPSPath(path) }),
            .. User is null ? Array.Empty<string>() : ["--user", User],
            .. (Capability ?? []).SelectMany(static capability => new[] { "--capability", capability }),
        ];
        string target = $"unit skydive-{NameOf(Role)}.service{(folder is null ? string.Empty : $" in {folder}")}";
        if (!ShouldProcess(target, "Install"))
        {
            return;
        }

        if (Ask(Role, ["service", "install", .. unit, .. folder is null ? Array.Empty<string>() : ["--unit-path", folder]], ContractsJsonContext.Default.IReadOnlyListLocalService) is [var service])
        {
            WriteObject(new Service(service));
        }
    }
}
