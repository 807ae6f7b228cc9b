using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using Skydive.Contracts.Flows;
using Skydive.Flows.Hashing;
using Skydive.Flows.Table.Extras;
using Skydive.Flows.Table.Fragments;
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
/// for 256 flows at a time, to copy them out: the owner never waits for more than such a copy, some tens of microseconds, and
/// a search needs no help of an owner that sleeps until a packet comes.</para>
/// <para>A packet in a tunnel counts in a flow for each level of encapsulation, each the parent of the one inside it.</para>
/// <para>No packet allocates; a new flow takes 300 bytes of native memory, and more for what the options ask for. All memory is bounded, and
/// what happens when there is no more is counted. Time is what the caller says: packets' timestamps and the argument of <see cref="Tick"/>
/// must be of the same clock.</para>
/// </remarks>
public sealed unsafe partial class FlowTable : IDisposable
{
    private const int BatchSize = 32;
    private const int VlanHeaderLength = 4;

    // A packet that is nested deeper counts down to this level.
    private const int MaxLevels = 8;

    // A round trip of echo requests is measured from one request until its answer; after this time the answer is taken for lost.
    private const long EchoTimeoutNanoseconds = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly FlowTableOptions _options;
    private readonly FlowOrigin _origin;
    private readonly IFlowSink _sink;
    private readonly HashSecret _secret;
    private LinkType _linkType;
    private readonly bool _useLink;
    private readonly byte[] _nodeTidUtf8;
    private readonly long _defaultTimeoutNanoseconds;
    private readonly FrozenDictionary<string, long> _timeoutsNanoseconds;
    private readonly EvictionQueue _evictions = new();
    private readonly SegmentPool _segments;
    private readonly ByteKeeper _keeper;
    private readonly Defragmenter? _defragmenter;
    private readonly bool _followsTcp;

    // What makes a packet more than its outermost flow, and whether every packet is.
    private readonly PacketTraits _attention;
    private readonly bool _attendsAll;

    // Pinned, and not native memory, so that a call after Dispose is an exception and not an access violation.
    private readonly PendingPacket[] _pendingOwner;
    private readonly PendingPacket* _pending;
    private int _pendingCount;
    private int _deepestLevel;

    // How many packets the one at hand stands for.
    private uint _samplingRate = 1;

    // The bytes of the batch's packets that are to be kept.
    private readonly byte[] _bytes;
    private readonly int _bytesLimit;
    private int _bytesUsed;

    private FlowStorage _storage;
    private int _storageVersion;
    private bool _isDisposed;

