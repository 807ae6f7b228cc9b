namespace Skydive.Contracts.Flows;

/// <summary>The two ends of a flow in the link or network layer.</summary>
public sealed record FlowLayer
{
    /// <summary>ETHERNET, IPV4 or IPV6.</summary>
    public required string Protocol { get; init; }

    /// <summary>Address of the side that sent the first packet seen.</summary>
    public required string A { get; init; }

    /// <summary>Address of the other side.</summary>
    public required string B { get; init; }

    /// <summary>Link layer: VLAN identifiers, 12 bits each, outermost lowest. Network layer: tunnel identifier. 0 when there is none.</summary>
    public long ID { get; init; }
}
