using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Skydive.Agent.Captures.Sources;

/// <summary>A UDP socket in the namespace of a node, at one of its addresses, to which exporters send. For one thread, but for <see cref="Drops"/>.</summary>
internal sealed class CollectorSocket : IDisposable
{
    /// <summary>Some thousand datagrams: exporters send in bursts.</summary>
    private const int BufferSizeBytes = 4 << 20;
    private const int LargestDatagram = 65_536;

    // asm-generic/socket.h, linux/sock_diag.h
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int ForceReceiveBuffer = 33; // SO_RCVBUFFORCE
    private const int MemoryInformation = 55; // SO_MEMINFO
    private const int DropsPlace = 8; // SK_MEMINFO_DROPS

    private readonly Socket _socket;
    private readonly SocketWait _wait;
    private readonly SocketAddress _sender;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(LargestDatagram);
    private readonly Lock _dropsLock = new();
    private SocketAddress? _knownSender;
    private IPAddress _senderAddress = IPAddress.None;
    private long _drops;

    private CollectorSocket(Socket socket)
    {
        _socket = socket;
        _wait = new(socket);
        _sender = new(socket.AddressFamily);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Datagrams that the kernel dropped because the socket was full. Safe to call from any thread, also after it was disposed.</summary>
    public long Drops
    {
        get
        {
            lock (_dropsLock)
            {
                Span<byte> information = stackalloc byte[(DropsPlace + 1) * sizeof(uint)];
                try
                {
                    if (_socket.GetRawSocketOption(SocketLevel, MemoryInformation, information) == information.Length)
                    {
                        _drops = MemoryMarshal.Read<uint>(information[(DropsPlace * sizeof(uint))..]);
                    }
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // The last count is the best there is.
                }

                return _drops;
            }
        }
    }

    /// <summary>Begins to listen at the node's address.</summary>
    /// <param name="request">The capture; its port is used when it names one.</param>
    /// <param name="defaultPort">The port otherwise.</param>
    /// <exception cref="SocketException">The port is taken, or the address not usable yet.</exception>
    /// <exception cref="IOException">The node is no interface, or has no address.</exception>
    public static CollectorSocket Open(CaptureRequest request, int defaultPort)
    {
        var location = request.RequireLocation();
        var address = request.Address ?? throw new IOException($"{request.Node.Name} has no address to listen at");
        if (address.IsIPv6LinkLocal)
        {
            address = new(address.GetAddressBytes(), location.Index);
        }

        var endPoint = new IPEndPoint(address, request.Capture.Port == 0 ? defaultPort : request.Capture.Port);
        var socket = location.Namespace.CreateSocket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Enlarge(socket);
            socket.Bind(endPoint);
            return new(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"cannot listen at {endPoint}: {e.Message}", e);
        }
    }

    /// <summary>Takes the next datagram.</summary>
    /// <param name="timeout">The longest wait for it.</param>
    /// <param name="stop">Ends the wait at once.</param>
    /// <param name="datagram">The datagram; valid until the next call.</param>
    /// <param name="sender">Who sent it.</param>
    /// <returns>False when none came.</returns>
    public bool TryReceive(TimeSpan timeout, CancellationToken stop, out ReadOnlySpan<byte> datagram, out IPAddress sender)
    {
        datagram = default;
        sender = _senderAddress;
        if (!_wait.IsReady(timeout, stop))
        {
            return false;
        }

        datagram = _buffer.AsSpan(0, _socket.ReceiveFrom(_buffer, SocketFlags.None, _sender));

        // Most datagrams come from who sent the one before; the port does not matter.
        if (_knownSender is null || !SameAddress(_knownSender, _sender))
        {
            _knownSender = Copy(_sender);
            _senderAddress = ((IPEndPoint)LocalEndPoint.Create(_sender)).Address;
        }

        sender = _senderAddress;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Drops;
        _wait.Dispose();
        _socket.Dispose();
    }

    private static bool SameAddress(SocketAddress left, SocketAddress right)
    {
        // Family and port come first.
        const int AddressOffset = 4;
        return left.Size == right.Size && left.Buffer.Span[AddressOffset..left.Size].SequenceEqual(right.Buffer.Span[AddressOffset..right.Size]);
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Buffer.Length) { Size = address.Size };
        address.Buffer.Span.CopyTo(copy.Buffer.Span);
        return copy;
    }

    private static void Enlarge(Socket socket)
    {
        Span<byte> size = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(size, BufferSizeBytes);
        try
        {
            socket.SetRawSocketOption(SocketLevel, ForceReceiveBuffer, size);
        }
        catch (SocketException)
        {
            // Without CAP_NET_ADMIN as much as net.core.rmem_max allows.
            socket.ReceiveBufferSize = BufferSizeBytes;
        }
    }
}
