using System.Buffers.Binary;

namespace Skydive.Packets.Collectors;

/// <summary>
/// Reads the external data representation (RFC 4506) that sFlow is made of: big-endian words, opaque bytes padded to words. A read past the end
/// gives 0 and is remembered, so that it need be asked for only once after many reads.
/// </summary>
internal ref struct XdrReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>Whether something was read that was not there.</summary>
    public bool IsShort { get; private set; }

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public uint ReadUInt32() => BinaryPrimitives.TryReadUInt32BigEndian(Take(4), out uint value) ? value : 0;

    public ulong ReadUInt64() => BinaryPrimitives.TryReadUInt64BigEndian(Take(8), out ulong value) ? value : 0;

    /// <summary>Bytes of a length that stands before them.</summary>
    public ReadOnlySpan<byte> ReadOpaque()
    {
        uint length = ReadUInt32();
        if (length > (uint)_rest.Length)
        {
            IsShort = true;
            _rest = default;
            return default;
        }

        var bytes = _rest[..(int)length];

        // Some exporters leave the padding out at the end.
        _rest = _rest[Math.Min(((int)length + 3) & ~3, _rest.Length)..];
        return bytes;
    }

    /// <summary>So many bytes; none when there are fewer.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            IsShort = true;
            _rest = default;
            return default;
        }

        var bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }
}
