using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using Skydive.Contracts.Flows;
using Skydive.Flows.Hashing;

namespace Skydive.Flows.Encoding;

/// <summary>
/// Reads one encoded block of flows, whole or by columns. Reading a number column of a million flows takes some milliseconds. Safe for use by
/// several threads at once; it refers to the block's memory, which must not change meanwhile.
/// </summary>
/// <remarks>A damaged or hostile block costs one <see cref="FlowChunkException"/> and at most some 200 MiB, whatever it claims.</remarks>
public sealed class FlowChunkReader
{
    private readonly ReadOnlyMemory<byte> _chunk;
    private readonly Dictionary<FlowColumn, Entry> _entries = [];
    private readonly FlowParts[] _parts;

    // For each part how many flows have it, by the number of its bit; counted when a column of one is read.
    private int[]? _partCounts;

    /// <summary>Checks the block's checksum and layout; columns are checked when they are read.</summary>
    /// <param name="chunk">The whole block and nothing else.</param>
    /// <exception cref="FlowChunkException">The bytes are not such a block, or are damaged.</exception>
    public FlowChunkReader(ReadOnlyMemory<byte> chunk)
    {
        ReadOnlySpan<byte> bytes = chunk.Span;
        Header = FlowChunk.ReadHeader(bytes);
        if (Header.Length != bytes.Length)
        {
            throw new FlowChunkException($"The block of flows says that it has {Header.Length} bytes; there are {bytes.Length}.");
        }

        int end = bytes.Length - FlowChunkFormat.ChecksumLength;
        if (XxHash64.Hash(bytes[..end]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[end..]))
        {
            throw new FlowChunkException("The checksum of the block of flows is wrong: it is damaged.");
        }

        _chunk = chunk;
        ReadDirectory(bytes[..end]);
        _parts = ReadParts();
    }

    private FlowChunkReader(ReadOnlyMemory<byte> chunk, FlowChunkHeader header)
    {
        Header = header;
        _chunk = chunk;
        ReadDirectory(chunk.Span);
        _parts = ReadParts();
    }

    /// <summary>Reads bytes of a block.</summary>
    /// <param name="position">Where they begin.</param>
    /// <param name="destination">Where they go; all of it is filled.</param>
    public delegate void ReadBytes(int position, Span<byte> destination);

    private delegate void ColumnReader<TState>(in Entry entry, ReadOnlySpan<byte> raw, TState state);

    /// <summary>
    /// Reads some columns of a block and leaves the others where they are. The checksum, which is that of the whole block, is not looked at; what
    /// the columns say is checked as always.
    /// </summary>
    /// <param name="length">How many bytes the block has.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="columns">The columns that are going to be asked for, and those that they are relative to; <see cref="FlowColumn.Parts"/> always.</param>
    /// <returns>A reader for these columns only.</returns>
    /// <exception cref="FlowChunkException">The bytes are not such a block, or are damaged.</exception>
    public static FlowChunkReader Open(int length, ReadBytes read, IReadOnlySet<FlowColumn> columns)
    {
        Span<byte> head = stackalloc byte[FlowChunkFormat.HeaderLength];
        if (length < head.Length)
        {
            throw new FlowChunkException($"A block of flows has a header of {FlowChunkFormat.HeaderLength} bytes; there are {length}.");
        }

        read(0, head);
        var header = FlowChunk.ReadHeader(head);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        long position = FlowChunkFormat.HeaderLength + (count * (long)FlowChunkFormat.EntryLength);
        if (header.Length != length || count > FlowChunkFormat.MaxColumns || position > length - FlowChunkFormat.ChecksumLength)
        {
            throw new FlowChunkException($"{count} columns do not fit in the block of flows of {length} bytes.");
        }

        byte[] directory = new byte[count * FlowChunkFormat.EntryLength];
        read(FlowChunkFormat.HeaderLength, directory);
        var wanted = new List<(int Entry, int Position, int Length)>(columns.Count);
        long wantedLength = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = directory.AsSpan(i * FlowChunkFormat.EntryLength);
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            if (stored > length - FlowChunkFormat.ChecksumLength - position)
            {
                throw Damaged((FlowColumn)entry[0], "its lengths cannot be right");
            }

            if (entry[0] == (byte)FlowColumn.Parts || columns.Contains((FlowColumn)entry[0]))
            {
                wanted.Add((i, (int)position, (int)stored));
                wantedLength += stored;
            }

            position += stored;
        }

