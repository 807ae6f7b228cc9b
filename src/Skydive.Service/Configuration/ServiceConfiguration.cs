using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Metadata;

namespace Skydive.Service.Configuration;

/// <summary>The settings that are in force: what was set, and the defaults for the rest.</summary>
internal sealed class ServiceConfiguration
{
    // Groups that Skydive has and that hold nothing here.
    private static readonly string[] s_sections = ["auth", "cache", "dpdk", "etcd", "opencontrail", "ovs", "plugin", "rbac", "tls", "ui"];

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
        return new(key, value, ConfigurationSetting.DefaultSource);
    }

    public string? GetText(string key) => Find(key)?.Value as string;

    public long GetInteger(string key) => (long)Find(key)!.Value;

    public bool GetFlag(string key) => (bool)Find(key)!.Value;

    public long GetSize(string key) => (long)Find(key)!.Value;

    public TimeSpan GetDuration(string key) => (TimeSpan)Find(key)!.Value;

    public IPEndPoint GetEndpoint(string key) => (IPEndPoint)Find(key)!.Value;

    /// <summary>A setting, or a section of them, as JSON: durations in seconds, as they are written in the file; secrets hidden.</summary>
    public string ToJson(string key) => Describe(key) is { } setting ? MetadataJson.ToJson(setting.Value) : SectionToJson(key);

    /// <summary>All settings: those that were set, and the defaults of the others, in the order of their definitions.</summary>
    public IEnumerable<ConfigurationSetting> List()
    {
        foreach (var definition in SettingDefinitions.All)
        {
            bool isGroup = definition.Key.Contains('*', StringComparison.Ordinal);
            var set = isGroup
                ? _settings.Values.Where(setting => SettingDefinitions.Find(setting.Key) == definition).OrderBy(static setting => setting.Key, StringComparer.Ordinal)
                : Enumerable.Empty<Setting>();
            foreach (var setting in set)
            {
                yield return Describe(setting.Key, definition, setting);
            }

            yield return Describe(definition.Key, definition, isGroup ? null : Find(definition.Key));
        }
    }

    /// <summary>A setting with all that is known of it; null when the key is not known.</summary>
    public ConfigurationSetting? Describe(string key) => SettingDefinitions.Find(key) is { } definition ? Describe(key, definition, Find(key)) : null;

    /// <summary>A setting of a definition with all that is known of it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="definition">Its definition.</param>
    /// <param name="setting">What was set; null for nothing.</param>
    internal static ConfigurationSetting Describe(string key, SettingDefinition definition, Setting? setting)
    {
        object? byDefault = null;
        if (definition.Default is { } text)
        {
            SettingParser.Parse(definition, text, out byDefault);
        }

        object? value = setting is null ? byDefault : setting.Value;
        return new()
        {
            Key = key,
            Value = definition.IsSecret ? SettingValue.Hide(value) : SettingValue.ToPlain(value),
            Default = SettingValue.ToPlain(byDefault),
            Type = definition.Type.ToString(),
            Source = setting?.Source ?? ConfigurationSetting.DefaultSource,
            Description = definition.Description,
            IsSecret = definition.IsSecret,
        };
    }

    // A group of settings as an object. As from Skydive, a key that nobody knows is an empty text.
    private string SectionToJson(string key)
    {
        string prefix = key + ".";
        var section = new JsonObject();
        foreach (string known in SettingDefinitions.All.Select(static definition => definition.Key).Where(known => known.StartsWith(prefix, StringComparison.Ordinal) && !known.Contains('*', StringComparison.Ordinal)))
        {
            string[] parts = known[prefix.Length..].Split('.');
            var inner = section;
            foreach (string part in parts[..^1])
            {
                if (inner[part] is not JsonObject next)
                {
                    inner[part] = next = [];
                }

                inner = next;
            }

            inner[parts[^1]] = JsonNode.Parse(ToJson(known));
        }

        return section.Count > 0 || s_sections.Contains(key) ? section.ToJsonString() : "\"\"";
    }

    /// <summary>A setting of keys and values, or a list of such; null when it is not set.</summary>
    public MetadataValue GetTree(string key) => Find(key)?.Value is MetadataValue tree ? tree : default;

    public IReadOnlyList<string> GetList(string key) => Find(key)?.Value as string[] ?? [];

    /// <summary>What was set of a group of settings, by what stands for the <c>*</c> at the end of its key.</summary>
    /// <param name="group">The key without the <c>*</c>, ending in a dot.</param>
    public IEnumerable<(string Name, Setting Setting)> FindAll(string group) => _settings.Values
        .Where(setting => setting.Key.StartsWith(group, StringComparison.Ordinal))
        .Select(setting => (setting.Key[group.Length..], setting));
}
