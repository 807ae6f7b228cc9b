using Skydive.Contracts.Flows;
using Skydive.Packets;

namespace Skydive.Flows.Table.Extras;

/// <summary>
/// What the flows of a storage have beyond what every flow has, as far as the table's options ask for it, in native memory beside the entries:
/// what is not asked for takes none. Not for use by several threads at once.
/// </summary>
internal sealed unsafe class FlowExtras : IDisposable
{
    private readonly FlowTableOptions _options;
    private readonly SegmentPool _segments;
    private readonly ByteKeeper _keeper;
    private readonly NativeChunks<TcpTimes>? _tcpTimes;
    private readonly NativeChunks<TcpStreams>? _tcpStreams;
    private readonly NativeChunks<IpCounters>? _ipCounters;
    private readonly NativeChunks<KeptOfFlow>? _kept;

    /// <summary>Makes the extras of a storage without flows.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="segments">Where TCP segments wait.</param>
    /// <param name="keeper">Where bytes are kept.</param>
    public FlowExtras(FlowTableOptions options, SegmentPool segments, ByteKeeper keeper)
    {
        _options = options;
        _segments = segments;
        _keeper = keeper;
        _tcpTimes = options.ExtraTcpMetric ? new() : null;
        _tcpStreams = options.ReassembleTcp ? new() : null;
        _ipCounters = options.Defragment ? new() : null;
        _kept = options.RawPacketLimit > 0 || options.ExtraLayers != ExtraLayers.None ? new() : null;
    }

    ~FlowExtras() => FreeKept();

    /// <summary>How many entries there is room for.</summary>
    public uint Length => _tcpTimes?.Length ?? _tcpStreams?.Length ?? _ipCounters?.Length ?? _kept!.Length;

    /// <summary>Native memory in use but for what is shared by all flows, in bytes.</summary>
    public long SizeBytes => (_tcpTimes?.SizeBytes ?? 0) + (_tcpStreams?.SizeBytes ?? 0) + (_ipCounters?.SizeBytes ?? 0) + (_kept?.SizeBytes ?? 0);

    /// <summary>Whether options ask for anything.</summary>
    public static bool AreAskedFor(FlowTableOptions options) =>
        options.ExtraTcpMetric || options.ReassembleTcp || options.Defragment || options.RawPacketLimit > 0 || options.ExtraLayers != ExtraLayers.None;

    /// <summary>Makes room for one chunk of entries more.</summary>
    public void AddChunk()
    {
        _tcpTimes?.AddChunk();
        _tcpStreams?.AddChunk();
        _ipCounters?.AddChunk();
        _kept?.AddChunk();
    }

    /// <summary>Notes what a packet says beyond being counted.</summary>
    /// <param name="entry">Its flow.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="isFromB">Whether B sent it.</param>
    /// <param name="bytes">The bytes of the batch.</param>
    /// <returns>How many gaps in TCP streams were given up for want of room.</returns>
    public int Note(uint entry, PendingPacket* packet, bool isFromB, ReadOnlySpan<byte> bytes)
    {
        const long NanosecondsPerMillisecond = 1_000_000;
        PacketSignals signals = packet->Signals;
        int given = 0;
        if ((signals & PacketSignals.TcpSegment) != 0)
        {
            if (_tcpTimes is not null)
            {
                _tcpTimes.At(entry)->Note(signals, isFromB, packet->TimeToLive, packet->TimestampNanoseconds / NanosecondsPerMillisecond);
            }

            if (_tcpStreams is not null)
            {
                TcpStreams* streams = _tcpStreams.At(entry);
                TcpStream* stream = isFromB ? &streams->BA : &streams->AB;
                given = stream->Add(packet->TcpSequence, packet->TcpLength, packet->TcpFlags, packet->TimestampNanoseconds, _segments) ? 0 : 1;
            }
        }

        if ((signals & PacketSignals.Datagram) != 0 && _ipCounters is not null)
        {
            IpCounters* counters = _ipCounters.At(entry);
            counters->Fragments += packet->IsReassembled ? 1 : 0;
            counters->FragmentErrors += packet->IsReassembled ? 0 : 1;
        }

        if ((signals & PacketSignals.Packet) != 0)
        {
            KeepPacket(_kept!.At(entry), packet, bytes.Slice(packet->BytesOffset, packet->BytesLength));
        }

        if ((signals & PacketSignals.ExtraLayer) != 0)
        {
            KeepLayer(_kept!.At(entry), packet, bytes.Slice(packet->LayerOffset, packet->LayerLength));
        }

        return given;
    }

