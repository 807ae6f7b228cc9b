using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>A question of a DNS message.</summary>
public sealed record DnsQuestion
{
    /// <summary>The name that is asked for, without a dot at its end; empty for the root.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The type, such as <c>AAAA</c>; <c>TYPE65280</c> for one without a name (RFC 3597).</summary>
    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The class, such as <c>IN</c>; <c>CLASS32</c> for one without a name.</summary>
    [JsonPropertyName("class")]
    public string Class { get; init => field = value ?? string.Empty; } = string.Empty;
}
