using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
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
        return new(key, value, "default");
    }

    public string? GetText(string key) => Find(key)?.Value as string;

    public long GetInteger(string key) => (long)Find(key)!.Value;

    public bool GetFlag(string key) => (bool)Find(key)!.Value;

    public long GetSize(string key) => (long)Find(key)!.Value;

    public TimeSpan GetDuration(string key) => (TimeSpan)Find(key)!.Value;

    public IPEndPoint GetEndpoint(string key) => (IPEndPoint)Find(key)!.Value;

    /// <summary>
    /// A setting as JSON: durations in seconds, as they are written in the file; of secrets only whether they are set.
    /// </summary>
    public string ToJson(string key) => SettingDefinitions.Find(key) is not { } definition ? SectionToJson(key) : Find(key)?.Value switch
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
