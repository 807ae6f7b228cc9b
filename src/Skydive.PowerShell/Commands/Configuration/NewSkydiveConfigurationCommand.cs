using System.Management.Automation;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell;

/// <summary>Writes a configuration file that shows every setting with its default, commented out.</summary>
[Cmdlet(VerbsCommon.New, "SkydiveConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class NewSkydiveConfigurationCommand : LocalCommand
{
    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The file to write.")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>For which role.</summary>
    [Parameter(Position = 1, HelpMessage = "What the service is to do with it; settings that say nothing to it are left out.")]
    public ServiceRole Role { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter(HelpMessage = "Replaces a file that is there.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Path;

    /// <inheritdoc/>
    protected override void Process()
    {
        string path = GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(path, "Write configuration file"))
        {
            return;
        }

        try
        {
            Run(["config", "new", path, "--role", NameOf(Role), .. Force ? ["--force"] : Array.Empty<string>()]);
            WriteObject(new FileInfo(path));
        }
        catch (CommandFailedException exception)
        {
            WriteError(ErrorRecords.From(exception, Path));
        }
    }
}
