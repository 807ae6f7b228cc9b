using System.Management.Automation;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell;

/// <summary>Stops a unit of systemd and removes it; configuration and history stay.</summary>
[Cmdlet(VerbsLifecycle.Uninstall, "SkydiveService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class UninstallSkydiveServiceCommand : LocalCommand
{
    /// <summary>What it does.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What the service does; AllInOne when it is left out.")]
    public ServiceRole Role { get; set; }

    /// <summary>The folder of the unit instead of that of systemd.</summary>
    [Parameter(HelpMessage = "The folder of the unit instead of that of systemd, which is not told then.")]
    [ValidateNotNullOrEmpty]
    public string? UnitPath { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Role;

    /// <inheritdoc/>
    protected override void Process()
    {
        string? folder = UnitPath is null ? null : GetUnresolvedProviderPathFromPSPath(UnitPath);
        if (!ShouldProcess($"unit skydive-{NameOf(Role)}.service{(folder is null ? string.Empty : $" in {folder}")}", "Stop and remove"))
        {
            return;
        }

        try
        {
            Run(["service", "uninstall", "--role", NameOf(Role), .. folder is null ? Array.Empty<string>() : ["--unit-path", folder]]);
        }
        catch (CommandFailedException exception)
        {
            WriteError(ErrorRecords.From(exception, Role));
        }
    }
}
