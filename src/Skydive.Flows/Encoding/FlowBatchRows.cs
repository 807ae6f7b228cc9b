using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Skydive.Flows.Table;
using Skydive.Packets;

namespace Skydive.Flows.Encoding;

/// <summary>
/// Flows as tables send them: the columns straight from a flow table's records, without wire records in between; the same values, as a test
/// holds. One pass over the records gives all numbers that every flow may have.
/// </summary>
internal sealed class FlowBatchRows : FlowRows
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    // Where the columns of numbers stand in the room for them.
    private static readonly FlowColumn[] s_numbers =
    [
        FlowColumn.Parts, FlowColumn.Start, FlowColumn.Last, FlowColumn.FinishType, FlowColumn.MetricStart, FlowColumn.MetricLast, FlowColumn.MetricRtt,
        FlowColumn.MetricABPackets, FlowColumn.MetricABBytes, FlowColumn.MetricBAPackets, FlowColumn.MetricBABytes,
        FlowColumn.LinkId, FlowColumn.NetworkId, FlowColumn.TransportA, FlowColumn.TransportB, FlowColumn.IcmpCode, FlowColumn.IcmpId,
        FlowColumn.LastUpdateABPackets, FlowColumn.LastUpdateABBytes, FlowColumn.LastUpdateBAPackets, FlowColumn.LastUpdateBABytes,
        FlowColumn.LastUpdateStart, FlowColumn.LastUpdateLast, FlowColumn.LastUpdateRtt,
    ];

    private static readonly sbyte[] s_places = PlacesOf(s_numbers);

    private readonly IReadOnlyList<FlowBatch> _batches;
    private FlowChunkScratch? _scratch;
    private int[] _textCodes = [];
    private bool _hasExtras;

    public FlowBatchRows(IReadOnlyList<FlowBatch> batches)
    {
        _batches = batches;
        foreach (FlowBatch batch in batches)
        {
            Count += batch.Count;
        }
    }

    public override int Count { get; }

    public override void ReadParts(Span<FlowParts> parts, FlowChunkScratch scratch)
    {
        _scratch = scratch;
        Span<long> numbers = scratch.Numbers(Count * s_numbers.Length);
        var places = default(Places);
        foreach (FlowBatch batch in _batches)
        {
            ReadOnlySpan<FlowRecord> records = batch.Records;
            Transpose(records, numbers, Count, ref places, parts[..records.Length]);
            parts = parts[records.Length..];
        }

        _hasExtras = places.HasExtras;
    }

    public override Span<long> ReadNumbers(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<long> room)
    {
        int place = (int)definition.Column < s_places.Length ? s_places[(int)definition.Column] : -1;
        int count = 0;
        if (place >= 0)
        {
            if (definition.Part is FlowParts.None or FlowParts.Metric)
            {
                return _scratch!.Numbers(Count * s_numbers.Length).Slice(place * Count, Count);
            }

            foreach (FlowParts part in parts)
            {
                count += (part & definition.Part) != 0 ? 1 : 0;
            }

            return _scratch!.Numbers(Count * s_numbers.Length).Slice(place * Count, count);
        }

        // The columns of what only some flows have, if asked for; TransportId is always 0.
        int row = 0;
        foreach (FlowBatch batch in _batches)
        {
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                if (HasValue(definition, parts[row++]))
                {
                    room[count++] = _hasExtras && record.Extras is { } extras && definition.Column != FlowColumn.TransportId ? definition.Number!(extras.Wire) : 0;
                }
            }
        }

        return room[..count];
    }

    public override bool TryReadHexadecimal(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<ulong> numbers, out int count)
    {
        count = 0;
        if (definition.Column is not (FlowColumn.Uuid or FlowColumn.TrackingId or FlowColumn.L3TrackingId))
        {
            return false;
        }

        // These columns have a value for each flow.
        foreach (FlowBatch batch in _batches)
        {
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                numbers[count++] = definition.Column switch
                {
                    FlowColumn.Uuid => record.Hot.Uuid,
                    FlowColumn.TrackingId => record.Cold.L2Key,
                    _ => record.Cold.L3Key,
                };
            }
        }

        return true;
    }

    public override bool TryReadKeys(
        FlowColumnDefinition definition, byte encoding, ReadOnlySpan<FlowParts> parts, Span<int> codes, DistinctKeys keys, out int count)
    {
        keys.Clear(Count);
        count = encoding == FlowChunkFormat.EncodingAddress
            ? ReadAddresses(definition.Column == FlowColumn.NetworkA, codes, keys)
            : ReadShortKeys(definition.Column, codes, keys);
        return true;
    }

    public override int ReadTexts(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<int> codes, DistinctTexts texts)
    {
        DistinctKeys keys = _scratch!.TextKeys;
        int row = 0;
        int count = 0;
        FlowOrigin? origin = null;
        foreach (FlowBatch batch in _batches)
        {
            // The same key may mean another text to another table.
            if (batch.Origin != origin)
            {
                keys.Clear(Count);
                origin = batch.Origin;
            }

            TextKey last = default;
            int code = -1;
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                if (!HasValue(definition, parts[row++]))
                {
                    continue;
                }

                TextKey key = FlowRecordColumns.TextKeyOf(definition.Column, in record, batch.Origin);
                if (code < 0 || key.Low != last.Low || key.High != last.High || key.Kind != last.Kind)
                {
                    last = key;
                    code = CodeOf(key, keys, definition, in record, batch.Origin, texts);
                }

                codes[count++] = code;
            }
        }

        return count;
    }

    private int CodeOf(TextKey key, DistinctKeys keys, FlowColumnDefinition definition, in FlowRecord record, FlowOrigin origin, DistinctTexts texts)
    {
        int known = keys.Count;
        int number = keys.CodeOf(key.Kind, key.High, key.Low);
        if (number == known)
        {
            if (number >= _textCodes.Length)
            {
                Array.Resize(ref _textCodes, Math.Max(64, _textCodes.Length * 2));
            }

            _textCodes[number] = texts.CodeOf(FlowRecordColumns.Text(definition, in record, origin));
        }

        return _textCodes[number];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ReadAddresses(bool isA, Span<int> codes, DistinctKeys keys)
    {
        int count = 0;
        foreach (FlowBatch batch in _batches)
        {
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                ref readonly FlowKey key = ref record.Hot.Key;
                LayerType network = key.Network;
                if (network != LayerType.None)
                {
                    bool isFirst = isA != record.IsReversed;
                    codes[count++] = keys.CodeOf(
                        network == LayerType.IPv4 ? KeyTexts.KindShort : KeyTexts.KindIPv6, isFirst ? key.FirstHigh : key.SecondHigh, isFirst ? key.FirstLow : key.SecondLow);
                }
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ReadShortKeys(FlowColumn column, Span<int> codes, DistinctKeys keys)
    {
        int count = 0;
        foreach (FlowBatch batch in _batches)
        {
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                if (column == FlowColumn.ParentUuid || (record.Hot.State & FlowState.HasLink) != 0)
                {
                    codes[count++] = keys.CodeOf(KeyTexts.KindShort, 0, column switch
                    {
                        FlowColumn.ParentUuid => record.Hot.Key.Parent,
                        FlowColumn.LinkA => record.Cold.MacA,
                        _ => record.Cold.MacB,
                    });
                }
            }
        }

        return count;
    }

    private static sbyte[] PlacesOf(FlowColumn[] columns)
    {
        sbyte[] places = new sbyte[byte.MaxValue + 1];
        places.AsSpan().Fill(-1);
        for (int i = 0; i < columns.Length; i++)
        {
            places[(int)columns[i]] = (sbyte)i;
        }

        return places;
    }

    // Compiled at once: a process that reads one file does this a few dozen times. The columns in the order of s_numbers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(ReadOnlySpan<FlowRecord> records, Span<long> numbers, int count, ref Places places, Span<FlowParts> parts)
    {
        ref long room = ref MemoryMarshal.GetReference(numbers);
        for (int i = 0; i < records.Length; i++)
        {
            ref readonly FlowRecord record = ref records[i];
            FlowParts part = FlowRecordColumns.PartsOf(in record);
            parts[i] = part;
            places.HasExtras |= record.Extras is not null;
            ref long column = ref Unsafe.Add(ref room, places.Row++);
            long start = record.Cold.StartNanoseconds / NanosecondsPerMillisecond;
            long last = record.Hot.LastNanoseconds / NanosecondsPerMillisecond;
            column = (long)part;
            column = ref Unsafe.Add(ref column, count);
            column = start;
            column = ref Unsafe.Add(ref column, count);
            column = last;
            column = ref Unsafe.Add(ref column, count);
            column = (long)record.FinishType;
            column = ref Unsafe.Add(ref column, count);
            column = start;
            column = ref Unsafe.Add(ref column, count);
            column = last;
            column = ref Unsafe.Add(ref column, count);
            column = record.Cold.RttNanoseconds;
            column = ref Unsafe.Add(ref column, count);
            column = record.Hot.Total.ABPackets;
            column = ref Unsafe.Add(ref column, count);
            column = record.Hot.Total.ABBytes;
            column = ref Unsafe.Add(ref column, count);
            column = record.Hot.Total.BAPackets;
            column = ref Unsafe.Add(ref column, count);
            column = record.Hot.Total.BABytes;
            if ((part & FlowParts.Link) != 0)
            {
                Unsafe.Add(ref room, (11 * count) + places.Link++) = (long)record.Cold.VlanIdentifiers;
            }

            if ((part & FlowParts.Network) != 0)
            {
                Unsafe.Add(ref room, (12 * count) + places.Network++) = record.Cold.TunnelIdentifier;
            }

            if ((part & FlowParts.Transport) != 0)
            {
                column = ref Unsafe.Add(ref room, (13 * count) + places.Transport++);
                column = record.PortA;
                Unsafe.Add(ref column, count) = record.PortB;
            }

            if ((part & FlowParts.Icmp) != 0)
            {
                column = ref Unsafe.Add(ref room, (15 * count) + places.Icmp++);
                column = record.Hot.Key.IcmpCode;
                Unsafe.Add(ref column, count) = record.Hot.Key.IcmpIdentifier;
            }

            if ((part & FlowParts.LastUpdateMetric) != 0)
            {
                column = ref Unsafe.Add(ref room, (17 * count) + places.Window++);
                column = record.Cold.Window.ABPackets;
                column = ref Unsafe.Add(ref column, count);
                column = record.Cold.Window.ABBytes;
                column = ref Unsafe.Add(ref column, count);
                column = record.Cold.Window.BAPackets;
                column = ref Unsafe.Add(ref column, count);
                column = record.Cold.Window.BABytes;
                column = ref Unsafe.Add(ref column, count);
                column = record.WindowStartMilliseconds;
                column = ref Unsafe.Add(ref column, count);
                column = record.WindowLastMilliseconds;
                column = ref Unsafe.Add(ref column, count);
                column = record.Cold.RttNanoseconds;
            }
        }
    }

    // How far the columns of each part have come.
    private struct Places
    {
        public int Row;
        public int Link;
        public int Network;
        public int Transport;
        public int Icmp;
        public int Window;
        public bool HasExtras;
    }
}
