using System.Management.Automation;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Configuration;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell;

/// <summary>Sets settings in a configuration file; comments, order and layout stay.</summary>
[Cmdlet(VerbsCommon.Set, "SkydiveConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(Setting))]
public sealed class SetSkydiveConfigurationCommand : LocalCommand
{
    /// <summary>The key.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The key.")]
    [ArgumentCompleter(typeof(ConfigurationKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string Key { get; set; } = string.Empty;

    /// <summary>The value.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "The value: a text, number, truth, TimeSpan, list, dictionary, or SecureString.")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>The file; that of the system when it is left out.</summary>
    [Parameter(Position = 2, HelpMessage = "The configuration file; that of the system when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Writes the file though a service would not start with it as it is then.</summary>
    [Parameter(HelpMessage = "Writes the file though a service would not start with it as it is then: for changes that take several steps.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the settings as they are in the file now.</summary>
    [Parameter(HelpMessage = "Gives the settings as they are in the file now.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Key;

    /// <inheritdoc/>
    protected override void Process()
    {
        string? path = Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path);
        if (Value is null)
        {
            WriteError(ErrorRecords.Make(new ArgumentException($"{Key}: there is no value to set"), "InvalidSetting", ErrorCategory.InvalidArgument, Key, null));
            return;
        }

        var values = SettingText.Elements(Value);
        if (values is [ConfigurationSetting.Hidden])
        {
            WriteError(ErrorRecords.Make(
                new ArgumentException($"{Key}: {ConfigurationSetting.Hidden} stands for a secret that is not shown, and is not its value"), "InvalidSetting", ErrorCategory.InvalidArgument, Key, "Give the secret itself, best as a SecureString."));
            return;
        }

        if (!ShouldProcess(path is null ? Key : $"{Key} in {path}", "Set"))
        {
            return;
        }

        // Values go by standard input: arguments can be seen by others.
        if (values.Any(static value => value.AsSpan().ContainsAny('\r', '\n')))
        {
            throw new ArgumentException($"{Key}: a value must not have several lines");
        }

        string[] arguments =
        [
            "config", "set", Key, "--from-input", .. path is null ? Array.Empty<string>() : ["-c", path], .. Force ? ["--force"] : Array.Empty<string>(), "--format", "json",
        ];
        WriteVerbose($"skydive {string.Join(' ', arguments)}");
        var answer = Await(token => ServiceProgram.RunAsync(arguments, values.Count == 0 ? null : string.Join('\n', values) + "\n", token));
        if (answer.ExitCode != 0)
        {
            WriteError(ErrorRecords.From(ServiceProgram.Fault(answer), Key));
            return;
        }

        foreach (string warning in answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            WriteWarning(warning);
        }

        if (PassThru)
        {
            foreach (var setting in JsonSerializer.Deserialize(answer.Output, ContractsJsonContext.Default.IReadOnlyListConfigurationSetting) ?? [])
            {
                WriteObject(new Setting(setting));
            }
        }
    }
}