    private long _packetsReceived;
    private long _packetsInvalid;
    private long _flowsDropped;
    private long _tunnelsInvalid;
    private long _segmentsDropped;

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
        _segments = new SegmentPool(options.MaxWaitingSegments);
        _keeper = new ByteKeeper(options.MaxRawPacketBytes);
        _defragmenter = options.Defragment ? new Defragmenter(options.MaxFragmentBytes) : null;
        _followsTcp = options.ExtraTcpMetric || options.ReassembleTcp;
        _attention = PacketTraits.Tunnel | PacketTraits.InvalidTunnel | (options.Defragment ? PacketTraits.Fragment : PacketTraits.None)
            | (options.ExtraLayers != ExtraLayers.None ? PacketTraits.ExtraLayer : PacketTraits.None);
        _attendsAll = options.RawPacketLimit > 0 || options.MplsUdpPort != 0;
        _bytesLimit = 4 * BytesOfPacket;
        _bytes = options.RawPacketLimit > 0 || options.ExtraLayers != ExtraLayers.None ? new byte[_bytesLimit + BytesOfPacket] : [];
        _pendingOwner = GC.AllocateArray<PendingPacket>(BatchSize + MaxLevels, pinned: true);
        _pending = (PendingPacket*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pendingOwner));
        _storage = NewStorage();
        _outgoing = new OutgoingFlows(_origin);
    }

    /// <summary>Memory that the flows and what is kept for them take, in bytes. Safe to call from any thread.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_gate)
            {
                return _isDisposed ? 0 : _storage.SizeBytes + _segments.SizeBytes + _keeper.SizeBytes + (_defragmenter?.SizeBytes ?? 0);
            }
        }
    }

    /// <summary>What the frames begin with. The owner may change it between two packets.</summary>
    /// <exception cref="ArgumentException">Frames of that link type cannot be decoded.</exception>
    public LinkType LinkType
    {
        get => _linkType;
        set => _linkType = PacketDecoder.IsSupported(value)
            ? value
            : throw new ArgumentException($"Frames of link type {(int)value} cannot be decoded.", nameof(value));
    }

    // The most bytes that a packet needs of those of the batch: for each level a packet and a layer.
    private int BytesOfPacket => MaxLevels * (_options.HeaderSize + MaxLayerBytes);

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
        Fill(pending, in packet, frame.Length, originalLength, timestampNanoseconds, tag);
        pending->Hash = pending->Key.Hash(in _secret);
        _storage.PrefetchSlot(pending->Hash);
        if ((packet.Traits & _attention) != 0 || _attendsAll)
        {
            Attend(frame, ref packet, originalLength, timestampNanoseconds, tag);
        }
        else if (++_pendingCount >= BatchSize)
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
            _bytesUsed = 0;
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

            if (_deepestLevel == 0)
            {
                for (int i = 0; i < count; i++)
                {
                    Count(storage, pending + i);
                }
            }
            else
            {
                CountLevels(storage, count);
            }

            _bytesUsed = 0;
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
                TunnelsInvalid = Volatile.Read(ref _tunnelsInvalid),
                DatagramsDropped = _defragmenter?.Dropped ?? 0,
                SegmentsDropped = _segmentsDropped,
                RawPacketsDropped = _keeper.Dropped,
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
            _segments.Dispose();
        }
    }

    private static long ToNanoseconds(TimeSpan time) =>
        time.Ticks > long.MaxValue / TimeSpan.NanosecondsPerTick ? long.MaxValue : time.Ticks * TimeSpan.NanosecondsPerTick;

    private FlowStorage NewStorage() =>
        new(in _secret, FlowExtras.AreAskedFor(_options) ? () => new FlowExtras(_options, _segments, _keeper) : null);

    // All but the hash, for which the parent may be missing yet.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fill(
        PendingPacket* pending, in DecodedPacket packet, int capturedLength, int originalLength, long timestampNanoseconds, VlanTag tag)
    {
        pending->Order = FlowKey.Create(in packet, _useLink, parent: 0, out pending->Key);
        pending->TimestampNanoseconds = timestampNanoseconds;
        pending->Path = packet.Path;
        pending->VlanIdentifiers = packet.VlanIdentifiers;
        pending->SourceMac = packet.SourceMac;
        pending->DestinationMac = packet.DestinationMac;
        pending->TunnelIdentifier = packet.TunnelIdentifier;
        pending->SourcePort = packet.SourcePort;
        pending->DestinationPort = packet.DestinationPort;
        pending->HasLink = packet.HasLink;
        pending->Level = 0;
        pending->IcmpSequence = packet.IcmpSequence;
        pending->Signals = SignalsOf(in packet);
        if (_followsTcp && packet.Transport == LayerType.TCP)
        {
            FillTcp(pending, in packet);
        }

        // Without a link layer the length is that of the network layer's packet; with one, that of the frame as it was on the wire.
        pending->Length = packet.HasLink || packet.NetworkLength == 0
            ? Math.Max(originalLength, capturedLength) + (tag.IsPresent ? VlanHeaderLength : 0)
            : packet.NetworkLength;
    }

    private void FillTcp(PendingPacket* pending, in DecodedPacket packet)
    {
        // Segments are followed one by one; otherwise only those count that begin or end a connection.
        if (_options.ReassembleTcp || pending->Signals != PacketSignals.None)
        {
            pending->Signals |= PacketSignals.TcpSegment;
            pending->TcpFlags = packet.TcpFlags;
            pending->TimeToLive = packet.TimeToLive;
            pending->TcpSequence = packet.TcpSequence;
            pending->TcpLength = packet.NetworkLength == 0
                ? packet.PayloadEnd - packet.PayloadOffset
                : Math.Max(0, packet.NetworkLength - (packet.PayloadOffset - packet.NetworkOffset));
        }
    }

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
    private FlowHot* Count(FlowStorage storage, PendingPacket* packet)
    {
        uint entry = storage.Find(in packet->Key, packet->Hash);
        if (entry == FlowStorage.None)
        {
            entry = Create(packet);
        }

        // The lowest bits say whether the packet's source stands second in the key, and whether A does: if they differ, B sent it.
        FlowHot* hot = storage.Hot(entry);
        int direction = ((int)packet->Order ^ (int)hot->State) & 1;
        long* counters = &hot->Total.ABPackets + (2 * direction);
        counters[0]++;
        counters[1] += packet->Length;
        hot->LastNanoseconds = Math.Max(hot->LastNanoseconds, packet->TimestampNanoseconds);
        hot->State |= FlowState.Touched;
        if (packet->Signals != PacketSignals.None)
        {
            Notice(storage, entry, packet, isFromB: direction != 0);
        }

        return hot;
    }

    // What a packet means beyond being counted.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Notice(FlowStorage storage, uint entry, PendingPacket* packet, bool isFromB)
    {
        const PacketSignals Tcp = PacketSignals.Syn | PacketSignals.SynAck | PacketSignals.Fin | PacketSignals.Rst;
        const PacketSignals Echo = PacketSignals.EchoRequest | PacketSignals.EchoReply;
        const PacketSignals Extra = PacketSignals.TcpSegment | PacketSignals.Datagram | PacketSignals.Packet | PacketSignals.ExtraLayer;
        FlowHot* hot = storage.Hot(entry);
        FlowCold* cold = storage.Cold(entry);
        if ((packet->Signals & Tcp) != 0)
        {
            NoticeTcp(hot, cold, packet, isFromB);
        }
        else if ((packet->Signals & Echo) != 0)
        {
            NoticeEcho(hot, cold, packet);
        }

        if ((packet->Signals & PacketSignals.Datagram) != 0)
        {
            // One has been counted already.
            *(isFromB ? &hot->Total.BAPackets : &hot->Total.ABPackets) += packet->PacketCount - 1;
        }

        if ((packet->Signals & PacketSignals.Sample) != 0)
        {
            long others = packet->SamplingRate - 1L;
            *(isFromB ? &hot->Total.BAPackets : &hot->Total.ABPackets) += others;
            *(isFromB ? &hot->Total.BABytes : &hot->Total.ABBytes) += others * packet->Length;
        }

        if ((packet->Signals & Extra) != 0)
        {
            _segmentsDropped += storage.Extras!.Note(entry, packet, isFromB, _bytes);
        }

        packet->FlowUuid = hot->Uuid;
    }

    // Round trips and the end of connections.
    private static void NoticeTcp(FlowHot* hot, FlowCold* cold, PendingPacket* packet, bool isFromB)
    {
        PacketSignals signals = packet->Signals;
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
            EndRoundTrip(hot, cold, packet);
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
    private static void NoticeEcho(FlowHot* hot, FlowCold* cold, PendingPacket* packet)
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
            EndRoundTrip(hot, cold, packet);
        }
    }

    private static void EndRoundTrip(FlowHot* hot, FlowCold* cold, PendingPacket* packet)
    {
        hot->State &= ~FlowState.RttPending;
        cold->RttNanoseconds = Math.Max(0, packet->TimestampNanoseconds - hot->RttStartNanoseconds);
    }

    // Under the lock.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private uint Create(PendingPacket* packet)
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
        hot->Uuid = FlowKey.GetUuid(identity.TableKey, packet->TimestampNanoseconds / NanosecondsPerMillisecond, _nodeTidUtf8);
        cold->TunnelIdentifier = packet->TunnelIdentifier;
        cold->TunnelPortA = packet->SourcePort;
        cold->TunnelPortB = packet->DestinationPort;
        string application = _origin.ApplicationOf(packet->Path.Last, hot->Key.Transport, packet->SourcePort, packet->DestinationPort);
        cold->TimeoutNanoseconds = _timeoutsNanoseconds.GetValueOrDefault(application, _defaultTimeoutNanoseconds);
        return entry;
    }
}
