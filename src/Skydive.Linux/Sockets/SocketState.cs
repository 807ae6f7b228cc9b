namespace Skydive.Linux.Sockets;

/// <summary>
/// States of a socket. All of them are states of TCP; UDP has <see cref="Established"/> when it is connected and <see cref="Close"/> when it
/// is not, as servers are. Source: <c>net/tcp_states.h</c>.
/// </summary>
public enum SocketState : byte
{
    /// <summary>Connected.</summary>
    Established = 1, // TCP_ESTABLISHED

    /// <summary>The first packet of a connection is sent.</summary>
    SynSent = 2, // TCP_SYN_SENT

    /// <summary>The first packet of a connection is received.</summary>
    SynReceived = 3, // TCP_SYN_RECV

    /// <summary>This side has closed.</summary>
    FinWait1 = 4, // TCP_FIN_WAIT1

    /// <summary>This side has closed, which the other has acknowledged.</summary>
    FinWait2 = 5, // TCP_FIN_WAIT2

    /// <summary>Both sides have closed; late packets are waited for. No process has the socket any more.</summary>
    TimeWait = 6, // TCP_TIME_WAIT

    /// <summary>Not connected: a UDP server, or a TCP socket before it is used.</summary>
    Close = 7, // TCP_CLOSE

    /// <summary>The other side has closed.</summary>
    CloseWait = 8, // TCP_CLOSE_WAIT

    /// <summary>The other side has closed and then this one.</summary>
    LastAcknowledgement = 9, // TCP_LAST_ACK

    /// <summary>A TCP server.</summary>
    Listen = 10, // TCP_LISTEN

    /// <summary>Both sides have closed at the same time.</summary>
    Closing = 11, // TCP_CLOSING

    /// <summary>The first packet of a connection is received, and there is no socket for it yet.</summary>
    NewSynReceived = 12, // TCP_NEW_SYN_RECV
}
