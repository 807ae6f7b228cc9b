using Skydive.Linux.Processes;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Sockets;

/// <summary>A socket with the process that has it open.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Local">This side.</param>
/// <param name="Remote">The other side; of address and port zero when the socket is not connected.</param>
/// <param name="State">The state.</param>
/// <param name="ProcessId">The process; 0 when it is not known.</param>
/// <param name="Process">The path of its program; empty when it is not known.</param>
/// <param name="Name">The name of its first thread; empty when it is not known.</param>
internal readonly record struct SocketEntry(
    SocketProtocol Protocol, InternetEndPoint Local, InternetEndPoint Remote, SocketState State, int ProcessId, string Process, string Name)
    : IComparable<SocketEntry>
{
    /// <summary>Makes an entry of what the kernel says of a socket and its process.</summary>
    public SocketEntry(SocketMessage socket, ProcessInfo? owner)
        : this(socket.Protocol, socket.Local, socket.Remote, socket.State, owner?.Id ?? 0, owner?.Program ?? string.Empty, owner?.Name ?? string.Empty)
    {
    }

    /// <summary>Whether it waits for whoever comes: a TCP server, or a UDP socket that is not connected.</summary>
    public bool IsServer => State is SocketState.Listen or SocketState.Close;

    /// <summary>Servers first, then by protocol, this side and the other.</summary>
    public int CompareTo(SocketEntry other)
    {
        int order = other.IsServer.CompareTo(IsServer);
        order = order != 0 ? order : Protocol.CompareTo(other.Protocol);
        order = order != 0 ? order : Local.Port.CompareTo(other.Local.Port);
        order = order != 0 ? order : Local.Address.CompareTo(other.Local.Address);
        order = order != 0 ? order : Remote.Address.CompareTo(other.Remote.Address);
        order = order != 0 ? order : Remote.Port.CompareTo(other.Remote.Port);
        order = order != 0 ? order : ProcessId.CompareTo(other.ProcessId);
        return order != 0 ? order : State.CompareTo(other.State);
    }
}
