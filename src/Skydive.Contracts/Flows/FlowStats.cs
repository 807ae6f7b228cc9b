namespace Skydive.Contracts.Flows;

/// <summary>What became of the packets of one capture at one node since it started.</summary>
public sealed record FlowStats
{
    /// <summary>Identifier of the capture.</summary>
    public required string CaptureID { get; init; }

    /// <summary>Topology identifier of the node.</summary>
    public string NodeTID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Flows in the table now.</summary>
    public long FlowCount { get; init; }

    /// <summary>Flows that were sent early because the table was full.</summary>
    public long FlowDropped { get; init; }

    /// <summary>Packets that reached the flow table.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Packets that the kernel dropped because the ring was full.</summary>
    public long PacketsDropped { get; init; }

    /// <summary>Packets that were no decodable frames.</summary>
    public long PacketsInvalid { get; init; }

    /// <summary>Packets on the port of a tunnel, or in its protocol, that are no tunnel's: they count in the flow around only.</summary>
    public long TunnelsInvalid { get; init; }

    /// <summary>Fragmented datagrams that were given up early because there was no more memory for fragments.</summary>
    public long DatagramsDropped { get; init; }

    /// <summary>TCP gaps that were given up early because there was no more memory for segments behind them.</summary>
    public long SegmentsDropped { get; init; }

    /// <summary>Packets that were to be kept, and extra layers, for which there was no more memory.</summary>
    public long RawPacketsDropped { get; init; }
}
