using System.Buffers.Binary;
using System.Numerics;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Metrics;

/// <summary>
/// One counter of many samples as bytes: what each value is more than the smallest, in as few bits as most values need, and the few that need
/// more beside them. A counter that counted nothing, or always the same, takes three bytes, however many samples there are.
/// <code>
/// [3F, a bit for each sample: whether it has a value]   when some have none and others 0
/// width in bits, 0 to 56; +40: 0 stands for no value; +80: there are exceptions
/// smallest value (zigzag varint)
/// differences to it, width bits each, lowest bit first; 0 where there is an exception
/// [varint count of exceptions; for each: varint of how many values lie between it and the one before, varint of its difference]
/// </code>
/// </summary>
internal static class MetricColumn
{
    /// <summary>What a bit field that starts within a byte may have at most, to be read as one number of 64 bits.</summary>
    private const int MaximumWidth = 56;

    private const int Presence = 0x3f;
    private const int WidthMask = 0x3f;
    private const int ZeroIsMissing = 0x40;
    private const int HasExceptions = 0x80;

    /// <summary>Writes a column.</summary>
    /// <param name="writer">Where.</param>
    /// <param name="values">The values; any where there is none.</param>
    /// <param name="present">Which samples have a value; one at least.</param>
    public static void Write(ByteWriter writer, ReadOnlySpan<long> values, ReadOnlySpan<bool> present)
    {
        int count = values.Length;
        int flags = 0;
        if (present.Contains(false))
        {
            bool hasZero = false;
            for (int i = 0; i < count; i++)
            {
                hasZero |= present[i] && values[i] == 0;
            }

            if (hasZero)
            {
                writer.WriteByte(Presence);
                WritePresence(writer, present);
            }
            else
            {
                flags = ZeroIsMissing;
            }
        }

        // What has no value is 0 among values that are told to have one, and else left out.
        long[] rented = System.Buffers.ArrayPool<long>.Shared.Rent(count);
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (present[i] || flags == ZeroIsMissing)
            {
                rented[kept++] = present[i] ? values[i] : 0;
            }
        }

