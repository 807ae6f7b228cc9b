using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using Skydive.Contracts.Flows;
using Skydive.Flows.Hashing;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>
/// The flows of one capture at one node: packets in, flow records out.
/// </summary>
/// <remarks>
/// <para>One thread owns the table and calls <see cref="Process"/>, <see cref="Flush"/>, <see cref="Tick"/> and <see cref="Finish"/>. Other
/// threads may call <see cref="Search"/> and <see cref="GetStats"/> at any time.</para>
/// <para>Packets are decoded as they come and counted in batches of 32, so that the memory of one batch's flows is fetched while the next
/// packets are decoded. The owner takes a lock once for each batch (2 % of a batch's time when nobody else wants it) and a search takes it
/// for one chunk of 1024 flows at a time, to copy them out: the owner never waits for more than such a copy, some tens of microseconds, and
/// a search needs no help of an owner that sleeps until a packet comes.</para>
/// <para>No packet allocates; a new flow takes 280 bytes of native memory. Time is what the caller says: packets' timestamps and the
/// argument of <see cref="Tick"/> must be of the same clock.</para>
/// </remarks>
public sealed unsafe partial class FlowTable : IDisposable
{
    private const int BatchSize = 32;
    private const int VlanHeaderLength = 4;

    // A round trip of echo requests is measured from one request until its answer; after this time the answer is taken for lost.
    private const long EchoTimeoutNanoseconds = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly FlowTableOptions _options;
    private readonly FlowOrigin _origin;
    private readonly IFlowSink _sink;
    private readonly HashSecret _secret;
    private readonly LinkType _linkType;
    private readonly bool _useLink;
    private readonly byte[] _nodeTidUtf8;
    private readonly long _defaultTimeoutNanoseconds;
    private readonly FrozenDictionary<string, long> _timeoutsNanoseconds;
    private readonly EvictionQueue _evictions = new();

    // Pinned, and not native memory, so that a call after Dispose is an exception and not an access violation.
    private readonly PendingPacket[] _pendingOwner;
    private readonly PendingPacket* _pending;
    private int _pendingCount;

    private FlowStorage _storage;
    private int _storageVersion;
    private bool _isDisposed;

    private long _packetsReceived;
    private long _packetsInvalid;
    private long _flowsDropped;

    /// <summary>Makes an empty table.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="sink">Where flows are sent.</param>
    /// <exception cref="ArgumentException">An option has a value that makes no sense.</exception>
    public FlowTable(FlowTableOptions options, IFlowSink sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxEntries, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.UpdateInterval, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ExpireAfter, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.RawPacketLimit, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HeaderSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxFragmentBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaitingSegments, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxRawPacketBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MplsUdpPort, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MplsUdpPort, ushort.MaxValue, nameof(options));
        if (!PacketDecoder.IsSupported(options.LinkType))
        {
            throw new ArgumentException($"Frames of link type {(int)options.LinkType} cannot be decoded.", nameof(options));
        }

