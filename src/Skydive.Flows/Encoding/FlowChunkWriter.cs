using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Skydive.Flows.Hashing;

namespace Skydive.Flows.Encoding;

/// <summary>Encodes one block of flows; see <see cref="FlowChunkFormat"/>.</summary>
internal ref struct FlowChunkWriter
{
    // Measured with the codec benchmark: quality 4 makes blocks 6 % smaller, at several times the cost.
    private const int BrotliQuality = 1;
    private const int BrotliWindowBits = 18;

    // Shorter columns are not worth the call.
    private const int MinCompressedLength = 64;

    // Of a longer column, how many bytes in how many places tell whether it is worth the call.
    private const int SampleLength = 512;
    private const int SampleCount = 8;

    private readonly FlowRows _rows;
    private readonly bool _compress;
    private readonly Span<FlowParts> _parts;
    private readonly FlowParts _anyParts;
    private readonly Span<long> _starts;
    private readonly Span<long> _lasts;
    private readonly Span<long> _numbers;
    private readonly Span<ulong> _hexadecimals;
    private readonly Span<int> _codes;
    private readonly DistinctTexts _texts;
    private readonly DistinctKeys _keys;
    private readonly ArrayBufferWriter<byte> _raw;
    private readonly ArrayBufferWriter<byte> _data;
    private readonly ArrayBufferWriter<byte> _directory;
    private bool _hasKeys;
    private int _columnCount;
    private long _rawLength;

    private FlowChunkWriter(FlowRows rows, FlowChunkScratch scratch, bool compress)
    {
        int count = rows.Count;
        _rows = rows;
        _compress = compress;
        _parts = scratch.Parts(count);
        _numbers = scratch.Room(count);
        _starts = scratch.Starts(count);
        _lasts = scratch.Lasts(count);
        _hexadecimals = scratch.Hexadecimals(count);
        _codes = scratch.Codes(count);
        _texts = scratch.Texts;
        _keys = scratch.Keys;
        _raw = scratch.Raw;
        _data = scratch.Data;
        _directory = scratch.Directory;
        rows.ReadParts(_parts, scratch);
        rows.ReadNumbers(FlowColumns.Find(FlowColumn.Start)!, _parts, _numbers).CopyTo(_starts);
        rows.ReadNumbers(FlowColumns.Find(FlowColumn.Last)!, _parts, _numbers).CopyTo(_lasts);
        foreach (FlowParts parts in _parts)
        {
            _anyParts |= parts;
        }
    }

    /// <summary>Encodes flows.</summary>
    public static byte[] Write(FlowRows rows, bool compress)
    {
        var scratch = FlowChunkScratch.Take();
        try
        {
            return new FlowChunkWriter(rows, scratch, compress).Write();
        }
        finally
        {
            scratch.Return();
        }
    }

    private byte[] Write()
    {
        foreach (FlowColumnDefinition definition in FlowColumns.All)
        {
            if (definition.Part == FlowParts.None || (_anyParts & definition.Part) != 0)
            {
                WriteColumn(definition);
            }
        }

        int length = checked(FlowChunkFormat.HeaderLength + _directory.WrittenCount + _data.WrittenCount + FlowChunkFormat.ChecksumLength);
        byte[] chunk = GC.AllocateUninitializedArray<byte>(length);
        bool isEmpty = _rows.Count == 0;
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, FlowChunkFormat.Magic);
        chunk[4] = FlowChunkFormat.VersionOf(_anyParts, _hasKeys);
        chunk[5] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(6), (ushort)_columnCount);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(8), _rows.Count);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(12), length);
        (long minStart, long maxStart) = isEmpty ? (0, 0) : Bounds(_starts);
        (long minLast, long maxLast) = isEmpty ? (0, 0) : Bounds(_lasts);
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(16), minStart);
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(24), maxStart);
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(32), minLast);
        BinaryPrimitives.WriteInt64LittleEndian(chunk.AsSpan(40), maxLast);
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
            && IsWorthCompressing(_raw.WrittenSpan) && TryCompress(out storedLength);
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

    private readonly bool TryCompress(out int length)
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

    // By how often each byte occurs. Bytes that are almost random, as of codes and ports, are most of what there is: they would take most of the time,
    // here and where they are read, and save little.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsWorthCompressing(ReadOnlySpan<byte> raw)
    {
        const float MaxBitsPerByte = 5.6f;
        const int MinLength = 1024;
        if (raw.Length < MinLength)
        {
            return true;
        }

        Span<int> counts = stackalloc int[256];
        counts.Clear();
        int total = 0;
        int step = Math.Max(SampleLength, raw.Length / SampleCount);
        for (int start = 0; start < raw.Length; start += step)
        {
            ReadOnlySpan<byte> sample = raw.Slice(start, Math.Min(SampleLength, raw.Length - start));
            total += sample.Length;
            foreach (byte value in sample)
            {
                counts[value]++;
            }
        }

        float bits = 0;
        foreach (int count in counts)
        {
            bits += count == 0 ? 0 : count * MathF.Log2((float)total / count);
        }

        return bits < MaxBitsPerByte * total;
    }

    private readonly (byte Encoding, int Width, int Count) WriteNumbers(FlowColumnDefinition definition)
    {
        Span<long> numbers = _rows.ReadNumbers(definition, _parts, _numbers);
        int count = numbers.Length;
        if (count == 0)
        {
            return default;
        }

        if (definition.RelativeTo is { } baseline)
        {
            MakeRelative(numbers, definition.Part, baseline == FlowColumn.Start ? _starts : _lasts);
        }

        (long min, long max) = Bounds(numbers);
        int width = FlowChunkFormat.WidthOf(unchecked((ulong)(max - min)));
        if (width > 1 && TryWriteDeltas(numbers, 8L + ((long)width * count)))
        {
            return (FlowChunkFormat.EncodingDelta, 0, count);
        }

        BinaryPrimitives.WriteInt64LittleEndian(_raw.GetSpan(8), min);
        _raw.Advance(8);
        WriteFixed(numbers, min, width, FixedSpan(width, count));
        _raw.Advance(width * count);
        return (FlowChunkFormat.EncodingFixed, width, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (long Min, long Max) Bounds(ReadOnlySpan<long> numbers)
    {
        long min = numbers[0];
        long max = numbers[0];
        foreach (long number in numbers)
        {
            min = Math.Min(min, number);
            max = Math.Max(max, number);
        }

        return (min, max);
    }

    // Numbers are written 8 bytes at a time, each over the zeros of the one before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteFixed(ReadOnlySpan<long> numbers, long min, int width, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, (width * numbers.Length) + sizeof(ulong), nameof(bytes));
        ref byte place = ref MemoryMarshal.GetReference(bytes);
        foreach (long number in numbers)
        {
            ulong value = unchecked((ulong)(number - min));
            Unsafe.WriteUnaligned(ref place, BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
            place = ref Unsafe.Add(ref place, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteFixed(ReadOnlySpan<int> codes, int width, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, (width * codes.Length) + sizeof(ulong), nameof(bytes));
        ref byte place = ref MemoryMarshal.GetReference(bytes);
        foreach (int code in codes)
        {
            Unsafe.WriteUnaligned(ref place, BitConverter.IsLittleEndian ? (ulong)code : BinaryPrimitives.ReverseEndianness((ulong)code));
            place = ref Unsafe.Add(ref place, width);
        }
    }

    private readonly void MakeRelative(Span<long> numbers, FlowParts part, ReadOnlySpan<long> baselines)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly bool TryWriteDeltas(ReadOnlySpan<long> numbers, long fixedLength)
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
        byte keyEncoding = KeyTexts.EncodingOf(definition.Column);
        if (keyEncoding != 0 && _rows.TryReadKeys(definition, keyEncoding, _parts, _codes, _keys, out int count))
        {
            return WriteKeys(keyEncoding, _codes[..count]);
        }

        if (_rows.TryReadHexadecimal(definition, _parts, _hexadecimals, out count))
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

        return (FlowChunkFormat.EncodingDictionary, WriteCodes(_codes[..count], _texts.Texts.Count), count);
    }

    private (byte Encoding, int Width, int Count) WriteKeys(byte encoding, Span<int> codes)
    {
        ReadOnlySpan<TextKey> keys = _keys.Keys;
        if (codes.IsEmpty)
        {
            return default;
        }

        _hasKeys = true;
        switch (encoding)
        {
            case FlowChunkFormat.EncodingAddress:
                WriteAddresses(keys, codes);
                break;
            case FlowChunkFormat.EncodingMac:
                WriteVarInt((ulong)keys.Length);
                Span<byte> bytes = _raw.GetSpan(keys.Length * FlowChunkFormat.MacLength);
                foreach (ref readonly TextKey key in keys)
                {
                    new Packets.MacAddress(key.Low).CopyTo(bytes);
                    bytes = bytes[FlowChunkFormat.MacLength..];
                }

                _raw.Advance(keys.Length * FlowChunkFormat.MacLength);
                break;
            default:
                WriteVarInt((ulong)keys.Length);
                foreach (ref readonly TextKey key in keys)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(_raw.GetSpan(sizeof(ulong)), key.Low);
                    _raw.Advance(sizeof(ulong));
                }

                break;
        }

        return (encoding, WriteCodes(codes, keys.Length), codes.Length);
    }

    // Those of IPv4 first.
    private readonly void WriteAddresses(ReadOnlySpan<TextKey> keys, Span<int> codes)
    {
        int shortCount = 0;
        foreach (ref readonly TextKey key in keys)
        {
            shortCount += key.Kind == KeyTexts.KindShort ? 1 : 0;
        }

        int longCount = keys.Length - shortCount;
        WriteVarInt((ulong)shortCount);
        WriteVarInt((ulong)longCount);
        int length = (shortCount * sizeof(uint)) + (longCount * 2 * sizeof(ulong));
        Span<byte> shortBytes = _raw.GetSpan(length);
        Span<byte> longBytes = shortBytes[(shortCount * sizeof(uint))..];
        int[] order = longCount > 0 && shortCount > 0 ? new int[keys.Length] : [];
        int nextShort = 0;
        int nextLong = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            ref readonly TextKey key = ref keys[i];
            bool isShort = key.Kind == KeyTexts.KindShort;
            if (order.Length > 0)
            {
                order[i] = isShort ? nextShort : shortCount + nextLong;
            }

            if (isShort)
            {
                BinaryPrimitives.WriteUInt32BigEndian(shortBytes[(sizeof(uint) * nextShort++)..], (uint)key.Low);
            }
            else
            {
                BinaryPrimitives.WriteUInt64BigEndian(longBytes[(2 * sizeof(ulong) * nextLong)..], key.High);
                BinaryPrimitives.WriteUInt64BigEndian(longBytes[((2 * sizeof(ulong) * nextLong++) + sizeof(ulong))..], key.Low);
            }
        }

        _raw.Advance(length);
        if (order.Length > 0)
        {
            foreach (ref int code in codes)
            {
                code = order[code];
            }
        }
    }

    private readonly int WriteCodes(ReadOnlySpan<int> codes, int distinct)
    {
        int width = codes.IsEmpty ? 0 : FlowChunkFormat.WidthOf((ulong)distinct - 1);
        WriteFixed(codes, width, FixedSpan(width, codes.Length));
        _raw.Advance(width * codes.Length);
        return width;
    }

    // Numbers are written 8 bytes at a time, each over the zeros of the one before: the last one needs room to spare.
    private readonly Span<byte> FixedSpan(int width, int count) => _raw.GetSpan((width * count) + sizeof(ulong));

    private readonly void WriteVarInt(ulong value) => _raw.Advance(WriteVarInt(value, _raw.GetSpan(10)));
}
