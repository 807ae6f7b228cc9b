using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using Skydive.Flows.Hashing;

namespace Skydive.Flows.Encoding;

/// <summary>Encodes one block of flows; see <see cref="FlowChunkFormat"/>.</summary>
internal sealed class FlowChunkWriter
{
    // Measured with the codec benchmark: quality 4 makes blocks 6 % smaller, at several times the cost.
    private const int BrotliQuality = 1;
    private const int BrotliWindowBits = 18;

    // Shorter columns are not worth the call.
    private const int MinCompressedLength = 64;

    private readonly FlowRows _rows;
    private readonly bool _compress;
    private readonly FlowParts[] _parts;
    private readonly long[] _starts;
    private readonly long[] _lasts;
    private readonly long[] _numbers;
    private readonly ulong[] _hexadecimals;
    private readonly int[] _codes;
    private readonly DistinctTexts _texts = new();
    private readonly ArrayBufferWriter<byte> _raw = new(4096);
    private readonly ArrayBufferWriter<byte> _data = new(4096);
    private readonly ArrayBufferWriter<byte> _directory = new(1024);
    private int _columnCount;
    private long _rawLength;

    public FlowChunkWriter(FlowRows rows, bool compress)
    {
        _rows = rows;
        _compress = compress;
        _parts = new FlowParts[rows.Count];
        _starts = new long[rows.Count];
        _lasts = new long[rows.Count];
        _numbers = new long[rows.Count];
        _hexadecimals = new ulong[rows.Count];
        _codes = new int[rows.Count];
        rows.ReadParts(_parts);
        rows.ReadNumbers(FlowColumns.Find(FlowColumn.Start)!, _parts, _starts);
        rows.ReadNumbers(FlowColumns.Find(FlowColumn.Last)!, _parts, _lasts);
    }

    public byte[] Write()
    {
        foreach (FlowColumnDefinition definition in FlowColumns.All)
        {
            WriteColumn(definition);
        }

        int length = checked(FlowChunkFormat.HeaderLength + _directory.WrittenCount + _data.WrittenCount + FlowChunkFormat.ChecksumLength);
        byte[] chunk = GC.AllocateUninitializedArray<byte>(length);
        bool isEmpty = _rows.Count == 0;
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, FlowChunkFormat.Magic);
        FlowParts parts = FlowParts.None;
        foreach (FlowParts row in _parts)
        {
            parts |= row;
        }

        chunk[4] = FlowChunkFormat.VersionOf(parts);
        chunk[5] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(6), (ushort)_columnCount);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(8), _rows.Count);
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

    private static int VarIntLength(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

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
        _raw.ResetWrittenCount();
        (byte encoding, int width, int count) = definition.Number is not null ? WriteNumbers(definition) : WriteTexts(definition);
        if (count == 0)
        {
            return;
        }

        int storedLength = _raw.WrittenCount;
        _rawLength += storedLength;
        if (storedLength > FlowChunkFormat.MaxRawColumnLength || _rawLength > FlowChunkFormat.MaxRawLength)
        {
            throw new ArgumentException(
                $"Up to {definition.Column} the fields of all flows take {_rawLength} bytes; 32 MiB are possible, and 16 MiB in one field.");
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

    private (byte Encoding, int Width, int Count) WriteNumbers(FlowColumnDefinition definition)
    {
        int count = _rows.ReadNumbers(definition, _parts, _numbers);
        if (count == 0)
        {
            return default;
        }

        Span<long> numbers = _numbers.AsSpan(0, count);
        if (definition.RelativeTo is { } baseline)
        {
            MakeRelative(numbers, definition.Part, baseline == FlowColumn.Start ? _starts : _lasts);
        }

        long min = numbers[0];
        long max = numbers[0];
        foreach (long number in numbers)
        {
            min = Math.Min(min, number);
            max = Math.Max(max, number);
        }

        int width = FlowChunkFormat.WidthOf(unchecked((ulong)(max - min)));
        if (width > 1 && TryWriteDeltas(numbers, 8L + ((long)width * count)))
        {
            return (FlowChunkFormat.EncodingDelta, 0, count);
        }

        BinaryPrimitives.WriteInt64LittleEndian(_raw.GetSpan(8), min);
        _raw.Advance(8);
        Span<byte> bytes = FixedSpan(width, count);
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * width)..], unchecked((ulong)(numbers[i] - min)));
        }

        _raw.Advance(width * count);
        return (FlowChunkFormat.EncodingFixed, width, count);
    }

    private void MakeRelative(Span<long> numbers, FlowParts part, long[] baselines)
    {
        int count = 0;
        for (int row = 0; row < _parts.Length; row++)
        {
            if (part == FlowParts.None || (_parts[row] & part) != 0)
            {
                numbers[count] = unchecked(numbers[count] - baselines[row]);
                count++;
            }
        }
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

    private (byte Encoding, int Width, int Count) WriteTexts(FlowColumnDefinition definition)
    {
        if (_rows.TryReadHexadecimal(definition, _parts, _hexadecimals, out int count))
        {
            Span<byte> numbers = FixedSpan(sizeof(ulong), count);
            for (int i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(numbers[(i * sizeof(ulong))..], _hexadecimals[i]);
            }

            _raw.Advance(count * sizeof(ulong));
            return (FlowChunkFormat.EncodingHexadecimal, sizeof(ulong), count);
        }

        _texts.Clear();
        count = _rows.ReadTexts(definition, _parts, _codes, _texts);
        WriteVarInt((ulong)_texts.Texts.Count);
        foreach (string text in _texts.Texts)
        {
            int length = System.Text.Encoding.UTF8.GetByteCount(text);
            WriteVarInt((ulong)length);
            System.Text.Encoding.UTF8.GetBytes(text, _raw.GetSpan(length));
            _raw.Advance(length);
        }

        int width = count == 0 ? 0 : FlowChunkFormat.WidthOf((ulong)_texts.Texts.Count - 1);
        Span<byte> bytes = FixedSpan(width, count);
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * width)..], (ulong)_codes[i]);
        }

        _raw.Advance(width * count);
        return (FlowChunkFormat.EncodingDictionary, width, count);
    }

    // Numbers are written 8 bytes at a time, each over the zeros of the one before: the last one needs room to spare.
    private Span<byte> FixedSpan(int width, int count) => _raw.GetSpan((width * count) + sizeof(ulong));

    private void WriteVarInt(ulong value) => _raw.Advance(WriteVarInt(value, _raw.GetSpan(10)));
}