    /// <summary>Gives up the gaps in TCP streams before segments that came before a time.</summary>
    /// <param name="start">The first entry to look at.</param>
    /// <param name="end">The entry after the last.</param>
    /// <param name="beforeNanoseconds">The time.</param>
    public void FlushStreams(uint start, uint end, long beforeNanoseconds)
    {
        for (uint entry = start; _tcpStreams is not null && entry < end; entry++)
        {
            TcpStreams* streams = _tcpStreams.At(entry);
            streams->AB.Flush(beforeNanoseconds, _segments);
            streams->BA.Flush(beforeNanoseconds, _segments);
        }
    }

    /// <summary>Frees what the flow of an entry has, for the next one.</summary>
    public void Release(uint entry)
    {
        if (_tcpTimes is not null)
        {
            *_tcpTimes.At(entry) = default;
        }

        if (_tcpStreams is not null)
        {
            TcpStreams* streams = _tcpStreams.At(entry);
            streams->AB.Release(_segments);
            streams->BA.Release(_segments);
            *streams = default;
        }

        if (_ipCounters is not null)
        {
            *_ipCounters.At(entry) = default;
        }

        if (_kept is not null)
        {
            Free(_kept.At(entry));
        }
    }

    /// <summary>Moves what the flow of an entry has to an entry of another storage of the same table.</summary>
    public void Move(uint entry, FlowExtras target, uint targetEntry)
    {
        Move(_tcpTimes, entry, target._tcpTimes, targetEntry);
        Move(_tcpStreams, entry, target._tcpStreams, targetEntry);
        Move(_ipCounters, entry, target._ipCounters, targetEntry);
        Move(_kept, entry, target._kept, targetEntry);
    }

    /// <summary>Copies what the flow of an entry has.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="key">The flow's key.</param>
    /// <param name="takesPackets">Whether packets are copied that have not been sent yet, which counts as sending them.</param>
    public FlowExtrasCopy Copy(uint entry, in FlowKey key, bool takesPackets)
    {
        var copy = new FlowExtrasCopy();
        if (key.Transport == LayerType.TCP && (_tcpTimes is not null || _tcpStreams is not null))
        {
            TcpTimes times = _tcpTimes is null ? default : *_tcpTimes.At(entry);
            TcpStreams streams = _tcpStreams is null ? default : *_tcpStreams.At(entry);
            copy.Tcp = MakeTcpMetric(in times, in streams.AB, in streams.BA);
        }

        if (_ipCounters is not null && key.Network != LayerType.None)
        {
            IpCounters* counters = _ipCounters.At(entry);
            copy.Ip = new IpMetric { Fragments = counters->Fragments, FragmentErrors = counters->FragmentErrors };
        }

        if (_kept is not null)
        {
            KeptOfFlow* kept = _kept.At(entry);
            copy.PacketsKept = kept->PacketCount;
            if (takesPackets)
            {
                copy.NewPackets = CopyPackets(kept, kept->SentCount);
                kept->SentCount = kept->PacketCount;
            }

            if (kept->Layer is not null)
            {
                copy.SetLayer((LayerType)kept->Layer->Type, KeptBytes.Bytes(kept->Layer).ToArray(), kept->Layer->TimestampNanoseconds);
            }
        }

        return copy;
    }

