using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>The data of an MX record.</summary>
public sealed record DnsMailExchange
{
    /// <summary>Lower is tried first.</summary>
    [JsonPropertyName("preference")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Preference { get; init; }

    /// <summary>The host that takes mail.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? string.Empty; } = string.Empty;
}
