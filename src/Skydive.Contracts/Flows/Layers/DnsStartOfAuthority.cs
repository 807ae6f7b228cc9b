using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>The data of an SOA record; times in seconds.</summary>
public sealed record DnsStartOfAuthority
{
    /// <summary>The primary name server.</summary>
    [JsonPropertyName("m_name")]
    public string MName { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The mailbox of who is responsible, with a dot for the at sign.</summary>
    [JsonPropertyName("r_name")]
    public string RName { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The version of the zone.</summary>
    [JsonPropertyName("serial")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Serial { get; init; }

    /// <summary>How often secondary servers look for a new version.</summary>
    [JsonPropertyName("refresh")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Refresh { get; init; }

    /// <summary>When they try again.</summary>
    [JsonPropertyName("retry")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Retry { get; init; }

    /// <summary>When they give up.</summary>
    [JsonPropertyName("expire")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Expire { get; init; }

    /// <summary>How long the absence of a name may be kept.</summary>
    [JsonPropertyName("minimum")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Minimum { get; init; }
}
