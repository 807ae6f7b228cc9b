using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using Skydive.Contracts.Flows;
using Skydive.Flows.Hashing;

namespace Skydive.Flows.Encoding;

/// <summary>Encodes one block of flows; see <see cref="FlowChunkFormat"/>.</summary>
internal sealed class FlowChunkWriter
{
    // Measured with the codec benchmark: quality 4 makes blocks 6 % smaller and takes twice as long.
    private const int BrotliQuality = 1;
    private const int BrotliWindowBits = 18;

    // Shorter columns are not worth the call.
    private const int MinCompressedLength = 64;

    private const int NoDigit = 99;

    private readonly Flow[] _rows;
    private readonly bool _compress;
    private readonly FlowParts[] _parts;
    private readonly long[] _starts;
    private readonly long[] _lasts;
    private readonly long[] _numbers;
    private readonly string[] _texts;
    private readonly int[] _codes;
    private readonly Dictionary<string, int> _codeOf = new(StringComparer.Ordinal);
    private readonly List<string> _distinct = [];
    private readonly ArrayBufferWriter<byte> _raw = new(4096);
    private readonly ArrayBufferWriter<byte> _data = new(4096);
    private readonly ArrayBufferWriter<byte> _directory = new(1024);
    private int _columnCount;

    public FlowChunkWriter(Flow[] rows, bool compress)
    {
        _rows = rows;
        _compress = compress;
        _parts = Array.ConvertAll(rows, FlowColumns.PartsOf);
        _starts = Array.ConvertAll(rows, static row => row.Start);
        _lasts = Array.ConvertAll(rows, static row => row.Last);
        _numbers = new long[rows.Length];
        _texts = new string[rows.Length];
        _codes = new int[rows.Length];
    }

