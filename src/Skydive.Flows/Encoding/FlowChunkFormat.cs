using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Skydive.Flows.Encoding;

/// <summary>
/// The layout of an encoded block of flows. All numbers are little-endian.
/// <list type="table">
/// <item><term>0</term><description>the bytes "SkFC"</description></item>
/// <item><term>4</term><description>version: 3 where a column has one of the encodings of addresses or identifiers, else the oldest, from 1 to 3,
/// that knows all parts that flows have; a zero byte; how many columns, 2 bytes</description></item>
/// <item><term>8</term><description>how many flows, 4 bytes; length of the whole block, 4 bytes</description></item>
/// <item><term>16</term><description>minimum and maximum of Start, of Last, 8 bytes each</description></item>
/// <item><term>48</term><description>for each column 16 bytes: its number, encoding, whether it is compressed (Brotli), the width of its
/// numbers in bytes; how many values, raw length, stored length, 4 bytes each</description></item>
/// <item><term>…</term><description>the columns' bytes in the same order; columns without a value are left out</description></item>
/// <item><term>−8</term><description>xxHash64 of everything before</description></item>
/// </list>
/// </summary>
internal static class FlowChunkFormat
{
    public const uint Magic = 0x43466b53; // "SkFC"
    public const byte OldestVersion = 1;
    public const byte NewestVersion = 3;
    public const int HeaderLength = 48;
    public const int EntryLength = 16;
    public const int ChecksumLength = 8;
    public const int MaxColumns = 256;
    public const int MacLength = 6;

    /// <summary>Bounds, for one column and for all, what a hostile block makes a reader allocate.</summary>
    public const int MaxRawColumnLength = 16 << 20;
    public const long MaxRawLength = 32 << 20;

    /// <summary>Numbers: the smallest one, 8 bytes, then what each is more than that, in a fixed width of 0 to 8 bytes.</summary>
    public const byte EncodingFixed = 0;

    /// <summary>Numbers: the difference of each from the one before, zigzag, as a variable-length integer.</summary>
    public const byte EncodingDelta = 1;

    /// <summary>Texts that are hexadecimal numbers of up to 64 bits without leading zeros: 8 bytes each.</summary>
    public const byte EncodingHexadecimal = 2;

    /// <summary>
    /// Texts: how many different ones, then each as length and UTF-8 bytes, lengths as variable-length integers; then for each value the
    /// number of its text in a fixed width of 0 to 4 bytes.
    /// </summary>
    public const byte EncodingDictionary = 3;

    /// <summary>
    /// Texts that are IP addresses: how many different ones of IPv4 and of IPv6, as variable-length integers; those of IPv4, 4 bytes each as on the
    /// wire, then those of IPv6, 16 bytes each; then the number of each value's address as in <see cref="EncodingDictionary"/>. Since version 3.
    /// </summary>
    public const byte EncodingAddress = 4;

    /// <summary>Texts that are MAC addresses: how many different ones, 6 bytes each, the numbers as above. Since version 3.</summary>
    public const byte EncodingMac = 5;

    /// <summary>
    /// Texts that are hexadecimal numbers of up to 64 bits, or empty: how many different ones, 8 bytes each (0 for the empty text), the numbers as
    /// above. Since version 3.
    /// </summary>
    public const byte EncodingIdentifier = 6;

    /// <summary>The version of a block: the oldest that can hold it, so that older readers understand what they can.</summary>
    public static byte VersionOf(FlowParts parts, bool hasKeys) =>
        hasKeys || (parts & ~FlowParts.Version2) != 0 ? NewestVersion : (parts & ~FlowParts.Version1) == 0 ? OldestVersion : (byte)2;

    /// <summary>How many bytes a number takes in the fixed encodings, 0 for the number 0.</summary>
    public static int WidthOf(ulong value) => (71 - System.Numerics.BitOperations.LeadingZeroCount(value)) / 8;

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    public static ulong ReadFixed(ReadOnlySpan<byte> bytes, int index, int width)
    {
        ulong value = 0;
        for (int i = width - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[(index * width) + i];
        }

        return value;
    }

    /// <summary>Reads numbers of a fixed width.</summary>
    /// <param name="bytes">The numbers and nothing else.</param>
    /// <param name="width">How many bytes each has, at most 8.</param>
    /// <param name="baseline">What is added to each.</param>
    /// <param name="numbers">Where they go.</param>
    public static void ReadFixed(ReadOnlySpan<byte> bytes, int width, long baseline, Span<long> numbers)
    {
        // Eight bytes at a time, as long as there are eight.
        int whole = WholeReads(bytes, width, numbers.Length);
        ref byte place = ref MemoryMarshal.GetReference(bytes);
        ulong mask = MaskOf(width);
        for (int i = 0; i < whole; i++)
        {
            numbers[i] = unchecked(baseline + (long)(Unsafe.ReadUnaligned<ulong>(ref place) & mask));
            place = ref Unsafe.Add(ref place, width);
        }

        for (int i = whole; i < numbers.Length; i++)
        {
            numbers[i] = unchecked(baseline + (long)ReadFixed(bytes, i, width));
        }
    }

    /// <summary>Reads numbers of a fixed width.</summary>
    /// <param name="bytes">The numbers and nothing else.</param>
    /// <param name="width">How many bytes each has, at most 8.</param>
    /// <param name="codes">Where they go; numbers that do not fit mean nothing.</param>
    /// <returns>The largest one; a number that does not fit is larger than any that does.</returns>
    public static ulong ReadFixed(ReadOnlySpan<byte> bytes, int width, Span<int> codes)
    {
        int whole = WholeReads(bytes, width, codes.Length);
        ref byte place = ref MemoryMarshal.GetReference(bytes);
        ulong mask = MaskOf(width);
        ulong largest = 0;
        for (int i = 0; i < whole; i++)
        {
            ulong code = Unsafe.ReadUnaligned<ulong>(ref place) & mask;
            largest = Math.Max(largest, code);
            codes[i] = (int)code;
            place = ref Unsafe.Add(ref place, width);
        }

        for (int i = whole; i < codes.Length; i++)
        {
            ulong code = ReadFixed(bytes, i, width);
            largest = Math.Max(largest, code);
            codes[i] = (int)code;
        }

        return largest;
    }

    private static ulong MaskOf(int width) => width == 8 ? ulong.MaxValue : (1UL << (8 * width)) - 1;

    // How many of the numbers have eight bytes from their begin on; as they are read here only in little-endian processors.
    private static int WholeReads(ReadOnlySpan<byte> bytes, int width, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, (long)width * count, nameof(bytes));
        return !BitConverter.IsLittleEndian || bytes.Length < sizeof(ulong) ? 0
            : width == 0 ? count
            : Math.Min(count, ((bytes.Length - sizeof(ulong)) / width) + 1);
    }
}
