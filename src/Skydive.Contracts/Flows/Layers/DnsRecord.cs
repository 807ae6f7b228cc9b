using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>A resource record of a DNS message. Which of the members after the length are there depends on the type.</summary>
public sealed record DnsRecord
{
    /// <summary>The name that the record belongs to, without a dot at its end.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The type, such as <c>CNAME</c>; <c>TYPE65280</c> for one without a name (RFC 3597).</summary>
    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The class, such as <c>IN</c>.</summary>
    [JsonPropertyName("class")]
    public string Class { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Seconds for which the record may be kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long TTL { get; init; }

    /// <summary>Bytes of the record's data as they were in the message.</summary>
    [JsonPropertyName("data_length")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int DataLength { get; init; }

    /// <summary>The address of an A or AAAA record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IP { get; init; }

    /// <summary>The name server of an NS record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NS { get; init; }

    /// <summary>The name that a CNAME record leads to.</summary>
    [JsonPropertyName("c_name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CName { get; init; }

    /// <summary>The name of a PTR record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PTR { get; init; }

    /// <summary>The texts of a TXT or HINFO record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? TXTs { get; init; }

    /// <summary>The start of authority.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DnsStartOfAuthority? SOA { get; init; }

    /// <summary>The location of a service.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DnsService? SRV { get; init; }

    /// <summary>The mail exchange.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DnsMailExchange? MX { get; init; }

    /// <summary>The options of an OPT record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DnsOption>? OPT { get; init; }

    /// <summary>Whether two records say the same.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(DnsRecord? other) => other is not null
        && (Name, Type, Class, TTL, DataLength, IP, NS) == (other.Name, other.Type, other.Class, other.TTL, other.DataLength, other.IP, other.NS)
        && (CName, PTR, SOA, SRV, MX) == (other.CName, other.PTR, other.SOA, other.SRV, other.MX)
        && ListEquality.AreEqual(TXTs, other.TXTs)
        && ListEquality.AreEqual(OPT, other.OPT);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, TTL, IP, CName);
}
