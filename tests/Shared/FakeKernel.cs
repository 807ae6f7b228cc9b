using System.Runtime.InteropServices;
using Skydive.Linux;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;

namespace Skydive.Tests;

/// <summary>Plays the kernel: answers each request as the test says, and sends what the test puts into its queue.</summary>
internal sealed class FakeKernel : INetlinkTransport
{
    internal const uint Port = 4711;

    private readonly Queue<(byte[] Bytes, Errno Errno, uint Sender, int? NamespaceId)> _queue = new();
    private readonly SemaphoreSlim _queued = new(0);

    /// <summary>What to do on a request: gets its sequence number and how many requests came before.</summary>
    internal Action<FakeKernel, uint, int>? OnRequest { get; init; }

    internal Errno SendResult { get; set; }

    internal List<byte[]> Requests { get; } = [];

    internal bool IsDisposed { get; private set; }

    public uint PortId => Port;

    internal void Queue(params byte[][] messages) => Queue(MessageWriter.Join(messages), Errno.None, 0, null);

    internal void QueueFrom(uint sender, byte[] datagram) => Queue(datagram, Errno.None, sender, null);

    internal void QueueOf(int namespaceId, byte[] datagram) => Queue(datagram, Errno.None, 0, namespaceId);

    internal void QueueError(Errno errno) => Queue([], errno, 0, null);

    public Errno Send(ReadOnlySpan<byte> message)
    {
        if (SendResult != Errno.None)
        {
            return SendResult;
        }

        Requests.Add(message.ToArray());
        OnRequest?.Invoke(this, MemoryMarshal.Read<uint>(message[8..]), Requests.Count - 1);
        return Errno.None;
    }

    public NetlinkDatagram TryReceive(Span<byte> buffer)
    {
        lock (_queue)
        {
            if (!_queue.TryDequeue(out (byte[] Bytes, Errno Errno, uint Sender, int? NamespaceId) next))
            {
                return new NetlinkDatagram(0, Errno.TryAgain, false, 0, null);
            }

            if (next.Errno != Errno.None)
            {
                return new NetlinkDatagram(0, next.Errno, false, 0, null);
            }

            int length = Math.Min(buffer.Length, next.Bytes.Length);
            next.Bytes.AsSpan(0, length).CopyTo(buffer);
            return new NetlinkDatagram(length, Errno.None, length < next.Bytes.Length, next.Sender, next.NamespaceId);
        }
    }

    public WaitOutcome Wait(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return _queued.Wait(timeout, cancellationToken) ? WaitOutcome.Ready : WaitOutcome.TimedOut;
        }
        catch (OperationCanceledException)
        {
            return WaitOutcome.Cancelled;
        }
    }

    public void Dispose() => IsDisposed = true;

    private void Queue(byte[] bytes, Errno errno, uint sender, int? namespaceId)
    {
        lock (_queue)
        {
            _queue.Enqueue((bytes, errno, sender, namespaceId));
        }

        _queued.Release();
    }
}
