namespace Skydive.Storage;

/// <summary>How many bytes of a history database each part takes.</summary>
public sealed record HistorySizes
{
    /// <summary>Revisions of nodes and edges.</summary>
    public long GraphBytes { get; init; }

    /// <summary>Flows.</summary>
    public long FlowBytes { get; init; }

    /// <summary>Packets of flows.</summary>
    public long RawPacketBytes { get; init; }

    /// <summary>Metric samples.</summary>
    public long MetricBytes { get; init; }

    /// <summary>Resources.</summary>
    public long ResourceBytes { get; init; }

    /// <summary>Space that is not used now.</summary>
    public long FreeBytes { get; init; }
}
