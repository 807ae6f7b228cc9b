using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Skydive.Linux.Netlink;

/// <summary>
/// Reads a run of netlink attributes. Errors stick: a length that does not add up, or a value too short for what is read from it, sets
/// <see cref="Fault"/>, after which there are no more attributes and reads give zero; check it once at the end. Nothing throws for bad
/// bytes.
/// </summary>
/// <remarks>
/// Allocates nothing but the strings asked for. Source: <c>struct nlattr</c> of <c>linux/netlink.h</c>: length (including the 4 bytes of
/// header) and type in host order, the two top bits of the type being flags. Literal attribute <c>IFLA_IFNAME "lo"</c>:
/// <c>07 00 | 03 00 | 6c 6f 00 | 00</c>.
/// </remarks>
public ref struct NetlinkAttributeReader
{
    /// <summary>Size of an attribute's header in bytes.</summary>
    public const int HeaderSize = 4;

    private const ushort NestedBit = 0x8000; // NLA_F_NESTED
    private const ushort ByteOrderBit = 0x4000; // NLA_F_NET_BYTEORDER

    private ReadOnlySpan<byte> _rest;
    private ushort _type;

    /// <summary>Starts before the first attribute.</summary>
    /// <param name="attributes">The bytes of the attributes.</param>
    public NetlinkAttributeReader(ReadOnlySpan<byte> attributes)
    {
        _rest = attributes;
        Value = default;
    }

    /// <summary>The type of the current attribute, without flags.</summary>
    public readonly int Type => _type & ~(NestedBit | ByteOrderBit);

    /// <summary>Whether the sender marked the value as nested attributes. Older kernels do not mark.</summary>
    public readonly bool IsNested => (_type & NestedBit) != 0;

    /// <summary>Whether the sender marked the value as big-endian.</summary>
    public readonly bool IsNetworkByteOrder => (_type & ByteOrderBit) != 0;

    /// <summary>The value of the current attribute, without padding.</summary>
    public ReadOnlySpan<byte> Value { readonly get; private set; }

    /// <summary>The first thing that went wrong.</summary>
    public NetlinkFault Fault { readonly get; private set; }

    /// <summary>Moves to the next attribute.</summary>
    /// <returns>False at the end, or after a fault.</returns>
    public bool MoveNext()
    {
        if (_rest.Length < HeaderSize)
        {
            // Padding of an enclosing structure may leave up to three zero bytes, which no header fits in.
            if (_rest.ContainsAnyExcept((byte)0))
            {
                SetFault(NetlinkFault.TruncatedHeader);
            }

            _rest = default;
            Value = default;
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderSize)
        {
            return SetFault(NetlinkFault.LengthTooSmall);
        }

        if (length > _rest.Length)
        {
            return SetFault(NetlinkFault.LengthBeyondEnd);
        }

        _type = MemoryMarshal.Read<ushort>(_rest[2..]);
        Value = _rest[HeaderSize..length];

        // The last attribute need not be padded.
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }

    /// <summary>Reads the value as one byte.</summary>
    /// <returns>The number; zero with a fault when the value is too short.</returns>
    public byte ReadByte() => Has(sizeof(byte)) ? Value[0] : (byte)0;

    /// <summary>Reads the value as a 16-bit number, in host order unless the attribute is marked big-endian.</summary>
    /// <returns>The number; zero with a fault when the value is too short.</returns>
    public ushort ReadUInt16()
    {
        if (!Has(sizeof(ushort)))
        {
            return 0;
        }

        return IsNetworkByteOrder ? BinaryPrimitives.ReadUInt16BigEndian(Value) : MemoryMarshal.Read<ushort>(Value);
    }

    /// <summary>Reads the value as a 16-bit big-endian number, whether it is marked so or not.</summary>
    /// <returns>The number; zero with a fault when the value is too short.</returns>
    public ushort ReadUInt16BigEndian() => Has(sizeof(ushort)) ? BinaryPrimitives.ReadUInt16BigEndian(Value) : (ushort)0;

    /// <summary>Reads the value as a 32-bit number, in host order unless the attribute is marked big-endian.</summary>
    /// <returns>The number; zero with a fault when the value is too short.</returns>
    public uint ReadUInt32()
    {
        if (!Has(sizeof(uint)))
        {
            return 0;
        }

        return IsNetworkByteOrder ? BinaryPrimitives.ReadUInt32BigEndian(Value) : MemoryMarshal.Read<uint>(Value);
    }

    /// <summary>Reads the value as a 32-bit big-endian number, whether it is marked so or not.</summary>
    /// <returns>The number; zero with a fault when the value is too short.</returns>
    public uint ReadUInt32BigEndian() => Has(sizeof(uint)) ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;

    /// <summary>Reads the value as a signed 32-bit number.</summary>
    /// <returns>The number; zero with a fault when the value is too short.</returns>
    public int ReadInt32() => (int)ReadUInt32();

    /// <summary>Reads the value as a 64-bit number, in host order unless the attribute is marked big-endian.</summary>
    /// <returns>The number; zero with a fault when the value is too short.</returns>
    public ulong ReadUInt64()
    {
        if (!Has(sizeof(ulong)))
        {
            return 0;
        }

        return IsNetworkByteOrder ? BinaryPrimitives.ReadUInt64BigEndian(Value) : MemoryMarshal.Read<ulong>(Value);
    }

    /// <summary>Reads the value as text: up to the first zero byte, or all of it when there is none.</summary>
    /// <returns>The text; bytes that are no UTF-8 become the replacement character.</returns>
    public readonly string ReadString() => Encoding.UTF8.GetString(Text());

    /// <summary>Reads the value as attributes of its own.</summary>
    /// <returns>A reader over the value. A fault of it must be handed back with <see cref="Absorb"/> to stick here as well.</returns>
    public readonly NetlinkAttributeReader ReadNested() => new(Value);

    /// <summary>Takes over the fault of a nested reader.</summary>
    /// <param name="nested">The reader.</param>
    public void Absorb(scoped in NetlinkAttributeReader nested)
    {
        if (nested.Fault != NetlinkFault.None)
        {
            SetFault(nested.Fault);
        }
    }

    /// <summary>Marks the attributes as bad, for decoders that find a value that cannot be.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <returns>Always false.</returns>
    public bool SetFault(NetlinkFault fault)
    {
        if (Fault == NetlinkFault.None)
        {
            Fault = fault;
        }

        _rest = default;
        Value = default;
        return false;
    }

    /// <summary>The bytes of the value up to the first zero.</summary>
    internal readonly ReadOnlySpan<byte> Text()
    {
        int end = Value.IndexOf((byte)0);
        return end < 0 ? Value : Value[..end];
    }

    private bool Has(int size) => Value.Length >= size || SetFault(NetlinkFault.ValueTooShort);
}
