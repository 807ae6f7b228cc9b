namespace Skydive.Linux.Netlink;

/// <summary>Netlink families. Source: <c>linux/netlink.h</c>.</summary>
public enum NetlinkProtocol
{
    /// <summary>Links, addresses, routes, neighbours.</summary>
    Route = 0, // NETLINK_ROUTE

    /// <summary>Sockets of the system.</summary>
    SocketDiagnostics = 4, // NETLINK_SOCK_DIAG

    /// <summary>Messages of drivers to programs, among them those that tell of processes.</summary>
    Connector = 11, // NETLINK_CONNECTOR

    /// <summary>Connection tracking and nftables.</summary>
    Netfilter = 12, // NETLINK_NETFILTER

    /// <summary>Device events of the kernel.</summary>
    KernelEvents = 15, // NETLINK_KOBJECT_UEVENT

    /// <summary>Generic netlink.</summary>
    Generic = 16, // NETLINK_GENERIC
}
