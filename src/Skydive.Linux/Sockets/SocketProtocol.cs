namespace Skydive.Linux.Sockets;

/// <summary>Protocols whose sockets can be listed. Source: <c>IPPROTO_*</c> of <c>linux/in.h</c>.</summary>
public enum SocketProtocol : byte
{
    /// <summary>TCP.</summary>
    Tcp = 6, // IPPROTO_TCP

    /// <summary>UDP.</summary>
    Udp = 17, // IPPROTO_UDP
}
