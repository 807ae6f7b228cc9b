using System.Management.Automation;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Configuration;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell;

/// <summary>Shows settings: of the service of the session, or as configuration files have them.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveConfiguration", DefaultParameterSetName = SessionSet)]
[OutputType(typeof(Setting))]
public sealed class GetSkydiveConfigurationCommand : SessionCommand
{
    private const string SessionSet = "Session";
    private const string PathSet = "Path";

    /// <summary>Keys or patterns; all when it is left out.</summary>
    [Parameter(Position = 0, HelpMessage = "Keys; wildcards are allowed. All when it is left out.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConfigurationKeyCompleter))]
    public string[] Key { get; set; } = ["*"];

    /// <summary>Where the values come from.</summary>
    [Parameter(HelpMessage = "Effective: what is in force, with the environment; File: what files set; Default: what is in force when nobody sets anything.")]
    public ConfigurationSource Source { get; set; }

    /// <summary>Configuration files, read as a service would that starts here; the service of the session when it is left out.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet, ValueFromPipelineByPropertyName = true, HelpMessage = "Configuration files, as a service that starts here would read them.")]
    [Alias("FullName", "ConfigurationPath")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override object? ErrorTarget => ParameterSetName == PathSet ? Path : Session;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Path.FirstOrDefault(path => !File.Exists(GetUnresolvedProviderPathFromPSPath(path))) is { } missing)
        {
            WriteError(ErrorRecords.NotFound("file", "FileNotFound", missing, "New-SkydiveConfiguration makes one."));
            return;
        }

        var settings = ParameterSetName == PathSet ? ReadFiles() : ReadService();
        foreach (string key in Key)
        {
            var pattern = WildcardPattern.Get(key, WildcardOptions.IgnoreCase);
            var found = settings.Where(setting => pattern.IsMatch(setting.Key)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(key))
            {
                // A key of a group, such as storage.sqlite.max_age, that nobody set: it has the group's default.
                if (settings.FirstOrDefault(setting => IsOfGroup(setting.Key, key)) is { } group)
                {
                    found.Add(group with { Key = key });
                }
                else
                {
                    WriteError(ErrorRecords.NotFound("setting", "SettingNotFound", key, "Get-SkydiveConfiguration shows the keys."));
                }
            }

            foreach (var setting in found)
            {
                WriteObject(new Setting(setting));
            }
        }
    }

    private static bool IsOfGroup(string group, string key)
    {
        string[] parts = group.Split('.');
        string[] names = key.Split('.');
        return parts.Contains("*") && parts.Length == names.Length && parts.Zip(names).All(static pair => pair.First == "*" || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsFromFile(ConfigurationSetting setting) =>
        setting.Source != ConfigurationSetting.DefaultSource && !setting.Source.StartsWith("SKYDIVE_", StringComparison.Ordinal);

    private IReadOnlyList<ConfigurationSetting> ReadService()
    {
        var settings = Await(Client.ListConfigurationAsync);
        return Source switch
        {
            ConfigurationSource.File => [.. settings.Where(IsFromFile)],
            ConfigurationSource.Default => [.. settings.Select(static setting => setting with { Value = setting.Default, Source = ConfigurationSetting.DefaultSource }).DistinctBy(static setting => setting.Key)],
            _ => settings,
        };
    }

    private IReadOnlyList<ConfigurationSetting> ReadFiles()
    {
        string[] files = [.. Path.SelectMany(path => new[] { "-c", GetUnresolvedProviderPathFromPSPath(path) })];
        string[] all = ["config", "list", "--source", NameOf(Source), .. files, "--format", "json"];
        WriteVerbose($"skydive {string.Join(' ', all)}");
        var answer = Await(token => ServiceProgram.RunAsync(all, null, token));

        // What is not valid in the files is told, and the rest shown.
        foreach (string problem in answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            WriteWarning(problem);
        }

        return answer.Output.Length > 0
            ? JsonSerializer.Deserialize(answer.Output, ContractsJsonContext.Default.IReadOnlyListConfigurationSetting) ?? []
            : throw ServiceProgram.Fault(answer);
    }

    private static string NameOf(ConfigurationSource source) => source.ToString().ToLowerInvariant();
}