    public byte[] Write()
    {
        foreach (FlowColumnDefinition definition in FlowColumns.All)
        {
            WriteColumn(definition);
        }

        int length = checked(FlowChunkFormat.HeaderLength + _directory.WrittenCount + _data.WrittenCount + FlowChunkFormat.ChecksumLength);
        byte[] chunk = GC.AllocateUninitializedArray<byte>(length);
        bool isEmpty = _rows.Length == 0;
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, FlowChunkFormat.Magic);
        chunk[4] = FlowChunkFormat.Version;
        chunk[5] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(6), (ushort)_columnCount);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(8), _rows.Length);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(12), length);
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(16), isEmpty ? 0 : _starts.Min());
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(24), isEmpty ? 0 : _starts.Max());
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(32), isEmpty ? 0 : _lasts.Min());
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(40), isEmpty ? 0 : _lasts.Max());
        _directory.WrittenSpan.CopyTo(chunk.AsSpan(FlowChunkFormat.HeaderLength));
        _data.WrittenSpan.CopyTo(chunk.AsSpan(FlowChunkFormat.HeaderLength + _directory.WrittenCount));
        Span<byte> covered = chunk.AsSpan(0, length - FlowChunkFormat.ChecksumLength);
        BinaryPrimitives.WriteUInt64LittleEndian(chunk.AsSpan(covered.Length), XxHash64.Hash(covered));
        return chunk;
    }

    // What each ASCII character is as a lower-case hexadecimal digit.
    private static ReadOnlySpan<byte> HexadecimalValues =>
    [
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99, 10, 11, 12, 13, 14, 15, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    private static int VarIntLength(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    // Whether reading the text as a hexadecimal number and writing that gives the same text.
    private static bool TryParseHexadecimal(string text, out ulong value)
    {
        value = 0;
        if (text.Length is 0 or > 16 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        int wrong = 0;
        foreach (char digit in text)
        {
            // Digits and letters come in no order that a branch could be predicted by.
            int number = digit < HexadecimalValues.Length ? HexadecimalValues[digit] : NoDigit;
            wrong |= number;
            value = (value << 4) | (uint)(number & 0xf);
        }

        return wrong < 16;
    }

    private static int WriteVarInt(ulong value, Span<byte> bytes)
    {
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        return length;
    }

    private void WriteColumn(FlowColumnDefinition definition)
    {
        int count = definition.Number is not null ? CollectNumbers(definition) : CollectTexts(definition);
        if (count == 0)
        {
            return;
        }

        _raw.ResetWrittenCount();
        (byte encoding, int width) = definition.Number is not null
            ? WriteNumbers(_numbers.AsSpan(0, count))
            : WriteTexts(_texts.AsSpan(0, count));
        int storedLength = _raw.WrittenCount;
        if (storedLength > FlowChunkFormat.MaxRawColumnLength)
        {
            throw new ArgumentException($"The field {definition.Column} of all flows takes {storedLength} bytes; at most 16 MiB are possible.");
        }

        // The digits of hashes do not compress.
        bool isCompressed = _compress && encoding != FlowChunkFormat.EncodingHexadecimal && storedLength >= MinCompressedLength
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

    private bool HasValue(int row, FlowParts part) => part == FlowParts.None || (_parts[row] & part) != 0;

    private int CollectNumbers(FlowColumnDefinition definition)
    {
        long[]? baselines = definition.RelativeTo switch
        {
            null => null,
            FlowColumn.Start => _starts,
            _ => _lasts,
        };
        int count = 0;
        for (int i = 0; i < _rows.Length; i++)
        {
            if (HasValue(i, definition.Part))
            {
                long number = definition.Number!(_rows[i]);
                _numbers[count++] = baselines is null ? number : unchecked(number - baselines[i]);
            }
        }

        return count;
    }

    private int CollectTexts(FlowColumnDefinition definition)
    {
        int count = 0;
        for (int i = 0; i < _rows.Length; i++)
        {
            if (HasValue(i, definition.Part))
            {
                _texts[count++] = definition.Text!(_rows[i]);
            }
        }

        return count;
    }

    private (byte Encoding, int Width) WriteNumbers(ReadOnlySpan<long> numbers)
    {
        long min = numbers[0];
        long max = numbers[0];
        foreach (long number in numbers)
        {
            min = Math.Min(min, number);
            max = Math.Max(max, number);
        }

        int width = FlowChunkFormat.WidthOf(unchecked((ulong)(max - min)));
        if (width > 1 && TryWriteDeltas(numbers, 8L + ((long)width * numbers.Length)))
        {
            return (FlowChunkFormat.EncodingDelta, 0);
        }

        BinaryPrimitives.WriteInt64LittleEndian(_raw.GetSpan(8), min);
        _raw.Advance(8);
        Span<byte> bytes = FixedSpan(width, numbers.Length);
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * width)..], unchecked((ulong)(numbers[i] - min)));
        }

        _raw.Advance(width * numbers.Length);
        return (FlowChunkFormat.EncodingFixed, width);
    }

    private bool TryWriteDeltas(ReadOnlySpan<long> numbers, long fixedLength)
    {
        long length = 0;
        long previous = 0;
        foreach (long number in numbers)
        {
            length += VarIntLength(FlowChunkFormat.ZigZag(unchecked(number - previous)));
            previous = number;
        }

        // Fixed widths are read several times as fast, so differences must save a quarter.
        if (length > fixedLength - (fixedLength / 4))
        {
            return false;
        }

        Span<byte> bytes = _raw.GetSpan((int)length);
        int written = 0;
        previous = 0;
        foreach (long number in numbers)
        {
            written += WriteVarInt(FlowChunkFormat.ZigZag(unchecked(number - previous)), bytes[written..]);
            previous = number;
        }

        _raw.Advance(written);
        return true;
    }

    private (byte Encoding, int Width) WriteTexts(ReadOnlySpan<string> texts)
    {
        if (TryWriteHexadecimal(texts))
        {
            return (FlowChunkFormat.EncodingHexadecimal, 8);
        }

        CollectDistinct(texts);
        WriteVarInt((ulong)_distinct.Count);
        foreach (string text in _distinct)
        {
            int length = System.Text.Encoding.UTF8.GetByteCount(text);
            WriteVarInt((ulong)length);
            System.Text.Encoding.UTF8.GetBytes(text, _raw.GetSpan(length));
            _raw.Advance(length);
        }

        int width = FlowChunkFormat.WidthOf((ulong)_distinct.Count - 1);
        Span<byte> bytes = FixedSpan(width, texts.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * width)..], (ulong)_codes[i]);
        }

        _raw.Advance(width * texts.Length);
        return (FlowChunkFormat.EncodingDictionary, width);
    }

    private bool TryWriteHexadecimal(ReadOnlySpan<string> texts)
    {
        Span<byte> bytes = FixedSpan(sizeof(ulong), texts.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            if (!TryParseHexadecimal(texts[i], out ulong value))
            {
                return false;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * sizeof(ulong))..], value);
        }

        _raw.Advance(texts.Length * sizeof(ulong));
        return true;
    }

    private void CollectDistinct(ReadOnlySpan<string> texts)
    {
        _codeOf.Clear();
        _distinct.Clear();
        string? last = null;
        int code = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            // Most columns are the same text object again and again.
            if (!ReferenceEquals(texts[i], last))
            {
                last = texts[i];
                if (!_codeOf.TryGetValue(last, out code))
                {
                    code = _distinct.Count;
                    _codeOf.Add(last, code);
                    _distinct.Add(last);
                }
            }

            _codes[i] = code;
        }
    }

    // Numbers are written 8 bytes at a time, each over the zeros of the one before: the last one needs room to spare.
    private Span<byte> FixedSpan(int width, int count) => _raw.GetSpan((width * count) + sizeof(ulong));

    private void WriteVarInt(ulong value) => _raw.Advance(WriteVarInt(value, _raw.GetSpan(10)));
}