        _options = options;
        _origin = new FlowOrigin(options);
        _sink = sink;
        _secret = HashSecret.Create();
        _linkType = options.LinkType;
        _useLink = options.LayerKeyMode == LayerKeyMode.L2;
        _nodeTidUtf8 = System.Text.Encoding.UTF8.GetBytes(options.NodeTid);
        _defaultTimeoutNanoseconds = ToNanoseconds(options.ExpireAfter);
        _timeoutsNanoseconds = options.ApplicationTimeouts
            .ToFrozenDictionary(static pair => pair.Key, static pair => ToNanoseconds(pair.Value), StringComparer.OrdinalIgnoreCase);
        _pendingOwner = GC.AllocateArray<PendingPacket>(BatchSize, pinned: true);
        _pending = (PendingPacket*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pendingOwner));
        _storage = new FlowStorage(in _secret);
        _outgoing = new OutgoingFlows(_origin);
    }

    /// <summary>Native memory that the flows take, in bytes. Safe to call from any thread.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_gate)
            {
                return _isDisposed ? 0 : _storage.SizeBytes;
            }
        }
    }

    /// <summary>Counts a packet. It may wait in the current batch until <see cref="Flush"/>.</summary>
    /// <param name="frame">The captured bytes; not kept.</param>
    /// <param name="originalLength">How many bytes it had on the wire, without <paramref name="tag"/>.</param>
    /// <param name="timestampNanoseconds">When it was captured: nanoseconds since 1970-01-01 UTC.</param>
    /// <param name="tag">The VLAN tag that the kernel has cut off, if it has.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Process(ReadOnlySpan<byte> frame, int originalLength, long timestampNanoseconds, VlanTag tag = default)
    {
        _packetsReceived++;
        if (!PacketDecoder.TryDecode(frame, _linkType, tag, out DecodedPacket packet))
        {
            _packetsInvalid++;
            return;
        }

        PendingPacket* pending = _pending + _pendingCount;
        pending->Order = FlowKey.Create(in packet, _useLink, parent: 0, out pending->Key);
        pending->Hash = pending->Key.Hash(in _secret);
        _storage.PrefetchSlot(pending->Hash);
        pending->TimestampNanoseconds = timestampNanoseconds;
        pending->Path = packet.Path;
        pending->VlanIdentifiers = packet.VlanIdentifiers;
        pending->SourceMac = packet.SourceMac;
        pending->DestinationMac = packet.DestinationMac;
        pending->HasLink = packet.HasLink;
        pending->IcmpSequence = packet.IcmpSequence;
        pending->Signals = SignalsOf(in packet);

        // Without a link layer the length is that of the network layer's packet; with one, that of the frame as it was on the wire.
        pending->Length = packet.HasLink || packet.NetworkLength == 0
            ? Math.Max(originalLength, frame.Length) + (tag.IsPresent ? VlanHeaderLength : 0)
            : packet.NetworkLength;
        if (++_pendingCount == BatchSize)
        {
            Flush();
        }
    }

    /// <summary>Counts the packets that wait in the current batch. To be called whenever no packet is at hand.</summary>
    /// <exception cref="ObjectDisposedException">The table has been disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Flush()
    {
        int count = _pendingCount;
        if (count == 0)
        {
            return;
        }

        _pendingCount = 0;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            FlowStorage storage = _storage;
            PendingPacket* pending = _pending;
            for (int i = 0; i < count; i++)
            {
                storage.PrefetchEntry(pending[i].Hash);
            }

            for (int i = 0; i < count; i++)
            {
                Count(storage, pending + i);
            }
        }

        if (_outgoing.HasFullBatch)
        {
            Send();
        }
    }

    /// <summary>What became of the packets so far. Safe to call from any thread.</summary>
    /// <param name="packetsDropped">Packets that the kernel dropped before they reached this table.</param>
    public FlowStats GetStats(long packetsDropped = 0)
    {
        lock (_gate)
        {
            return new FlowStats
            {
                CaptureID = _options.CaptureId,
                NodeTID = _options.NodeTid,
                FlowCount = _isDisposed ? 0 : _storage.Count,
                FlowDropped = _flowsDropped,
                PacketsReceived = Volatile.Read(ref _packetsReceived),
                PacketsDropped = packetsDropped,
                PacketsInvalid = Volatile.Read(ref _packetsInvalid),
            };
        }
    }

    /// <summary>Frees the flows without sending them; see <see cref="Finish"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _storage.Dispose();
        }
    }

    private static long ToNanoseconds(TimeSpan time) =>
        time.Ticks > long.MaxValue / TimeSpan.NanosecondsPerTick ? long.MaxValue : time.Ticks * TimeSpan.NanosecondsPerTick;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PacketSignals SignalsOf(in DecodedPacket packet)
    {
        const TcpFlags Interesting = TcpFlags.Syn | TcpFlags.Fin | TcpFlags.Rst;
        if (packet.Transport == LayerType.TCP)
        {
            return (packet.TcpFlags & Interesting) == 0 ? PacketSignals.None : SignalsOf(packet.TcpFlags);
        }

        return packet.Transport switch
        {
            LayerType.ICMPv4 when packet.IcmpType == IcmpV4Type.EchoRequest => PacketSignals.EchoRequest,
            LayerType.ICMPv4 when packet.IcmpType == IcmpV4Type.EchoReply => PacketSignals.EchoReply,
            LayerType.ICMPv6Echo => packet.IcmpType == IcmpV6Type.EchoRequest ? PacketSignals.EchoRequest : PacketSignals.EchoReply,
            _ => PacketSignals.None,
        };
    }

    private static PacketSignals SignalsOf(TcpFlags flags)
    {
        var signals = PacketSignals.None;
        if ((flags & TcpFlags.Syn) != 0)
        {
            signals |= (flags & TcpFlags.Ack) != 0 ? PacketSignals.SynAck : PacketSignals.Syn;
        }

        if ((flags & TcpFlags.Fin) != 0)
        {
            signals |= PacketSignals.Fin;
        }

        return (flags & TcpFlags.Rst) != 0 ? signals | PacketSignals.Rst : signals;
    }

    // Under the lock.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(FlowStorage storage, PendingPacket* packet)
    {
        uint entry = storage.Find(in packet->Key, packet->Hash);
        FlowHot* hot = entry != FlowStorage.None ? storage.Hot(entry) : Create(packet);

        // The lowest bits say whether the packet's source stands second in the key, and whether A does: if they differ, B sent it.
        int direction = ((int)packet->Order ^ (int)hot->State) & 1;
        long* counters = &hot->Total.ABPackets + (2 * direction);
        counters[0]++;
        counters[1] += packet->Length;
        hot->LastNanoseconds = Math.Max(hot->LastNanoseconds, packet->TimestampNanoseconds);
        hot->State |= FlowState.Touched;
        if (packet->Signals != PacketSignals.None)
        {
            Notice(hot, packet, isFromB: direction != 0);
        }
    }

    // Round trips and the end of connections.
    private static void Notice(FlowHot* hot, PendingPacket* packet, bool isFromB)
    {
        PacketSignals signals = packet->Signals;
        if ((signals & (PacketSignals.EchoRequest | PacketSignals.EchoReply)) != 0)
        {
            NoticeEcho(hot, packet);
            return;
        }

        if ((signals & PacketSignals.Syn) != 0)
        {
            // The same addresses and ports connect once more: the flow goes on.
            hot->State &= ~(FlowState.FinFromA | FlowState.FinFromB | FlowState.Finished | FlowState.RttFromB);
            hot->State |= FlowState.RttPending | (isFromB ? FlowState.RttFromB : FlowState.None);
            hot->RttStartNanoseconds = packet->TimestampNanoseconds;
        }
        else if ((signals & (PacketSignals.SynAck | PacketSignals.Rst)) != 0 && (hot->State & FlowState.RttPending) != 0
            && isFromB != ((hot->State & FlowState.RttFromB) != 0))
        {
            EndRoundTrip(hot, packet);
        }

        if ((signals & PacketSignals.Fin) != 0)
        {
            hot->State |= isFromB ? FlowState.FinFromB : FlowState.FinFromA;
            if ((hot->State & FlowState.FinFromA) != 0 && (hot->State & FlowState.FinFromB) != 0 && (hot->State & FlowState.Finished) == 0)
            {
                hot->State |= FlowState.FinishedByFin;
            }
        }

        // A reset after both sides have closed is a formality.
        if ((signals & PacketSignals.Rst) != 0 && (hot->State & FlowState.Finished) == 0)
        {
            hot->State |= FlowState.FinishedByRst;
        }
    }

    // With many requests under way, one is measured at a time; the next request after its answer starts the next measurement.
    private static void NoticeEcho(FlowHot* hot, PendingPacket* packet)
    {
        bool isPending = (hot->State & FlowState.RttPending) != 0;
        if ((packet->Signals & PacketSignals.EchoRequest) != 0)
        {
            if (!isPending || packet->TimestampNanoseconds - hot->RttStartNanoseconds >= EchoTimeoutNanoseconds)
            {
                hot->State |= FlowState.RttPending;
                hot->RttStartNanoseconds = packet->TimestampNanoseconds;
                hot->RttSequence = packet->IcmpSequence;
            }
        }
        else if (isPending && packet->IcmpSequence == hot->RttSequence)
        {
            EndRoundTrip(hot, packet);
        }
    }

    private static void EndRoundTrip(FlowHot* hot, PendingPacket* packet)
    {
        hot->State &= ~FlowState.RttPending;
        hot->RttNanoseconds = Math.Max(0, packet->TimestampNanoseconds - hot->RttStartNanoseconds);
    }

    // Under the lock.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private FlowHot* Create(PendingPacket* packet)
    {
        const long NanosecondsPerMillisecond = 1_000_000;
        FlowStorage storage = _storage;
        if (storage.Count >= _options.MaxEntries)
        {
            uint oldest = _evictions.Next(storage);
            EndWindow(storage, oldest, packet->TimestampNanoseconds);
            TimeOut(storage.Hot(oldest));
            Take(storage, oldest);
            storage.Remove(oldest);
            _flowsDropped++;
        }

        uint entry = storage.Add(in packet->Key, packet->Hash);
        FlowHot* hot = storage.Hot(entry);
        FlowCold* cold = storage.Cold(entry);

        // A is who sent the first packet. Only where nothing but the ports tells the ends apart (a host that talks to itself) it is the end
        // with the lower port, whoever began: the counters then say the same at every capture of the same conversation.
        bool isReversed = packet->Order == KeyOrder.Swapped;
        hot->State = FlowState.Live | (isReversed ? FlowState.Reversed : FlowState.None) | (packet->HasLink ? FlowState.HasLink : FlowState.None);
        hot->LastNanoseconds = packet->TimestampNanoseconds;
        cold->StartNanoseconds = packet->TimestampNanoseconds;
        cold->Path = packet->Path;
        cold->VlanIdentifiers = packet->VlanIdentifiers;
        bool isSourceB = packet->Order == KeyOrder.SwappedByPort;
        cold->MacA = isSourceB ? packet->DestinationMac : packet->SourceMac;
        cold->MacB = isSourceB ? packet->SourceMac : packet->DestinationMac;
        FlowIdentity identity = hot->Key.GetIdentity();
        cold->L2Key = identity.L2Key;
        cold->L3Key = identity.L3Key;
        cold->Uuid = FlowKey.GetUuid(identity.TableKey, packet->TimestampNanoseconds / NanosecondsPerMillisecond, _nodeTidUtf8);
        string application = _origin.ApplicationOf(packet->Path.Last, hot->Key.Transport, hot->Key.FirstPort, hot->Key.SecondPort);
        cold->TimeoutNanoseconds = _timeoutsNanoseconds.GetValueOrDefault(application, _defaultTimeoutNanoseconds);
        return hot;
    }
}
