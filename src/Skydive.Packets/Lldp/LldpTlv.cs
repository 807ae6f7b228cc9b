namespace Skydive.Packets.Lldp;

/// <summary>One element of an LLDP data unit.</summary>
/// <param name="type">Its type, 0 to 127.</param>
/// <param name="value">Its value, 0 to 511 bytes.</param>
public readonly ref struct LldpTlv(byte type, ReadOnlySpan<byte> value)
{
    /// <summary>Its type, 0 to 127.</summary>
    public byte Type { get; } = type;

    /// <summary>Its value, 0 to 511 bytes.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}
