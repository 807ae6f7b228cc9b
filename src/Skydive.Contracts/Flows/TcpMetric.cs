using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows;

/// <summary>What was seen of a TCP connection beyond packets and bytes. Times are milliseconds since 1970-01-01 UTC; 0 means not seen.</summary>
public sealed record TcpMetric
{
    /// <summary>First SYN from A.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ABSynStart { get; init; }

    /// <summary>First SYN from B.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long BASynStart { get; init; }

    /// <summary>Time to live of the SYN from A.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ABSynTTL { get; init; }

    /// <summary>Time to live of the SYN from B.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int BASynTTL { get; init; }

    /// <summary>First FIN from A.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ABFinStart { get; init; }

    /// <summary>First FIN from B.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long BAFinStart { get; init; }

    /// <summary>First RST from A.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ABRstStart { get; init; }

    /// <summary>First RST from B.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long BARstStart { get; init; }
}
