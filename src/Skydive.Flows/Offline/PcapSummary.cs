namespace Skydive.Flows.Offline;

/// <summary>What became of the packets of a pcap file.</summary>
public sealed record PcapSummary
{
    /// <summary>How many packets the file holds.</summary>
    public required long Packets { get; init; }

    /// <summary>How many of them were no decodable frames.</summary>
    public required long InvalidPackets { get; init; }

    /// <summary>The earliest timestamp: nanoseconds since 1970-01-01 UTC, 0 when there are no packets.</summary>
    public required long FirstTimestampNanoseconds { get; init; }

    /// <summary>The latest timestamp: nanoseconds since 1970-01-01 UTC, 0 when there are no packets.</summary>
    public required long LastTimestampNanoseconds { get; init; }
}
