using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
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

    private delegate void ColumnReader<TState>(in Entry entry, ReadOnlySpan<byte> raw, TState state);

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
            return new FlowTextColumn([], codes);
        }

        var target = new TextTarget(codes);
        Decompress(entry, DecodeTexts, target);
        Spread(codes, entry.Count, definition.Part, absent: -1);
        return new FlowTextColumn(target.Texts, codes);
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
        int expected = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            expected += HasValue(i, definition.Part) ? 1 : 0;
        }

        bool exists = _entries.TryGetValue(definition.Column, out Entry entry);
        if (expected != (exists ? entry.Count : 0))
        {
            throw Damaged(definition.Column, $"it has {(exists ? entry.Count : 0)} values; {expected} were expected");
        }

        return exists ? entry : null;
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
                for (int i = 0; i < entry.Count; i++)
                {
                    numbers[i] = unchecked(min + (long)FlowChunkFormat.ReadFixed(raw, i, entry.Width));
                }

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

                target.Texts = new string[entry.Count];
                for (int i = 0; i < entry.Count; i++)
                {
                    target.Texts[i] = FlowChunkFormat.ReadFixed(raw, i, 8).ToString("x", CultureInfo.InvariantCulture);
                    target.Codes[i] = i;
                }

                break;
            case FlowChunkFormat.EncodingDictionary:
                ulong count = ReadVarInt(ref raw, entry.Column);
                if (count == 0 || count > (ulong)entry.Count)
                {
                    throw Damaged(entry.Column, $"{count} texts for {entry.Count} values");
                }

                target.Texts = new string[(int)count];
                for (int i = 0; i < target.Texts.Length; i++)
                {
                    ulong length = ReadVarInt(ref raw, entry.Column);
                    if (length > (ulong)raw.Length)
                    {
                        throw Damaged(entry.Column, "a text is longer than the column");
                    }

                    target.Texts[i] = System.Text.Encoding.UTF8.GetString(raw[..(int)length]);
                    raw = raw[(int)length..];
                }

                if (raw.Length != (long)entry.Width * entry.Count)
                {
                    throw Damaged(entry.Column, "its length does not fit its values");
                }

                for (int i = 0; i < entry.Count; i++)
                {
                    ulong code = FlowChunkFormat.ReadFixed(raw, i, entry.Width);
                    target.Codes[i] = code < count ? (int)code : throw Damaged(entry.Column, $"there is no text {code}");
                }

                break;
            default:
                throw Damaged(entry.Column, $"{entry.Encoding} is no encoding of texts");
        }
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

        public string[] Texts { get; set; } = [];
    }
}