    /// <summary>Copies the packets that were kept of a flow; empty when there are none.</summary>
    public IReadOnlyList<RawPacket> CopyPackets(uint entry) => _kept is null ? [] : CopyPackets(_kept.At(entry), skip: 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        for (uint entry = 0; _tcpStreams is not null && entry < _tcpStreams.Length; entry++)
        {
            TcpStreams* streams = _tcpStreams.At(entry);
            streams->AB.Release(_segments);
            streams->BA.Release(_segments);
        }

        FreeKept();
        _tcpTimes?.Dispose();
        _tcpStreams?.Dispose();
        _ipCounters?.Dispose();
        _kept?.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Move<T>(NativeChunks<T>? source, uint entry, NativeChunks<T>? target, uint targetEntry)
        where T : unmanaged
    {
        if (source is not null)
        {
            *target!.At(targetEntry) = *source.At(entry);
            *source.At(entry) = default;
        }
    }

    private static RawPacket[] CopyPackets(KeptOfFlow* kept, int skip)
    {
        const long NanosecondsPerMillisecond = 1_000_000;
        if (kept->PacketCount == skip)
        {
            return [];
        }

        var packets = new RawPacket[kept->PacketCount - skip];
        int index = 0;
        for (KeptBytes* packet = kept->FirstPacket; packet is not null; packet = packet->Next, index++)
        {
            if (index >= skip)
            {
                packets[index - skip] = new RawPacket
                {
                    Timestamp = packet->TimestampNanoseconds / NanosecondsPerMillisecond,
                    Index = index + 1,
                    Data = KeptBytes.Bytes(packet).ToArray(),
                    LinkType = packet->Type,
                };
            }
        }

        return packets;
    }

    private static TcpMetric MakeTcpMetric(in TcpTimes times, in TcpStream ab, in TcpStream ba) => new()
    {
        ABSynStart = times.ABSynStart,
        BASynStart = times.BASynStart,
        ABSynTTL = times.ABSynTtl,
        BASynTTL = times.BASynTtl,
        ABFinStart = times.ABFinStart,
        BAFinStart = times.BAFinStart,
        ABRstStart = times.ABRstStart,
        BARstStart = times.BARstStart,
        ABSegmentOutOfOrder = ab.OutOfOrder,
        ABSegmentSkipped = ab.Skipped,
        ABSegmentSkippedBytes = ab.SkippedBytes,
        ABPackets = ab.Packets,
        ABBytes = ab.Bytes,
        ABSawStart = ab.SawStart ? 1 : 0,
        ABSawEnd = ab.SawEnd ? 1 : 0,
        BASegmentOutOfOrder = ba.OutOfOrder,
        BASegmentSkipped = ba.Skipped,
        BASegmentSkippedBytes = ba.SkippedBytes,
        BAPackets = ba.Packets,
        BABytes = ba.Bytes,
        BASawStart = ba.SawStart ? 1 : 0,
        BASawEnd = ba.SawEnd ? 1 : 0,
    };

    private void KeepPacket(KeptOfFlow* kept, PendingPacket* packet, ReadOnlySpan<byte> bytes)
    {
        if (kept->PacketCount >= _options.RawPacketLimit)
        {
            return;
        }

        KeptBytes* added = _keeper.TryKeep(bytes, (ushort)packet->BytesLinkType, packet->TimestampNanoseconds);
        if (added is null)
        {
            return;
        }

        if (kept->LastPacket is null)
        {
            kept->FirstPacket = added;
        }
        else
        {
            kept->LastPacket->Next = added;
        }

        kept->LastPacket = added;
        kept->PacketCount++;
    }

    private void KeepLayer(KeptOfFlow* kept, PendingPacket* packet, ReadOnlySpan<byte> bytes)
    {
        // Most messages of a conversation take about the same room.
        KeptBytes* old = kept->Layer;
        if (old is not null && old->Length == bytes.Length)
        {
            old->TimestampNanoseconds = packet->TimestampNanoseconds;
            old->Type = (ushort)packet->Layer;
            bytes.CopyTo(new Span<byte>(old + 1, bytes.Length));
            return;
        }

        KeptBytes* added = _keeper.TryKeep(bytes, (ushort)packet->Layer, packet->TimestampNanoseconds);
        if (added is not null)
        {
            _keeper.Free(old);
            kept->Layer = added;
        }
    }

    private void Free(KeptOfFlow* kept)
    {
        for (KeptBytes* packet = kept->FirstPacket; packet is not null;)
        {
            KeptBytes* next = packet->Next;
            _keeper.Free(packet);
            packet = next;
        }

        _keeper.Free(kept->Layer);
        *kept = default;
    }

    // Entries without a flow have nothing.
    private void FreeKept()
    {
        for (uint entry = 0; _kept is not null && entry < _kept.Length; entry++)
        {
            Free(_kept.At(entry));
        }
    }
}
