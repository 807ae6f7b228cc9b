namespace Skydive.Linux.Route;

/// <summary>What a bond says of one of its slaves. Source: <c>IFLA_BOND_SLAVE_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record BondSlave : LinkSlaveDetails
{
    /// <summary>0 active, 1 backup.</summary>
    public int State { get; init; }

    /// <summary>Link monitor: 0 up, 1 going down, 2 down, 3 coming back.</summary>
    public int MiiStatus { get; init; }

    /// <summary>How often the link failed.</summary>
    public uint LinkFailureCount { get; init; }

    /// <summary>The address that the slave had before it joined.</summary>
    public HardwareAddress PermanentAddress { get; init; }

    /// <summary>The transmit queue.</summary>
    public int QueueId { get; init; }

    /// <summary>802.3ad: the aggregator; null in other modes.</summary>
    public int? AggregatorId { get; init; }

    /// <summary>802.3ad: our port state; null in other modes.</summary>
    public int? ActorPortState { get; init; }

    /// <summary>802.3ad: the partner's port state; null in other modes.</summary>
    public int? PartnerPortState { get; init; }
}
