using System.Collections.Specialized;
using Skydive.Contracts.Metadata;

namespace Skydive;

/// <summary>
/// What counters of a node or a flow counted over a span of time. Of an interface, <c>Rx</c> is what came in and <c>Tx</c> what went out; of a flow,
/// <c>Tx</c> is what A sent and <c>Rx</c> what B sent. Other counters are in <see cref="Values"/>.
/// </summary>
public sealed class Metric
{
    internal Metric(MetricKind kind, string id, string? name, MetadataMap values)
    {
        Kind = kind;
        ElementId = id;
        Name = string.IsNullOrEmpty(name) ? id : name;
        Values = Plain.Map(values);
        Start = Plain.Time(Get("Start") ?? 0);
        Last = Plain.Time(Get("Last") ?? 0);
        RxPackets = Get("RxPackets", "BAPackets");
        RxBytes = Get("RxBytes", "BABytes");
        TxPackets = Get("TxPackets", "ABPackets");
        TxBytes = Get("TxBytes", "ABBytes");

        long? Get(params string[] names) => names.Select(key => values[key].TryGetInteger(out long number) ? number : (long?)null).FirstOrDefault(static number => number is not null);
    }

    /// <summary>Which counters they are.</summary>
    public MetricKind Kind { get; }

    /// <summary>Identifier of the node or flow.</summary>
    public string ElementId { get; }

    /// <summary>Name of the node, or the flow's identifier.</summary>
    public string Name { get; }

    /// <summary>Begin of the span.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>End of the span.</summary>
    public DateTimeOffset Last { get; }

    /// <summary>Length of the span.</summary>
    public TimeSpan Duration => Last - Start;

    /// <summary>Packets that came in.</summary>
    public long? RxPackets { get; }

    /// <summary>Bytes that came in.</summary>
    public long? RxBytes { get; }

    /// <summary>Packets that went out.</summary>
    public long? TxPackets { get; }

    /// <summary>Bytes that went out.</summary>
    public long? TxBytes { get; }

    /// <summary>Packets that were dropped, coming in and going out.</summary>
    public long Drops => Sum("RxDropped", "TxDropped");

    /// <summary>Packets that had errors, coming in and going out.</summary>
    public long Errors => Sum("RxErrors", "TxErrors");

    /// <summary>Bits that came in for each second; null for a span without length.</summary>
    public double? RxBitsPerSecond => Rate(RxBytes * 8);

    /// <summary>Bits that went out for each second; null for a span without length.</summary>
    public double? TxBitsPerSecond => Rate(TxBytes * 8);

    /// <summary>Packets that came in for each second; null for a span without length.</summary>
    public double? RxPacketsPerSecond => Rate(RxPackets);

    /// <summary>Packets that went out for each second; null for a span without length.</summary>
    public double? TxPacketsPerSecond => Rate(TxPackets);

    /// <summary>All counters as the service names them.</summary>
    public OrderedDictionary Values { get; }

    /// <summary>Name and bytes.</summary>
    public override string ToString() => $"{Name} Rx {RxBytes ?? 0} B Tx {TxBytes ?? 0} B";

    private double? Rate(long? count) => Duration > TimeSpan.Zero ? count / Duration.TotalSeconds : null;

    private long Sum(params string[] names) => names.Sum(name => Values[name] as long? ?? 0);
}
