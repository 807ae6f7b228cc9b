using System.Management.Automation;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell;

/// <summary>Tells whether a service would start with a configuration file, and all that is wrong with it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SkydiveConfiguration")]
[OutputType(typeof(bool), typeof(ConfigurationDiagnostic))]
public sealed class TestSkydiveConfigurationCommand : LocalCommand
{
    /// <summary>The files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The configuration files; each is looked at alone.")]
    [Alias("FullName", "ConfigurationPath")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>For which role.</summary>
    [Parameter(Position = 1, HelpMessage = "What the service is to do with it.")]
    public ServiceRole Role { get; set; }

    /// <summary>Gives each thing that is wrong instead of true or false.</summary>
    [Parameter(HelpMessage = "Gives each thing that is wrong, with line and column, instead of true or false.")]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Path;

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string given in Path)
        {
            string path = GetUnresolvedProviderPathFromPSPath(given);
            if (!File.Exists(path))
            {
                WriteError(ErrorRecords.NotFound("file", "FileNotFound", given, "New-SkydiveConfiguration makes one."));
                continue;
            }

            string[] arguments = ["config", "test", path, "--role", NameOf(Role), "--format", "json"];
            WriteVerbose($"skydive {string.Join(' ', arguments)}");
            var answer = Await(token => ServiceProgram.RunAsync(arguments, null, token));
            if (answer.Output.Length == 0)
            {
                WriteError(ErrorRecords.From(ServiceProgram.Fault(answer), given));
                continue;
            }

            var diagnostics = JsonSerializer.Deserialize(answer.Output, ContractsJsonContext.Default.IReadOnlyListConfigurationDiagnostic) ?? [];
            foreach (var diagnostic in diagnostics.Select(static diagnostic => new ConfigurationDiagnostic(diagnostic)))
            {
                if (Detailed)
                {
                    WriteObject(diagnostic);
                }
                else
                {
                    WriteVerbose($"{diagnostic.Severity}: {diagnostic}");
                }
            }

            if (!Detailed)
            {
                WriteObject(answer.ExitCode == 0);
            }
        }
    }
}
