using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>An option of an OPT record, RFC 6891.</summary>
public sealed record DnsOption
{
    /// <summary>The name of the option, such as <c>Cookie</c>; its number when it has none.</summary>
    [JsonPropertyName("code")]
    public string Code { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its data in hexadecimal digits.</summary>
    [JsonPropertyName("data")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Data { get; init; }
}
