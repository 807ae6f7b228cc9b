using System.Buffers.Binary;

namespace Skydive.Packets.Lldp;

/// <summary>
/// Walks the elements of an LLDP data unit (the frame after its EtherType), in place. Allocates nothing, throws for no bytes. Ends at the end
/// element, at the end of the data, and before an element that is cut short.
/// </summary>
/// <remarks>
/// An element is 7 bits of type, 9 bits of length and the value: <c>0207 04 000130f9ada0</c> is a chassis identified by a MAC address.
/// Source: IEEE 802.1AB-2016, 8.4.
/// </remarks>
/// <param name="data">The data unit.</param>
public ref struct LldpTlvReader(ReadOnlySpan<byte> data)
{
    private const int HeaderLength = 2;
    private const int LengthBits = 9;
    private const int EndType = 0;

    private ReadOnlySpan<byte> _rest = data;

    /// <summary>The element that was read last.</summary>
    public LldpTlv Current { get; private set; }

    /// <summary>Whether the walk ended because an element was cut short.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Reads the next element.</summary>
    /// <returns>False when there is none.</returns>
    public bool MoveNext()
    {
        if (_rest.Length < HeaderLength)
        {
            IsTruncated |= !_rest.IsEmpty;
            return false;
        }

        ushort header = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        int length = header & ((1 << LengthBits) - 1);
        byte type = (byte)(header >> LengthBits);
        if (length > _rest.Length - HeaderLength)
        {
            IsTruncated = true;
            _rest = [];
            return false;
        }

        Current = new(type, _rest.Slice(HeaderLength, length));
        _rest = type == EndType ? [] : _rest[(HeaderLength + length)..];
        return type != EndType;
    }
}
