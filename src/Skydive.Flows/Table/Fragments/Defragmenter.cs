using System.Diagnostics.CodeAnalysis;
using Skydive.Packets;

namespace Skydive.Flows.Table.Fragments;

/// <summary>
/// Puts fragments of IPv4 and IPv6 datagrams together. Datagrams that do not get complete in 30 s, that make no sense, or for which there is
/// no room are given up, to be counted as the fragments they were. Not for use by several threads at once.
/// </summary>
/// <param name="maxBytes">Bounds the memory for datagrams that are not complete. When there is no more, the oldest are given up.</param>
internal sealed class Defragmenter(int maxBytes)
{
    private const long TimeoutNanoseconds = 30_000_000_000;
    private const int MaxSpares = 64;

    // The same fragment again and again is no datagram.
    private const int MaxPackets = 1024;

    private readonly Dictionary<DatagramKey, Datagram> _datagrams = [];
    private readonly Stack<Datagram> _spares = new();
    private readonly Queue<PendingPacket> _failed = new();
    private Datagram? _oldest;
    private Datagram? _youngest;
    private byte[] _assembled = [];

    /// <summary>Managed memory in use for datagrams that are not complete, in bytes, roughly.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>How many datagrams were given up for want of room.</summary>
    public long Dropped { get; private set; }

    /// <summary>When the oldest datagram is given up; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextExpiryNanoseconds => _oldest is null || _oldest.FirstSeenNanoseconds > long.MaxValue - TimeoutNanoseconds
        ? long.MaxValue
        : _oldest.FirstSeenNanoseconds + TimeoutNanoseconds;

    /// <summary>Takes a fragment.</summary>
    /// <param name="packet">The fragment.</param>
    /// <param name="frame">The frame that it was decoded from.</param>
    /// <param name="pending">The fragment as it counts by itself; its parent is known. When it completes the datagram it gets the packets and
    /// bytes of all.</param>
    /// <param name="payload">The payload of the datagram when it is complete, as far as it was captured; valid until the next call.</param>
    /// <param name="length">How many bytes that had on the wire.</param>
    public FragmentOutcome Add(
        scoped ref DecodedPacket packet, scoped ReadOnlySpan<byte> frame, scoped ref PendingPacket pending, out ReadOnlySpan<byte> payload, out int length)
    {
        payload = default;
        length = 0;
        Expire(pending.TimestampNanoseconds);
        DatagramKey key = DatagramKey.Of(in packet, pending.Key.Parent);
        if (!_datagrams.TryGetValue(key, out Datagram? datagram))
        {
            datagram = Begin(in key, in pending);
        }

        SizeBytes -= datagram.SizeBytes;
        datagram.Packet.PacketCount++;
        datagram.Packet.Length += pending.Length;
        datagram.Packet.TimestampNanoseconds = Math.Max(datagram.Packet.TimestampNanoseconds, pending.TimestampNanoseconds);
        bool isSound = datagram.Packet.PacketCount <= MaxPackets && datagram.TryAdd(
            packet.FragmentOffset,
            packet.FragmentLength,
            isLast: (packet.Traits & PacketTraits.MoreFragments) == 0,
            packet.FragmentProtocol,
            frame[packet.PayloadOffset..packet.PayloadEnd]);
        SizeBytes += datagram.SizeBytes;
        if (!isSound)
        {
            Fail(datagram);
            return FragmentOutcome.Held;
        }

        if (!datagram.IsComplete)
        {
            while (SizeBytes > maxBytes && _oldest is not null)
            {
                Dropped++;
                Fail(_oldest);
            }

            return FragmentOutcome.Held;
        }

        if (_assembled.Length < datagram.Length)
        {
            _assembled = new byte[ushort.MaxValue];
        }

        length = datagram.Length;
        payload = _assembled.AsSpan(0, datagram.CopyTo(_assembled));
        packet.FragmentProtocol = datagram.Protocol;
        pending.PacketCount = datagram.Packet.PacketCount;
        pending.Length = datagram.Packet.Length;
        Remove(datagram);
        return FragmentOutcome.Complete;
    }

    /// <summary>Gives up datagrams that are too old.</summary>
    public void Expire(long nowNanoseconds)
    {
        while (_oldest is not null && NextExpiryNanoseconds <= nowNanoseconds)
        {
            Fail(_oldest);
        }
    }

    /// <summary>Takes one datagram that was given up: as a packet of the flow of its fragments, with the packets and bytes of all that came.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTakeFailed([MaybeNullWhen(false)] out PendingPacket packet) => _failed.TryDequeue(out packet);

    private Datagram Begin(in DatagramKey key, in PendingPacket packet)
    {
        Datagram datagram = _spares.TryPop(out Datagram? spare) ? spare : new Datagram();
        datagram.Begin(in key, in packet);
        _datagrams.Add(key, datagram);
        datagram.Older = _youngest;
        if (_youngest is null)
        {
            _oldest = datagram;
        }
        else
        {
            _youngest.Younger = datagram;
        }

        _youngest = datagram;
        SizeBytes += datagram.SizeBytes;
        return datagram;
    }

    private void Fail(Datagram datagram)
    {
        _failed.Enqueue(datagram.Packet);
        Remove(datagram);
    }

    private void Remove(Datagram datagram)
    {
        SizeBytes -= datagram.SizeBytes;
        _datagrams.Remove(datagram.Key);
        if (datagram.Older is null)
        {
            _oldest = datagram.Younger;
        }
        else
        {
            datagram.Older.Younger = datagram.Younger;
        }

        if (datagram.Younger is null)
        {
            _youngest = datagram.Older;
        }
        else
        {
            datagram.Younger.Older = datagram.Older;
        }

        datagram.Clear();
        if (_spares.Count < MaxSpares)
        {
            _spares.Push(datagram);
        }
    }
}
