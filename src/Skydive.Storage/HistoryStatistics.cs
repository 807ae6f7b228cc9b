namespace Skydive.Storage;

/// <summary>What a history store holds. Times are milliseconds since 1970-01-01 UTC.</summary>
public sealed record HistoryStatistics
{
    /// <summary>Elements that are alive.</summary>
    public long LiveElements { get; init; }

    /// <summary>Revisions of nodes and edges, those of live elements included.</summary>
    public long Revisions { get; init; }

    /// <summary>Flow records; several updates of one flow count each where they are kept each.</summary>
    public long FlowRecords { get; init; }

    /// <summary>Bytes that the flow records take; 0 for memory, which does not count them.</summary>
    public long FlowBytes { get; init; }

    /// <summary>Packets of flows.</summary>
    public long RawPackets { get; init; }

    /// <summary>Bytes that they take.</summary>
    public long RawPacketBytes { get; init; }

    /// <summary>Metric samples.</summary>
    public long MetricSamples { get; init; }

    /// <summary>Bytes that the metric samples take; 0 for memory, which does not count them.</summary>
    public long MetricBytes { get; init; }

    /// <summary>When the oldest revision that is kept was made; null when there is none.</summary>
    public long? OldestRevision { get; init; }

    /// <summary>When the oldest flow that is kept started; null when there is none.</summary>
    public long? OldestFlow { get; init; }

    /// <summary>When the oldest metric sample that is kept started; null when there is none.</summary>
    public long? OldestMetric { get; init; }

    /// <summary>Writes that failed since the store was opened.</summary>
    public long FailedWrites { get; init; }
}
