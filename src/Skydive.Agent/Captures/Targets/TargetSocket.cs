using System.Net;
using System.Net.Sockets;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Captures.Targets;

/// <summary>A socket that sends datagrams to a target and never waits. For one thread, but for the counters.</summary>
internal sealed class TargetSocket : IDisposable
{
    private const int FamilyIPv4 = 2; // AF_INET
    private const int FamilyIPv6 = 10; // AF_INET6
    private const int RawSocket = 3; // SOCK_RAW

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

    /// <summary>Makes a socket for UDP.</summary>
    /// <param name="target">Who is sent to.</param>
    /// <param name="from">The namespace from which is sent; null for that of this process.</param>
    /// <exception cref="SocketException">There is no way to the target.</exception>
    public static TargetSocket OpenUdp(IPEndPoint target, NetworkNamespace? from) => Connect(
        from is null ? new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp) : from.CreateSocket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp),
        target);

    /// <summary>Makes a socket for a protocol above IP.</summary>
    /// <param name="target">Who is sent to; the port does not matter.</param>
    /// <param name="protocol">The number of the protocol.</param>
    /// <param name="from">The namespace from which is sent; null for that of this process.</param>
    /// <exception cref="SocketException">There is no way to the target.</exception>
    /// <exception cref="Skydive.Linux.LinuxException">CAP_NET_RAW is missing.</exception>
    public static TargetSocket OpenRaw(IPEndPoint target, byte protocol, NetworkNamespace? from)
    {
        // Socket's own constructor knows no protocols but the common ones.
        using var current = from is null ? NetworkNamespace.OpenCurrent() : null;
        using var descriptor = (from ?? current!).CreateSocket(target.AddressFamily == AddressFamily.InterNetwork ? FamilyIPv4 : FamilyIPv6, RawSocket, protocol);
        var handle = new SafeSocketHandle(descriptor.DangerousGetHandle(), ownsHandle: true);
        descriptor.SetHandleAsInvalid();
        return Connect(new Socket(handle), target);
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

    private static TargetSocket Connect(Socket socket, IPEndPoint target)
    {
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
}
