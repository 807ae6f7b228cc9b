namespace Skydive.Linux.Route;

/// <summary>
/// Message types of rtnetlink; the one that an object is gone follows the one that it is there. Source: <c>linux/rtnetlink.h</c>.
/// </summary>
internal static class RtnetlinkMessageType
{
    internal const ushort NewLink = 16; // RTM_NEWLINK
    internal const ushort GetLink = 18; // RTM_GETLINK
    internal const ushort NewAddress = 20; // RTM_NEWADDR
    internal const ushort GetAddress = 22; // RTM_GETADDR
    internal const ushort NewRoute = 24; // RTM_NEWROUTE
    internal const ushort GetRoute = 26; // RTM_GETROUTE
    internal const ushort NewNeighbour = 28; // RTM_NEWNEIGH
    internal const ushort GetNeighbour = 30; // RTM_GETNEIGH
    internal const ushort NewNamespaceId = 88; // RTM_NEWNSID
    internal const ushort GetNamespaceId = 90; // RTM_GETNSID
    internal const ushort NewStatistics = 92; // RTM_NEWSTATS
    internal const ushort GetStatistics = 94; // RTM_GETSTATS
    internal const ushort NewNextHop = 104; // RTM_NEWNEXTHOP
    internal const ushort GetNextHop = 106; // RTM_GETNEXTHOP
}
