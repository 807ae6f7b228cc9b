using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>
/// The last DNS message of a flow, RFC 1035. Names of the JSON are those of Skydive's; members that are empty, false or 0 are left out of it.
/// </summary>
public sealed record DnsLayer
{
    /// <summary>The identifier that a response shares with its query.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ID { get; init; }

    /// <summary>Whether this is a response.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool QR { get; init; }

    /// <summary>The kind of query, such as <c>Query</c>.</summary>
    [JsonPropertyName("op_code")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OpCode { get; init; }

    /// <summary>Whether the answer is authoritative.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AA { get; init; }

    /// <summary>Whether the message was cut short.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TC { get; init; }

    /// <summary>Whether recursion is desired.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RD { get; init; }

    /// <summary>Whether recursion is available.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RA { get; init; }

    /// <summary>The three bits between RA and the response code; AD is 2 and CD is 1 of them (RFC 4035).</summary>
    [JsonPropertyName("z")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Z { get; init; }

    /// <summary>How it went, such as <c>No Error</c>.</summary>
    [JsonPropertyName("response_code")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ResponseCode { get; init; }

    /// <summary>How many questions the header announces.</summary>
    [JsonPropertyName("q_d_count")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int QDCount { get; init; }

    /// <summary>How many answers the header announces.</summary>
    [JsonPropertyName("a_n_count")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ANCount { get; init; }

    /// <summary>How many authority records the header announces.</summary>
    [JsonPropertyName("n_s_count")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int NSCount { get; init; }

    /// <summary>How many additional records the header announces.</summary>
    [JsonPropertyName("a_r_count")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ARCount { get; init; }

    /// <summary>The questions; null when there are none. Fewer than announced when the message was captured in part.</summary>
    [JsonPropertyName("questions")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DnsQuestion>? Questions { get; init; }

    /// <summary>The answers; null when there are none.</summary>
    [JsonPropertyName("answers")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DnsRecord>? Answers { get; init; }

    /// <summary>The authority records; null when there are none.</summary>
    [JsonPropertyName("authorities")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DnsRecord>? Authorities { get; init; }

    /// <summary>The additional records; null when there are none.</summary>
    [JsonPropertyName("additionals")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DnsRecord>? Additionals { get; init; }

    /// <summary>When the message was captured.</summary>
    [JsonPropertyName("timestamp")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WireTimestamp? Timestamp { get; init; }

    /// <summary>Whether two messages say the same, record by record.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(DnsLayer? other) => other is not null
        && (ID, QR, OpCode, AA, TC, RD, RA, Z, ResponseCode) == (other.ID, other.QR, other.OpCode, other.AA, other.TC, other.RD, other.RA, other.Z, other.ResponseCode)
        && (QDCount, ANCount, NSCount, ARCount, Timestamp) == (other.QDCount, other.ANCount, other.NSCount, other.ARCount, other.Timestamp)
        && ListEquality.AreEqual(Questions, other.Questions)
        && ListEquality.AreEqual(Answers, other.Answers)
        && ListEquality.AreEqual(Authorities, other.Authorities)
        && ListEquality.AreEqual(Additionals, other.Additionals);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ID, QR, ResponseCode, ANCount, Timestamp);
}
