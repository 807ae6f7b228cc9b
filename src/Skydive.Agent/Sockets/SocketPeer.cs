using Skydive.Linux.Sockets;

namespace Skydive.Agent.Sockets;

/// <summary>
/// What stays of a socket when the port is left out that the system chooses anew for each connection: a server, or that a program speaks with
/// somebody. Of clients of this host's servers the other side's port is left out, of this host's own clients their own.
/// </summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Local">This side; of port zero for a client.</param>
/// <param name="Remote">The other side; of port zero for the client of a server here, and of address zero too for a server itself.</param>
/// <param name="Process">The path of the program.</param>
/// <param name="ProcessId">The process of a server; 0 for connections.</param>
internal readonly record struct SocketPeer(
    SocketProtocol Protocol, InternetEndPoint Local, InternetEndPoint Remote, string Process, int ProcessId)
{
    /// <summary>What stays of a socket; null for one that is neither a server nor connected.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="servers">The ports at which servers wait here.</param>
    public static SocketPeer? Of(in SocketEntry socket, HashSet<(SocketProtocol, ushort)> servers) => socket switch
    {
        { IsServer: true } => new(socket.Protocol, socket.Local, default, socket.Process, socket.ProcessId),
        { State: not SocketState.Established } => null,
        _ when servers.Contains((socket.Protocol, socket.Local.Port)) =>
            new(socket.Protocol, socket.Local, socket.Remote with { Port = 0 }, socket.Process, 0),
        _ => new(socket.Protocol, socket.Local with { Port = 0 }, socket.Remote, socket.Process, 0),
    };
}
