using System.Buffers.Binary;
using System.Text;

namespace Skydive.Tests;

/// <summary>Writes LLDP data units element by element.</summary>
internal sealed class LldpUnitBuilder
{
    private readonly List<byte> _bytes = [];

    /// <summary>A unit that says what has to be said: chassis 02:00:00:00:00:01, port "1", 120 seconds.</summary>
    public static LldpUnitBuilder Minimal() => new LldpUnitBuilder().Add(1, [4, 2, 0, 0, 0, 0, 1]).Add(2, [5, (byte)'1']).Add(3, [0, 120]);

    public LldpUnitBuilder Add(int type, ReadOnlySpan<byte> value)
    {
        Span<byte> header = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)((type << 9) | value.Length));
        _bytes.AddRange(header);
        _bytes.AddRange(value);
        return this;
    }

    public LldpUnitBuilder Add(int type, string text) => Add(type, Encoding.UTF8.GetBytes(text));

    /// <summary>An element of IEEE 802.1.</summary>
    public LldpUnitBuilder Add8021(byte subtype, params ReadOnlySpan<byte> value) => Add(127, [0x00, 0x80, 0xc2, subtype, .. value]);

    /// <summary>An element of IEEE 802.3.</summary>
    public LldpUnitBuilder Add8023(byte subtype, params ReadOnlySpan<byte> value) => Add(127, [0x00, 0x12, 0x0f, subtype, .. value]);

    public LldpUnitBuilder AddRaw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] Build() => [.. _bytes];
}
