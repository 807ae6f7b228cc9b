using System.Buffers;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Netlink;

/// <summary>Hears the events of the multicast groups that a netlink socket has joined.</summary>
/// <remarks>
/// One thread receives; <see cref="Dispose"/> from any thread ends its wait at once. Allocates nothing per event. To hear many sockets on
/// one thread, put <see cref="NetlinkSocket.Descriptor"/> into a <see cref="DescriptorPoller"/> and call <see cref="TryReceive"/> until
/// there is nothing.
/// </remarks>
public sealed class NetlinkListener : IDisposable
{
    private const int InitialBufferSize = 32 << 10;
    private const int MaximumBufferSize = 8 << 20;

    private readonly INetlinkTransport _transport;

    // Rented for as long as messages are looked at: of hundreds of listeners that one thread serves, one has messages at a time.
    private byte[] _buffer = [];
    private int _bufferSize = InitialBufferSize;
    private int _length;

    /// <summary>Makes a listener.</summary>
    /// <param name="transport">The socket, which the listener owns from now on.</param>
    public NetlinkListener(INetlinkTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
    }

    /// <summary>The messages of the last datagram; valid until the next receive. Empty unless the last status was messages.</summary>
    public NetlinkMessageEnumerator Messages => new(_buffer.AsSpan(0, _length));

    /// <summary>The id of the namespace that the last datagram came from; null for the socket's own.</summary>
    public int? NamespaceId { get; private set; }

    /// <summary>How often messages were lost.</summary>
    public long Overruns { get; private set; }

    /// <summary>Datagrams thrown away: queued at an overrun, or not sent by the kernel.</summary>
    public long DiscardedDatagrams { get; private set; }

    /// <summary>Waits for the next datagram.</summary>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost messages.</exception>
    public NetlinkReceiveStatus Receive(TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            NetlinkReceiveStatus status = TryReceive();
            if (status != NetlinkReceiveStatus.Nothing)
            {
                return status;
            }

            switch (_transport.Wait(timeout, cancellationToken))
            {
                case WaitOutcome.Cancelled:
                    return NetlinkReceiveStatus.Cancelled;
                case WaitOutcome.TimedOut:
                    return NetlinkReceiveStatus.Nothing;
            }
        }

        return NetlinkReceiveStatus.Cancelled;
    }

    /// <summary>Reads the next datagram without waiting.</summary>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost messages.</exception>
    public NetlinkReceiveStatus TryReceive()
    {
        _length = 0;
        if (_buffer.Length == 0)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(_bufferSize);
        }

        NetlinkReceiveStatus status = Receive();
        if (status != NetlinkReceiveStatus.Messages)
        {
            Release();
        }

        return status;
    }

    /// <summary>Closes the socket and ends a wait in progress.</summary>
    public void Dispose() => _transport.Dispose();

    /// <summary>Gives back the memory of the last datagram, whose <see cref="Messages"/> are gone with that.</summary>
    internal void Release()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private NetlinkReceiveStatus Receive()
    {
        while (true)
        {
            NetlinkDatagram datagram;
            try
            {
                datagram = _transport.TryReceive(_buffer);
            }
            catch (ObjectDisposedException)
            {
                return NetlinkReceiveStatus.Cancelled;
            }

            switch (datagram.Errno)
            {
                case Errno.None when datagram.SenderPortId != 0:
                    DiscardedDatagrams++;
                    continue;
                case Errno.None when datagram.IsTruncated:
                    _bufferSize = Math.Min(_buffer.Length * 2, MaximumBufferSize);
                    return Overrun();
                case Errno.None:
                    _length = datagram.Length;
                    NamespaceId = datagram.NamespaceId;
                    return NetlinkReceiveStatus.Messages;
                case Errno.TryAgain:
                    return NetlinkReceiveStatus.Nothing;
                case Errno.NoBufferSpace:
                    return Overrun();
                default:
                    throw new NetlinkException("receive netlink events", datagram.Errno, null, null, 0);
            }
        }
    }

    /// <summary>
    /// What is still queued is older than the loss. Applied after the caller's fresh dump it would bring back what the lost messages
    /// took away, so it goes.
    /// </summary>
    private NetlinkReceiveStatus Overrun()
    {
        Overruns++;

        // More than the largest queue holds; events that keep coming meanwhile are lost too, which the dump to follow makes good.
        for (int read = 0; read < 1 << 20; read++)
        {
            Errno errno = _transport.TryReceive(_buffer).Errno;
            if (errno is not (Errno.None or Errno.NoBufferSpace))
            {
                break;
            }

            DiscardedDatagrams++;
        }

        return NetlinkReceiveStatus.Overrun;
    }
}
