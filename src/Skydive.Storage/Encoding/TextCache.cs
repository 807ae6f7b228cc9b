using System.Buffers.Binary;
using System.Text;

namespace Skydive.Storage.Encoding;

/// <summary>
/// Gives one object for short texts that come again, as types, states and flags do: a graph of thousands of interfaces then takes half of
/// the memory. A slot holds the text that came last. For one thread and one reading.
/// </summary>
internal sealed class TextCache
{
    private const int SlotBits = 11;
    private const int MaximumLength = 40;

    private readonly string?[] _slots = new string?[1 << SlotBits];

    /// <summary>The text of UTF-8 bytes.</summary>
    /// <param name="utf8">The bytes; what is no UTF-8 becomes U+FFFD.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return string.Empty;
        }

        if (utf8.Length > MaximumLength)
        {
            return System.Text.Encoding.UTF8.GetString(utf8);
        }

        ref string? slot = ref _slots[SlotOf(utf8)];
        if (slot is not null && Ascii.Equals(utf8, slot))
        {
            return slot;
        }

        return slot = System.Text.Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Mixes the first and the last eight bytes: addresses and names differ at their ends.</summary>
    private static int SlotOf(ReadOnlySpan<byte> utf8)
    {
        ulong first, last;
        if (utf8.Length >= sizeof(ulong))
        {
            first = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
            last = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]);
        }
        else
        {
            Span<byte> padded = stackalloc byte[sizeof(ulong)];
            padded.Clear();
            utf8.CopyTo(padded);
            first = last = BinaryPrimitives.ReadUInt64LittleEndian(padded);
        }

        ulong mixed = ((first * 0x9E3779B97F4A7C15) ^ last ^ (ulong)utf8.Length) * 0xC2B2AE3D27D4EB4F;
        return (int)(mixed >> (64 - SlotBits));
    }
}
