using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Skydive.Contracts.Flows;
using Skydive.Flows.Hashing;

namespace Skydive.Flows.Encoding;

/// <summary>Encodes one block of flows; see <see cref="FlowChunkFormat"/>.</summary>
internal sealed class FlowChunkWriter(Flow[] rows, bool compress)
{
    // Measured on flows of mixed traffic, see docs of the benchmark: higher qualities save little and cost several times as much.
    private const int BrotliQuality = 1;
    private const int BrotliWindowBits = 18;

    // Shorter columns are not worth the call.
    private const int MinCompressedLength = 64;

    private readonly long[] _numbers = new long[rows.Length];
    private readonly string[] _texts = new string[rows.Length];
    private readonly long[] _starts = new long[rows.Length];
    private readonly long[] _lasts = new long[rows.Length];
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<string> _distinct = [];
    private readonly ArrayBufferWriter<byte> _raw = new(4096);
    private readonly ArrayBufferWriter<byte> _data = new(4096);
    private readonly ArrayBufferWriter<byte> _directory = new(1024);
    private int _columnCount;

    public byte[] Write()
    {
        for (int i = 0; i < rows.Length; i++)
        {
            _starts[i] = rows[i].Start;
            _lasts[i] = rows[i].Last;
        }

        foreach (FlowColumnDefinition definition in FlowColumns.All)
        {
            WriteColumn(definition);
        }

        int length = checked(FlowChunkFormat.HeaderLength + _directory.WrittenCount + _data.WrittenCount + FlowChunkFormat.ChecksumLength);
        byte[] chunk = GC.AllocateUninitializedArray<byte>(length);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, FlowChunkFormat.Magic);
        chunk[4] = FlowChunkFormat.Version;
        chunk[5] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(6), (ushort)_columnCount);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(8), rows.Length);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(12), length);
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(16), rows.Length == 0 ? 0 : _starts.Min());
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(24), rows.Length == 0 ? 0 : _starts.Max());
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(32), rows.Length == 0 ? 0 : _lasts.Min());
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(40), rows.Length == 0 ? 0 : _lasts.Max());
        _directory.WrittenSpan.CopyTo(chunk.AsSpan(FlowChunkFormat.HeaderLength));
        _data.WrittenSpan.CopyTo(chunk.AsSpan(FlowChunkFormat.HeaderLength + _directory.WrittenCount));
        Span<byte> covered = chunk.AsSpan(0, length - FlowChunkFormat.ChecksumLength);
        BinaryPrimitives.WriteUInt64LittleEndian(chunk.AsSpan(covered.Length), XxHash64.Hash(covered));
        return chunk;
    }

    private static int VarIntLength(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    // Whether reading the text as a hexadecimal number and writing that gives the same text.
    private static bool TryParseHexadecimal(string text, out ulong value)
    {
        value = 0;
        if (text.Length is 0 or > 16 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        foreach (char digit in text)
        {
            if (digit is >= '0' and <= '9')
            {
                value = (value << 4) | (uint)(digit - '0');
            }
            else if (digit is >= 'a' and <= 'f')
            {
                value = (value << 4) | (uint)(digit - 'a' + 10);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private void WriteColumn(FlowColumnDefinition definition)
    {
        _raw.ResetWrittenCount();
        int count;
        byte encoding;
        int width;
        if (definition.Number is not null)
        {
            count = CollectNumbers(definition);
            (encoding, width) = WriteNumbers(_numbers.AsSpan(0, count));
        }
        else
        {
            count = CollectTexts(definition);
            (encoding, width) = WriteTexts(_texts.AsSpan(0, count));
        }

        if (count == 0)
        {
            return;
        }

        if (_raw.WrittenCount > FlowChunkFormat.MaxRawColumnLength)
        {
            throw new ArgumentException($"The column {definition.Column} takes {_raw.WrittenCount} bytes; at most 16 MiB are possible.", nameof(rows));
        }

        // The digits of hashes do not compress.
        int storedLength = _raw.WrittenCount;
        bool isCompressed = compress && encoding != FlowChunkFormat.EncodingHexadecimal && storedLength >= MinCompressedLength
            && TryCompress(out storedLength);
        if (!isCompressed)
        {
            storedLength = _raw.WrittenCount;
            _data.Write(_raw.WrittenSpan);
        }

        Span<byte> entry = _directory.GetSpan(FlowChunkFormat.EntryLength);
        entry[0] = (byte)definition.Column;
        entry[1] = encoding;
        entry[2] = isCompressed ? (byte)1 : (byte)0;
        entry[3] = (byte)width;
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], count);
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], _raw.WrittenCount);
        BinaryPrimitives.WriteInt32LittleEndian(entry[12..], storedLength);
        _directory.Advance(FlowChunkFormat.EntryLength);
        _columnCount++;
    }

    private bool TryCompress(out int length)
    {
        // Not worth decompressing unless it saves an eighth.
        int limit = _raw.WrittenCount - (_raw.WrittenCount / 8);
        Span<byte> destination = _data.GetSpan(BrotliEncoder.GetMaxCompressedLength(_raw.WrittenCount));
        if (!BrotliEncoder.TryCompress(_raw.WrittenSpan, destination, out length, BrotliQuality, BrotliWindowBits) || length > limit)
        {
            return false;
        }

        _data.Advance(length);
        return true;
    }

    private int CollectNumbers(FlowColumnDefinition definition)
    {
        int count = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (definition.Part != FlowParts.None && (FlowColumns.PartsOf(rows[i]) & definition.Part) == 0)
            {
                continue;
            }

            long baseline = definition.RelativeTo switch
            {
                null => 0,
                FlowColumn.Start => _starts[i],
                _ => _lasts[i],
            };
            _numbers[count++] = unchecked(definition.Number!(rows[i]) - baseline);
        }

        return count;
    }

    private int CollectTexts(FlowColumnDefinition definition)
    {
        int count = 0;
        foreach (Flow row in rows)
        {
            if (definition.Part == FlowParts.None || (FlowColumns.PartsOf(row) & definition.Part) != 0)
            {
                _texts[count++] = definition.Text!(row);
            }
        }

        return count;
    }

    private (byte Encoding, int Width) WriteNumbers(ReadOnlySpan<long> numbers)
    {
        if (numbers.IsEmpty)
        {
            return default;
        }

        long min = numbers[0];
        long max = numbers[0];
        long deltaLength = 0;
        long previous = 0;
        foreach (long number in numbers)
        {
            min = Math.Min(min, number);
            max = Math.Max(max, number);
            deltaLength += VarIntLength(FlowChunkFormat.ZigZag(unchecked(number - previous)));
            previous = number;
        }

        int width = FlowChunkFormat.WidthOf(unchecked((ulong)(max - min)));
        long fixedLength = 8L + ((long)width * numbers.Length);

        // Fixed widths are read several times as fast, so differences must save a quarter.
        if (deltaLength < fixedLength - (fixedLength / 4))
        {
            previous = 0;
            foreach (long number in numbers)
            {
                WriteVarInt(FlowChunkFormat.ZigZag(unchecked(number - previous)));
                previous = number;
            }

            return (FlowChunkFormat.EncodingDelta, 0);
        }

        BinaryPrimitives.WriteInt64LittleEndian(_raw.GetSpan(8), min);
        _raw.Advance(8);
        foreach (long number in numbers)
        {
            WriteFixed(unchecked((ulong)(number - min)), width);
        }

        return (FlowChunkFormat.EncodingFixed, width);
    }

    private (byte Encoding, int Width) WriteTexts(ReadOnlySpan<string> texts)
    {
        if (texts.IsEmpty)
        {
            return default;
        }

        if (TryWriteHexadecimal(texts))
        {
            return (FlowChunkFormat.EncodingHexadecimal, 8);
        }

        _raw.ResetWrittenCount();
        _codes.Clear();
        _distinct.Clear();
        foreach (string text in texts)
        {
            if (_codes.TryAdd(text, _codes.Count))
            {
                _distinct.Add(text);
            }
        }

        WriteVarInt((ulong)_distinct.Count);
        foreach (string text in _distinct)
        {
            int length = System.Text.Encoding.UTF8.GetByteCount(text);
            WriteVarInt((ulong)length);
            System.Text.Encoding.UTF8.GetBytes(text, _raw.GetSpan(length));
            _raw.Advance(length);
        }

        int width = FlowChunkFormat.WidthOf((ulong)_distinct.Count - 1);
        foreach (string text in texts)
        {
            WriteFixed((ulong)_codes[text], width);
        }

        return (FlowChunkFormat.EncodingDictionary, width);
    }

    private bool TryWriteHexadecimal(ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
        {
            if (!TryParseHexadecimal(text, out ulong value))
            {
                return false;
            }

            WriteFixed(value, sizeof(ulong));
        }

        return true;
    }

    private void WriteFixed(ulong value, int width)
    {
        Span<byte> bytes = _raw.GetSpan(sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _raw.Advance(width);
    }

    private void WriteVarInt(ulong value)
    {
        Span<byte> bytes = _raw.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        _raw.Advance(length);
    }
}
