using System.Net;
using System.Net.Sockets;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Captures.Targets;

/// <summary>A socket that sends datagrams to a target and never waits. For one thread, but for the counters.</summary>
internal sealed class TargetSocket : IDisposable
{
    private readonly Socket _socket;
    private long _sent;
    private long _dropped;

    private TargetSocket(Socket socket) => _socket = socket;

    /// <summary>Datagrams that were sent. Safe to call from any thread.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Datagrams that could not be sent. Safe to call from any thread.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>The address from which is sent.</summary>
    public IPAddress LocalAddress => ((IPEndPoint)_socket.LocalEndPoint!).Address;

    /// <summary>Makes a socket.</summary>
    /// <param name="target">Who is sent to.</param>
    /// <param name="type">The kind of socket.</param>
    /// <param name="protocol">The protocol above IP.</param>
    /// <param name="from">The namespace from which is sent; null for that of this process.</param>
    /// <exception cref="SocketException">There is no way to the target, or the right to use such a socket is missing.</exception>
    public static TargetSocket Open(IPEndPoint target, SocketType type, ProtocolType protocol, NetworkNamespace? from)
    {
        var socket = from is null ? new Socket(target.AddressFamily, type, protocol) : from.CreateSocket(target.AddressFamily, type, protocol);
        try
        {
            socket.Blocking = false;
            socket.Connect(target);
            return new(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a datagram, or counts that it could not be sent.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        _socket.Send(datagram, SocketFlags.None, out var error);
        if (error == SocketError.ConnectionRefused)
        {
            // That nobody took the one before is told with this one, which was not sent for that.
            _socket.Send(datagram, SocketFlags.None, out error);
        }

        if (error != SocketError.Success)
        {
            Volatile.Write(ref _dropped, _dropped + 1);
            return false;
        }

        Volatile.Write(ref _sent, _sent + 1);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
