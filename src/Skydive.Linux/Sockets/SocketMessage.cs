namespace Skydive.Linux.Sockets;

/// <summary>
/// A socket as the kernel describes it. Immutable. Source: <c>struct inet_diag_msg</c> and <c>INET_DIAG_*</c> of <c>linux/inet_diag.h</c>.
/// </summary>
public sealed record SocketMessage
{
    /// <summary>TCP or UDP.</summary>
    public SocketProtocol Protocol { get; init; }

    /// <summary>2 for sockets of IPv4, 10 for those of IPv6, which may speak IPv4 too.</summary>
    public int Family { get; init; }

    /// <summary>The state.</summary>
    public SocketState State { get; init; }

    /// <summary>This side.</summary>
    public InternetEndPoint Local { get; init; }

    /// <summary>The other side; of address and port zero when the socket is not connected.</summary>
    public InternetEndPoint Remote { get; init; }

    /// <summary>The interface that the socket is bound to, or that its link-local addresses belong to; 0 for any.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The user who made it.</summary>
    public uint UserId { get; init; }

    /// <summary>The number by which descriptors name it (<c>socket:[…]</c>); 0 when no process has it.</summary>
    public uint Inode { get; init; }

    /// <summary>The control group (version 2) of its maker; 0 when the kernel does not say (before 5.8).</summary>
    public ulong ControlGroupId { get; init; }

    /// <summary>Whether an IPv6 socket takes IPv6 only; null when the kernel does not say, as for those of IPv4.</summary>
    public bool? IsIPv6Only { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Protocol} {Local} {Remote} {State}";
}
