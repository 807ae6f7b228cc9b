using System.Buffers.Binary;

namespace Skydive.Storage.Encoding;

/// <summary>Reads what <see cref="ByteWriter"/> wrote. Never reads past the end: short or odd input is an <see cref="InvalidDataException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _data.Length - _position;

    public byte ReadByte()
    {
        if (_position >= _data.Length)
        {
            throw new InvalidDataException($"the data end at byte {_position}, where more was expected");
        }

        return _data[_position++];
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = ReadByte();
            if (shift == 63 && part > 1)
            {
                break;
            }

            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"the number before byte {_position} has more than 64 bits");
    }

    /// <summary>Reads how many things follow, each of which takes a byte at least.</summary>
    public int ReadCount()
    {
        ulong count = ReadVarint();
        return count <= (ulong)Remaining ? (int)count : throw new InvalidDataException($"{count} things are announced before byte {_position}, of {Remaining} bytes");
    }

    public long ReadSigned()
    {
        ulong value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(ReadBytes(sizeof(double)));

    /// <summary>Reads bytes; they are those of the data, not a copy.</summary>
    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        if (length > Remaining)
        {
            throw new InvalidDataException($"{length} bytes are announced before byte {_position}, and {Remaining} are left");
        }

        var bytes = _data.Slice(_position, length);
        _position += length;
        return bytes;
    }
}
