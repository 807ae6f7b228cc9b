namespace Skydive.Linux.Netlink;

/// <summary>Message types that mean the same in every netlink family. Source: <c>linux/netlink.h</c>.</summary>
internal static class NetlinkMessageType
{
    internal const ushort NoOperation = 1; // NLMSG_NOOP
    internal const ushort Error = 2; // NLMSG_ERROR
    internal const ushort Done = 3; // NLMSG_DONE
    internal const ushort Overrun = 4; // NLMSG_OVERRUN
}
