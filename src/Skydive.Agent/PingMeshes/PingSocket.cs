using System.Collections.Concurrent;
using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Packets;

namespace Skydive.Agent.PingMeshes;

/// <summary>
/// The one socket for all pairs whose sources are in one namespace and of one family. Replies find their pair by the ICMP identifier, which each
/// pair has for itself, and are checked by their addresses, since other programs have identifiers too.
/// </summary>
internal sealed class PingSocket : IDisposable
{
    // A copy of what was sent comes back whole, with its link layer header; an interface may take 64 KB.
    private const int BufferLength = (64 << 10) + 64;

    /// <summary>What others send must not keep the other sockets waiting.</summary>
    private const int MaximumPacketsPerTurn = 256;

    private readonly TimedPacketSocket _socket;
    private readonly bool _isV6;
    private readonly ConcurrentDictionary<ushort, PingPairRun> _pairs = new();
    private ushort _nextIdentifier;

    private PingSocket(TimedPacketSocket socket, bool isV6, NamespaceId space)
    {
        _socket = socket;
        _isV6 = isV6;
        Namespace = space;
#pragma warning disable CA5394 // Not a secret: only unlike what others use.
        _nextIdentifier = (ushort)Random.Shared.Next(ushort.MaxValue + 1);
#pragma warning restore CA5394
    }

    /// <summary>The namespace.</summary>
    public NamespaceId Namespace { get; }

    /// <summary>Whether it speaks IPv6.</summary>
    public bool IsV6 => _isV6;

    /// <summary>How many pairs use it.</summary>
    public int PairCount => _pairs.Count;

    /// <summary>The descriptor, to wait for.</summary>
    public SafeDescriptor Descriptor => _socket.Descriptor;

    /// <summary>Opens a socket.</summary>
    /// <exception cref="LinuxException">The process lacks a capability.</exception>
    /// <exception cref="ObjectDisposedException">The namespace is gone.</exception>
    public static PingSocket Open(NetworkNamespace space, bool isV6) =>
        new(TimedPacketSocket.Open(isV6 ? EchoPacket.ProtocolV6 : EchoPacket.ProtocolV4, EchoPacket.Replies(isV6), space), isV6, space.Id);

    /// <summary>Gives a pair an identifier. One thread adds and removes.</summary>
    /// <returns>False when all are taken.</returns>
    public bool TryAdd(PingPairRun pair, out ushort identifier)
    {
        for (int i = 0; i <= ushort.MaxValue; i++)
        {
            identifier = _nextIdentifier++;
            if (_pairs.TryAdd(identifier, pair))
            {
                return true;
            }
        }

        identifier = 0;
        return false;
    }

    /// <summary>Takes an identifier back.</summary>
    public void Remove(ushort identifier) => _pairs.TryRemove(identifier, out _);

    /// <summary>Sends a request.</summary>
    public Errno TrySend(int interfaceIndex, ReadOnlySpan<byte> linkAddress, ReadOnlySpan<byte> packet)
    {
        try
        {
            return _socket.TrySend(interfaceIndex, linkAddress, packet);
        }
        catch (ObjectDisposedException)
        {
            return Errno.BadDescriptor;
        }
    }

    /// <summary>Takes what has come. One thread does.</summary>
    /// <exception cref="LinuxException">The socket is broken.</exception>
    /// <exception cref="ObjectDisposedException">It was closed meanwhile.</exception>
    public void Receive(byte[] buffer)
    {
        TakeSent(buffer);
        for (int i = 0; i < MaximumPacketsPerTurn && _socket.TryReceive(buffer, out int length, out long time); i++)
        {
            if (!EchoPacket.TryReadReply(buffer.AsSpan(0, length), _isV6, out var reply)
                || !_pairs.TryGetValue(reply.Identifier, out var pair) || !pair.IsReply(reply))
            {
                continue;
            }

            ushort sequence = reply.Sequence;
            if (!pair.HasSendTime(sequence))
            {
                // It went out since we looked: the kernel told its time before it sent it.
                TakeSent(buffer);
            }

            pair.OnReply(sequence, time);
        }
    }

    /// <summary>Makes a buffer for <see cref="Receive"/>.</summary>
    public static byte[] MakeBuffer() => new byte[BufferLength];

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void TakeSent(byte[] buffer)
    {
        for (int i = 0; i < MaximumPacketsPerTurn && _socket.TryReceiveSent(buffer, out int length, out long time); i++)
        {
            if (time > 0 && EchoPacket.TryReadRequest(buffer.AsSpan(0, length), _isV6, out var request) && _pairs.TryGetValue(request.Identifier, out var pair))
            {
                pair.OnSent(request.Sequence, time);
            }
        }
    }
}
