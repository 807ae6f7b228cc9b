using System.Net;

namespace Skydive.Linux.Route;

/// <summary>
/// A next hop object, which routes share by its id (<c>RTM_NEWNEXTHOP</c>, <c>RTM_DELNEXTHOP</c>). Immutable. Source: <c>struct nhmsg</c> and
/// <c>NHA_*</c> of <c>linux/nexthop.h</c>.
/// </summary>
public sealed record NextHopMessage
{
    /// <summary>The id, as <see cref="RouteMessage.NextHopId"/> has it.</summary>
    public uint Id { get; init; }

    /// <summary>2 for IPv4, 10 for IPv6; 0 for groups.</summary>
    public int Family { get; init; }

    /// <summary>Who made it, as <see cref="RouteMessage.Protocol"/>.</summary>
    public int Protocol { get; init; }

    /// <summary>The gateway; null when the destination is on the link, or for groups.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>The index of the interface out; 0 for groups and for what is dropped.</summary>
    public int OutputIndex { get; init; }

    /// <summary>Whether packets are dropped.</summary>
    public bool IsBlackhole { get; init; }

    /// <summary>The members of a group; empty when it is none.</summary>
    public IReadOnlyList<NextHopMember> Group { get; init; } = [];

    /// <summary>The kernel's flags (<c>RTNH_F_*</c>).</summary>
    public uint Flags { get; init; }
}