        // A block of these columns only, without a checksum.
        int begin = FlowChunkFormat.HeaderLength + (wanted.Count * FlowChunkFormat.EntryLength);
        byte[] chunk = GC.AllocateUninitializedArray<byte>(begin + (int)wantedLength);
        head.CopyTo(chunk);
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(6), (ushort)wanted.Count);
        for (int i = 0; i < wanted.Count; i++)
        {
            directory.AsSpan(wanted[i].Entry * FlowChunkFormat.EntryLength, FlowChunkFormat.EntryLength)
                .CopyTo(chunk.AsSpan(FlowChunkFormat.HeaderLength + (i * FlowChunkFormat.EntryLength)));
            read(wanted[i].Position, chunk.AsSpan(begin, wanted[i].Length));
            begin += wanted[i].Length;
        }

        return new(chunk, header);
    }

    /// <summary>The columns that a field is read from.</summary>
    /// <param name="field">The field's name, such as <c>Metric.ABBytes</c>.</param>
    /// <returns>Null when it takes the whole flow to tell.</returns>
    public static IReadOnlyList<FlowColumn>? FindColumns(string field) => field switch
    {
        "Link" => [FlowColumn.LinkA, FlowColumn.LinkB],
        "Network" => [FlowColumn.NetworkA, FlowColumn.NetworkB],
        "Transport" => [FlowColumn.TransportA, FlowColumn.TransportB],
        _ when FlowColumnNames.Find(field) is { } column => FlowColumns.Find(column)!.RelativeTo switch
        {
            null => [column],
            FlowColumn.Last => [column, FlowColumn.Last, FlowColumn.Start],
            var baseline => [column, baseline.Value],
        },
        _ => null,
    };

    /// <summary>What the block says of itself.</summary>
    public FlowChunkHeader Header { get; }

    /// <summary>Which optional parts a flow has.</summary>
    /// <param name="row">The flow's place in the block.</param>
    public FlowParts GetParts(int row) => _parts[row];

    /// <summary>Reads a column of numbers.</summary>
    /// <param name="column">The column.</param>
    /// <returns>One number for each flow, 0 where it has none.</returns>
    /// <exception cref="ArgumentException">The column does not hold numbers.</exception>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public long[] ReadNumbers(FlowColumn column)
    {
        FlowColumnDefinition definition = FlowColumns.Find(column) is { Number: not null } found
            ? found
            : throw new ArgumentException($"The column {column} does not hold numbers.", nameof(column));
        long[] numbers = new long[Header.Count];
        if (Find(definition) is not { } entry)
        {
            return numbers;
        }

        Decompress(entry, DecodeNumbers, numbers);
        Spread(numbers, entry.Count, definition.Part, absent: 0L);
        if (definition.RelativeTo is { } baseline)
        {
            long[] baselines = ReadNumbers(baseline);
            for (int i = 0; i < numbers.Length; i++)
            {
                if (HasValue(i, definition.Part))
                {
                    numbers[i] = unchecked(numbers[i] + baselines[i]);
                }
            }
        }

        return numbers;
    }

    /// <summary>Reads a column of texts.</summary>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">The column does not hold texts.</exception>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public FlowTextColumn ReadTexts(FlowColumn column)
    {
        FlowColumnDefinition definition = FlowColumns.Find(column) is { Text: not null } found
            ? found
            : throw new ArgumentException($"The column {column} does not hold texts.", nameof(column));
        int[] codes = new int[Header.Count];
        if (Find(definition) is not { } entry)
        {
            codes.AsSpan().Fill(-1);
            return new FlowTextColumn([], [], codes);
        }

        var target = new TextTarget(codes);
        Decompress(entry, DecodeTexts, target);
        Spread(codes, entry.Count, definition.Part, absent: -1);
        return target.Keys is { } keys ? new FlowTextColumn(keys, entry.Encoding, codes) : new FlowTextColumn(target.Bytes, target.Ends, codes);
    }

    /// <summary>Reads the column of a field that holds numbers.</summary>
    /// <param name="field">The field's name, such as <c>Metric.ABBytes</c>.</param>
    /// <returns>One number for each flow, 0 where it has none; null when the field has no column of numbers.</returns>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public long[]? TryReadNumbers(string field) =>
        FlowColumnNames.Find(field) is { } column && FlowColumns.Find(column) is { Number: not null } ? ReadNumbers(column) : null;

    /// <summary>Reads the column of a field that holds texts.</summary>
    /// <param name="field">The field's name, such as <c>Network.A</c>.</param>
    /// <returns>Null when the field has no column of texts.</returns>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public FlowTextColumn? TryReadTexts(string field) =>
        FlowColumnNames.Find(field) is { } column && FlowColumns.Find(column) is { Text: not null } ? ReadTexts(column) : null;

    /// <summary>Reads a column of texts that are all hexadecimal numbers of up to 64 bits without leading zeros, as identifiers mostly are.</summary>
    /// <param name="column">The column, of which each flow has a value.</param>
    /// <returns>One number for each flow; null when the column has other texts too.</returns>
    /// <exception cref="ArgumentException">Not every flow has a text in the column.</exception>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public ulong[]? TryReadHexadecimal(FlowColumn column)
    {
        FlowColumnDefinition definition = FlowColumns.Find(column) is { Text: not null, Part: FlowParts.None } found
            ? found
            : throw new ArgumentException($"Not every flow has a text in the column {column}.", nameof(column));
        if (Find(definition) is not { } entry)
        {
            return [];
        }

        if (entry.Encoding != FlowChunkFormat.EncodingHexadecimal)
        {
            return null;
        }

        var numbers = new ulong[entry.Count];
        Decompress(
            entry,
            static (in Entry entry, ReadOnlySpan<byte> raw, ulong[] numbers) =>
            {
                if (raw.Length != sizeof(ulong) * (long)entry.Count)
                {
                    throw Damaged(entry.Column, "its length does not fit its values");
                }

                FlowChunkFormat.ReadFixed(raw, sizeof(ulong), 0, MemoryMarshal.Cast<ulong, long>(numbers.AsSpan()));
            },
            numbers);
        return numbers;
    }

    /// <summary>Reads all flows, in the order in which they were encoded.</summary>
    /// <exception cref="FlowChunkException">A column is damaged.</exception>
    public Flow[] ReadFlows() => new FlowRowBuilder(this).Build();

    private static FlowChunkException Damaged(FlowColumn column, string what) => new($"The column {column} of the block of flows is damaged: {what}.");

    private void ReadDirectory(ReadOnlySpan<byte> bytes)
    {
        int columns = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        long offset = FlowChunkFormat.HeaderLength + (columns * (long)FlowChunkFormat.EntryLength);
        if (columns > FlowChunkFormat.MaxColumns || offset > bytes.Length)
        {
            throw new FlowChunkException($"{columns} columns do not fit in the block of flows.");
        }

        long rawTotal = 0;
        for (int i = 0; i < columns; i++)
        {
            ReadOnlySpan<byte> entry = bytes[(FlowChunkFormat.HeaderLength + (i * FlowChunkFormat.EntryLength))..];
            var column = (FlowColumn)entry[0];
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            uint rawLength = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            uint storedLength = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            rawTotal += rawLength;
            if (entry[2] > 1 || entry[3] > 8 || count == 0 || count > Header.Count || rawLength > FlowChunkFormat.MaxRawColumnLength
                || rawTotal > FlowChunkFormat.MaxRawLength || storedLength > bytes.Length - offset || (entry[2] == 0 && storedLength != rawLength))
            {
                throw Damaged(column, "its lengths cannot be right");
            }

            // A column that a newer writer has added is passed over.
            if (FlowColumns.Find(column) is not null
                && !_entries.TryAdd(column, new Entry(column, entry[1], entry[2] == 1, entry[3], (int)count, (int)rawLength, (int)offset, (int)storedLength)))
            {
                throw Damaged(column, "it is there twice");
            }

            offset += storedLength;
        }

        if (offset != bytes.Length)
        {
            throw new FlowChunkException($"The columns of the block of flows end at byte {offset}; {bytes.Length} was expected.");
        }
    }

    private FlowParts[] ReadParts()
    {
        var parts = new FlowParts[Header.Count];
        if (!_entries.TryGetValue(FlowColumn.Parts, out Entry entry))
        {
            return Header.Count == 0 ? parts : throw Damaged(FlowColumn.Parts, "it is missing");
        }

        if (entry.Count != Header.Count)
        {
            throw Damaged(FlowColumn.Parts, $"it has {entry.Count} values for {Header.Count} flows");
        }

        long[] numbers = new long[Header.Count];
        Decompress(entry, DecodeNumbers, numbers);
        for (int i = 0; i < numbers.Length; i++)
        {
            parts[i] = numbers[i] is >= 0 and <= (long)FlowParts.All ? (FlowParts)numbers[i] : throw Damaged(FlowColumn.Parts, $"{numbers[i]} is no value");
        }

        return parts;
    }

    private bool HasValue(int row, FlowParts part) => part == FlowParts.None || (_parts[row] & part) != 0;

    // The directory entry of a column, null when no flow has a value in it.
    private Entry? Find(FlowColumnDefinition definition)
    {
        int expected = definition.Part == FlowParts.None ? Header.Count : (_partCounts ??= CountParts())[BitOperations.Log2((uint)definition.Part)];
        bool exists = _entries.TryGetValue(definition.Column, out Entry entry);
        if (expected != (exists ? entry.Count : 0))
        {
            throw Damaged(definition.Column, $"it has {(exists ? entry.Count : 0)} values; {expected} were expected");
        }

        return exists ? entry : null;
    }

    private int[] CountParts()
    {
        int[] counts = new int[BitOperations.Log2((uint)FlowParts.All) + 1];
        for (int row = 0; row < _parts.Length;)
        {
            // Most flows have the parts that the one before has.
            FlowParts parts = _parts[row];
            int begin = row++;
            while (row < _parts.Length && _parts[row] == parts)
            {
                row++;
            }

            for (uint rest = (uint)parts; rest != 0; rest &= rest - 1)
            {
                counts[BitOperations.TrailingZeroCount(rest)] += row - begin;
            }
        }

        return counts;
    }

    // Values were read one after the other; moves them to the flows that have one, from the last on, so that none is overwritten unread.
    private void Spread<T>(T[] values, int count, FlowParts part, T absent)
    {
        if (count == values.Length)
        {
            return;
        }

        for (int row = values.Length - 1; row >= 0; row--)
        {
            values[row] = HasValue(row, part) ? values[--count] : absent;
        }
    }

    private void Decompress<TState>(in Entry entry, ColumnReader<TState> reader, TState state)
    {
        ReadOnlySpan<byte> stored = _chunk.Span.Slice(entry.Offset, entry.StoredLength);
        if (!entry.IsCompressed)
        {
            reader(in entry, stored, state);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(entry.RawLength);
        try
        {
            if (!BrotliDecoder.TryDecompress(stored, buffer.AsSpan(0, entry.RawLength), out int written) || written != entry.RawLength)
            {
                throw Damaged(entry.Column, "it cannot be decompressed");
            }

            reader(in entry, buffer.AsSpan(0, written), state);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void DecodeNumbers(in Entry entry, ReadOnlySpan<byte> raw, long[] numbers)
    {
        switch (entry.Encoding)
        {
            case FlowChunkFormat.EncodingFixed:
                if (raw.Length != 8 + ((long)entry.Width * entry.Count))
                {
                    throw Damaged(entry.Column, "its length does not fit its values");
                }

                long min = BinaryPrimitives.ReadInt64LittleEndian(raw);
                raw = raw[8..];
                FlowChunkFormat.ReadFixed(raw, entry.Width, min, numbers.AsSpan(0, entry.Count));

                break;
            case FlowChunkFormat.EncodingDelta:
                long previous = 0;
                for (int i = 0; i < entry.Count; i++)
                {
                    previous = unchecked(previous + FlowChunkFormat.UnZigZag(ReadVarInt(ref raw, entry.Column)));
                    numbers[i] = previous;
                }

                if (!raw.IsEmpty)
                {
                    throw Damaged(entry.Column, "bytes are left behind its values");
                }

                break;
            default:
                throw Damaged(entry.Column, $"{entry.Encoding} is no encoding of numbers");
        }
    }

    private static void DecodeTexts(in Entry entry, ReadOnlySpan<byte> raw, TextTarget target)
    {
        switch (entry.Encoding)
        {
            case FlowChunkFormat.EncodingHexadecimal:
                if (raw.Length != 8L * entry.Count)
                {
                    throw Damaged(entry.Column, "its length does not fit its values");
                }

                // At most 16 digits each.
                target.Bytes = new byte[16 * entry.Count];
                target.Ends = new int[entry.Count];
                int end = 0;
                for (int i = 0; i < entry.Count; i++)
                {
                    end += KeyTexts.FormatHexadecimal(FlowChunkFormat.ReadFixed(raw, i, 8), target.Bytes.AsSpan(end));
                    target.Ends[i] = end;
                    target.Codes[i] = i;
                }

                break;
            case FlowChunkFormat.EncodingDictionary:
                ulong count = ReadVarInt(ref raw, entry.Column);
                if (count == 0 || count > (ulong)entry.Count)
                {
                    throw Damaged(entry.Column, $"{count} texts for {entry.Count} values");
                }

                target.Bytes = new byte[raw.Length];
                target.Ends = new int[(int)count];
                int position = 0;
                for (int i = 0; i < target.Ends.Length; i++)
                {
                    ulong length = ReadVarInt(ref raw, entry.Column);
                    if (length > (ulong)raw.Length)
                    {
                        throw Damaged(entry.Column, "a text is longer than the column");
                    }

                    raw[..(int)length].CopyTo(target.Bytes.AsSpan(position));
                    position += (int)length;
                    target.Ends[i] = position;
                    raw = raw[(int)length..];
                }

                DecodeCodes(in entry, raw, count, target.Codes);
                break;
            case FlowChunkFormat.EncodingAddress or FlowChunkFormat.EncodingMac or FlowChunkFormat.EncodingIdentifier:
                target.Keys = DecodeKeys(in entry, ref raw);
                DecodeCodes(in entry, raw, (ulong)target.Keys.Length, target.Codes);
                break;
            default:
                throw Damaged(entry.Column, $"{entry.Encoding} is no encoding of texts");
        }
    }

    private static void DecodeCodes(in Entry entry, ReadOnlySpan<byte> raw, ulong count, int[] codes)
    {
        if (raw.Length != (long)entry.Width * entry.Count)
        {
            throw Damaged(entry.Column, "its length does not fit its values");
        }

        if (FlowChunkFormat.ReadFixed(raw, entry.Width, codes.AsSpan(0, entry.Count)) is var largest && largest >= count)
        {
            throw Damaged(entry.Column, $"there is no text {largest}");
        }
    }

    private static TextKey[] DecodeKeys(in Entry entry, ref ReadOnlySpan<byte> raw)
    {
        ulong shortCount = ReadVarInt(ref raw, entry.Column);
        ulong longCount = entry.Encoding == FlowChunkFormat.EncodingAddress ? ReadVarInt(ref raw, entry.Column) : 0;
        if (shortCount > (ulong)entry.Count || longCount > (ulong)entry.Count || shortCount + longCount == 0 || shortCount + longCount > (ulong)entry.Count)
        {
            throw Damaged(entry.Column, $"{shortCount} and {longCount} texts for {entry.Count} values");
        }

        int shortLength = entry.Encoding switch
        {
            FlowChunkFormat.EncodingAddress => sizeof(uint),
            FlowChunkFormat.EncodingMac => FlowChunkFormat.MacLength,
            _ => sizeof(ulong),
        };
        if ((ulong)raw.Length < (shortCount * (ulong)shortLength) + (longCount * 2 * sizeof(ulong)))
        {
            throw Damaged(entry.Column, "its texts are longer than the column");
        }

        var keys = new TextKey[(int)(shortCount + longCount)];
        for (int i = 0; i < keys.Length; i++)
        {
            if (i >= (int)shortCount)
            {
                keys[i] = new(KeyTexts.KindIPv6, BinaryPrimitives.ReadUInt64BigEndian(raw), BinaryPrimitives.ReadUInt64BigEndian(raw[sizeof(ulong)..]));
                raw = raw[(2 * sizeof(ulong))..];
                continue;
            }

            keys[i] = new(entry.Encoding switch
            {
                FlowChunkFormat.EncodingAddress => BinaryPrimitives.ReadUInt32BigEndian(raw),
                FlowChunkFormat.EncodingMac => ((ulong)BinaryPrimitives.ReadUInt16BigEndian(raw) << 32) | BinaryPrimitives.ReadUInt32BigEndian(raw[2..]),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(raw),
            });
            raw = raw[shortLength..];
        }

        return keys;
    }

    private static ulong ReadVarInt(ref ReadOnlySpan<byte> bytes, FlowColumn column)
    {
        ulong value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw Damaged(column, "a number does not end");
    }

    private readonly record struct Entry(
        FlowColumn Column, byte Encoding, bool IsCompressed, int Width, int Count, int RawLength, int Offset, int StoredLength);

    private sealed class TextTarget(int[] codes)
    {
        public int[] Codes { get; } = codes;

        // The texts one after the other, and where each ends.
        public byte[] Bytes { get; set; } = [];

        public int[] Ends { get; set; } = [];

        // The numbers that the texts stand for, where that is how they are encoded.
        public TextKey[]? Keys { get; set; }
    }
}