        WriteNumbers(writer, rented.AsSpan(0, kept), flags);
        System.Buffers.ArrayPool<long>.Shared.Return(rented);
    }

    /// <summary>Reads a column.</summary>
    /// <param name="reader">Where.</param>
    /// <param name="values">Where the values go.</param>
    /// <param name="present">Where it goes which samples have one.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static void Read(ref ByteReader reader, Span<long> values, Span<bool> present)
    {
        int header = reader.ReadByte();
        present.Fill(true);
        int kept = values.Length;
        if (header == Presence)
        {
            kept = ReadPresence(ref reader, present);
            header = reader.ReadByte();
        }

        ReadNumbers(ref reader, header, values[..kept]);
        if ((header & ZeroIsMissing) != 0)
        {
            for (int i = 0; i < kept; i++)
            {
                present[i] &= values[i] != 0;
            }
        }

        // From the last on, so that none is overwritten before it is moved.
        for (int i = values.Length - 1; kept < values.Length && i >= 0; i--)
        {
            values[i] = present[i] ? values[--kept] : 0;
        }
    }

    private static void WritePresence(ByteWriter writer, ReadOnlySpan<bool> present)
    {
        for (int i = 0; i < present.Length; i += 8)
        {
            int bits = 0;
            for (int j = i; j < Math.Min(i + 8, present.Length); j++)
            {
                bits |= present[j] ? 1 << (j - i) : 0;
            }

            writer.WriteByte((byte)bits);
        }
    }

    private static int ReadPresence(ref ByteReader reader, Span<bool> present)
    {
        var bits = reader.ReadBytes((present.Length + 7) / 8);
        int count = 0;
        for (int i = 0; i < present.Length; i++)
        {
            present[i] = (bits[i / 8] & (1 << (i % 8))) != 0;
            count += present[i] ? 1 : 0;
        }

        return count;
    }

    private static void WriteNumbers(ByteWriter writer, ReadOnlySpan<long> numbers, int flags)
    {
        long smallest = numbers[0];
        foreach (long number in numbers)
        {
            smallest = Math.Min(smallest, number);
        }

        int width = FindWidth(numbers, smallest, out int exceptions);
        writer.WriteByte((byte)(width | flags | (exceptions > 0 ? HasExceptions : 0)));
        writer.WriteSigned(smallest);
        WriteBits(writer, numbers, smallest, width);
        if (exceptions == 0)
        {
            return;
        }

        writer.WriteVarint((ulong)exceptions);
        int previous = -1;
        for (int i = 0; i < numbers.Length; i++)
        {
            ulong difference = Difference(numbers[i], smallest);
            if (BitLength(difference) > width)
            {
                writer.WriteVarint((ulong)(i - previous - 1));
                writer.WriteVarint(difference);
                previous = i;
            }
        }
    }

    /// <summary>The width with which numbers and exceptions take the least room.</summary>
    private static int FindWidth(ReadOnlySpan<long> numbers, long smallest, out int exceptions)
    {
        Span<int> byLength = stackalloc int[65];
        byLength.Clear();
        foreach (long number in numbers)
        {
            byLength[BitLength(Difference(number, smallest))]++;
        }

        int best = 0, bestExceptions = 0;
        long bestCost = long.MaxValue, costOfExceptions = 0;
        int countOfExceptions = 0;
        for (int width = 64; width >= 0; width--)
        {
            long cost = ((long)numbers.Length * width) + costOfExceptions;
            if (width <= MaximumWidth && cost <= bestCost)
            {
                (best, bestExceptions, bestCost) = (width, countOfExceptions, cost);
            }

            // A byte for where it is, and seven bits of it in each of the others.
            countOfExceptions += byLength[width];
            costOfExceptions += byLength[width] * (8L + (8 * ((width + 6) / 7)));
        }

        exceptions = bestExceptions;
        return best;
    }

    private static void WriteBits(ByteWriter writer, ReadOnlySpan<long> numbers, long smallest, int width)
    {
        ulong pending = 0;
        int filled = 0;
        foreach (long number in numbers)
        {
            ulong difference = Difference(number, smallest);
            pending |= (BitLength(difference) <= width ? difference : 0) << filled;
            for (filled += width; filled >= 8; filled -= 8)
            {
                writer.WriteByte((byte)pending);
                pending >>= 8;
            }
        }

        if (filled > 0)
        {
            writer.WriteByte((byte)pending);
        }
    }

    private static void ReadNumbers(ref ByteReader reader, int header, Span<long> numbers)
    {
        int width = header & WidthMask;
        if (width > MaximumWidth)
        {
            throw new InvalidDataException($"{width} bits are no width of a column of metrics");
        }

        long smallest = reader.ReadSigned();
        var bits = reader.ReadBytes((int)((((long)width * numbers.Length) + 7) / 8));
        ulong mask = (1UL << width) - 1;
        long position = 0;
        for (int i = 0; i < numbers.Length; i++, position += width)
        {
            numbers[i] = unchecked(smallest + (long)((ReadWord(bits, (int)(position >> 3)) >> (int)(position & 7)) & mask));
        }

        if ((header & HasExceptions) == 0)
        {
            return;
        }

        long index = -1;
        for (int count = reader.ReadCount(); count > 0; count--)
        {
            ulong gap = reader.ReadVarint();
            if (gap >= (ulong)(numbers.Length - index - 1))
            {
                throw new InvalidDataException("an exception lies beyond the end of a column of metrics");
            }

            index += (long)gap + 1;
            numbers[(int)index] = unchecked(smallest + (long)reader.ReadVarint());
        }
    }

    private static ulong ReadWord(ReadOnlySpan<byte> bytes, int position)
    {
        if (position + sizeof(ulong) <= bytes.Length)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes[position..]);
        }

        ulong word = 0;
        for (int i = bytes.Length - 1; i >= position; i--)
        {
            word = (word << 8) | bytes[i];
        }

        return word;
    }

    private static ulong Difference(long number, long smallest) => unchecked((ulong)(number - smallest));

    private static int BitLength(ulong number) => 64 - BitOperations.LeadingZeroCount(number);
}
