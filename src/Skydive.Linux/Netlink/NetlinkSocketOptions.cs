using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Netlink;

/// <summary>How to open a netlink socket.</summary>
public sealed record NetlinkSocketOptions
{
    /// <summary>Receive buffer for sockets that hear events: 32 MiB. With the kernel's default, 185 link changes overrun it.</summary>
    public const int EventReceiveBufferBytes = 32 << 20;

    /// <summary>The family. Default: rtnetlink.</summary>
    public NetlinkProtocol Protocol { get; init; } = NetlinkProtocol.Route;

    /// <summary>The namespace to open it in; null for that of the calling thread.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>Multicast groups to join, by number (not mask). Default: none.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    /// <summary>
    /// Receive buffer in bytes; null for the kernel's default. Above the system's limit (<c>net.core.rmem_max</c>) only with
    /// CAP_NET_ADMIN; without it the buffer is as large as the limit lets it be (see <see cref="NetlinkSocket.ReceiveBufferBytes"/>).
    /// </summary>
    public int? ReceiveBufferBytes { get; init; }

    /// <summary>
    /// Whether to hear all namespaces that have an id in the socket's own, each datagram with that id (needs CAP_NET_BROADCAST).
    /// Default: no.
    /// </summary>
    public bool ListenAllNamespaces { get; init; }

    /// <summary>
    /// Whether the kernel checks requests strictly, refusing what it does not know instead of ignoring it, and filters dumps as asked.
    /// Default: yes; kernels before 4.20 cannot, and are asked without.
    /// </summary>
    public bool StrictChecking { get; init; } = true;
}
