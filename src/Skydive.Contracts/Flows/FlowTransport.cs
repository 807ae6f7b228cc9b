namespace Skydive.Contracts.Flows;

/// <summary>The two ends of a flow in the transport layer.</summary>
public sealed record FlowTransport
{
    /// <summary>TCP, UDP or SCTP.</summary>
    public required string Protocol { get; init; }

    /// <summary>Port of the side that sent the first packet seen.</summary>
    public required int A { get; init; }

    /// <summary>Port of the other side.</summary>
    public required int B { get; init; }

    /// <summary>Always 0 for captured packets.</summary>
    public long ID { get; init; }
}
