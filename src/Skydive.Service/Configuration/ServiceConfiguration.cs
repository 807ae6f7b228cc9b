using System.Net;
using System.Text.Json;
using Skydive.Contracts.Metadata;

namespace Skydive.Service.Configuration;

/// <summary>The settings that are in force: what was set, and the defaults for the rest.</summary>
internal sealed class ServiceConfiguration
{
    private readonly IReadOnlyDictionary<string, Setting> _settings;

    public ServiceConfiguration(IReadOnlyDictionary<string, Setting> settings) => _settings = settings;

    /// <summary>The value of a setting; null when it has neither a value nor a default.</summary>
    public Setting? Find(string key)
    {
        if (_settings.TryGetValue(key, out var setting))
        {
            return setting;
        }

        if (SettingDefinitions.Find(key) is not { Default: { } text } definition)
        {
            return null;
        }

        SettingParser.Parse(definition, text, out object value);
        return new(key, value, "default");
    }

    public string? GetText(string key) => Find(key)?.Value as string;

    public long GetInteger(string key) => (long)Find(key)!.Value;

    public bool GetFlag(string key) => (bool)Find(key)!.Value;

    public long GetSize(string key) => (long)Find(key)!.Value;

    public TimeSpan GetDuration(string key) => (TimeSpan)Find(key)!.Value;

    public IPEndPoint GetEndpoint(string key) => (IPEndPoint)Find(key)!.Value;

    /// <summary>
    /// A setting as JSON: durations in seconds, as they are written in the file; of secrets only whether they are set; null when there is no such setting.
    /// </summary>
    public string? ToJson(string key) => SettingDefinitions.Find(key) is not { } definition ? null : Find(key)?.Value switch
    {
        null => "null",
        _ when definition.IsSecret => "\"(not shown)\"",
        TimeSpan duration => JsonSerializer.Serialize(duration.TotalSeconds),
        IPEndPoint endpoint => JsonSerializer.Serialize(endpoint.ToString()),
        string[] list => JsonSerializer.Serialize(list),
        long number => JsonSerializer.Serialize(number),
        bool truth => JsonSerializer.Serialize(truth),
        MetadataValue tree => MetadataJson.ToJson(tree),
        var value => JsonSerializer.Serialize(value.ToString()),
    };

    /// <summary>A setting of keys and values, or a list of such; null when it is not set.</summary>
    public MetadataValue GetTree(string key) => Find(key)?.Value is MetadataValue tree ? tree : default;

    public IReadOnlyList<string> GetList(string key) => Find(key)?.Value as string[] ?? [];

    /// <summary>What was set of a group of settings, by what stands for the <c>*</c> at the end of its key.</summary>
    /// <param name="group">The key without the <c>*</c>, ending in a dot.</param>
    public IEnumerable<(string Name, Setting Setting)> FindAll(string group) => _settings.Values
        .Where(setting => setting.Key.StartsWith(group, StringComparison.Ordinal))
        .Select(setting => (setting.Key[group.Length..], setting));
}
