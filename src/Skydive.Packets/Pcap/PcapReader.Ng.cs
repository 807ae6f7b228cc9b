using System.Buffers.Binary;

namespace Skydive.Packets.Pcap;

/// <content>pcapng files: blocks of many kinds, of which those with packets and those that explain them are read.</content>
/// <remarks>Source: draft-ietf-opsawg-pcapng.</remarks>
public sealed partial class PcapReader
{
    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const uint InterfaceBlock = 1;
    private const uint ObsoletePacketBlock = 2;
    private const uint SimplePacketBlock = 3;
    private const uint EnhancedPacketBlock = 6;
    private const int BlockHeaderLength = 8;
    private const int BlockOverhead = 12;
    private const int SectionHeaderLength = 28;
    private const int InterfaceHeaderLength = 16;
    private const int SimplePacketHeaderLength = 12;
    private const int PacketBlockHeaderLength = 28;
    private const int MaximumInterfaces = 65536;
    private const byte Microseconds = 6;
    private const ushort TimestampResolutionOption = 9;
    private const ushort TimestampOffsetOption = 14;

    // Null for a pcap file.
    private List<PcapNgInterface>? _interfaces;

    // What is left of the block whose packet was given out last.
    private long _skip;

    /// <summary>Reads on to the first interface, which tells what packets begin with.</summary>
    private void OpenNg()
    {
        _interfaces = [];
        while (_interfaces.Count == 0)
        {
            if (!TryReadBlockHeader(out uint type, out uint length))
            {
                throw new PcapFormatException("The pcapng file ends before it describes an interface", _startOffset);
            }

            if (type is ObsoletePacketBlock or SimplePacketBlock or EnhancedPacketBlock)
            {
                throw new PcapFormatException("A packet before any interface is described", _startOffset);
            }

            ReadOtherBlock(type, length);
        }

        LinkType = _interfaces[0].LinkType;
    }

    private bool TryReadNextNg(out PcapPacketHeader header, out ReadOnlySpan<byte> data)
    {
        header = default;
        data = default;
        while (TryReadBlockHeader(out uint type, out uint length))
        {
            switch (type)
            {
                case EnhancedPacketBlock or ObsoletePacketBlock:
                    ReadPacket(type, length, out header, out data);
                    return true;
                case SimplePacketBlock:
                    ReadSimplePacket(length, out header, out data);
                    return true;
                default:
                    ReadOtherBlock(type, length);
                    break;
            }
        }

        return false;
    }

    /// <summary>Reads type and length of the next block, which stays in the buffer.</summary>
    private bool TryReadBlockHeader(out uint type, out uint length)
    {
        Skip();
        type = 0;
        length = 0;
        if (_end - _start < BlockHeaderLength && !TryFill(BlockHeaderLength))
        {
            return _start == _end
                ? false
                : throw new PcapFormatException($"The file ends within a block header: {_end - _start} bytes of 8", _startOffset);
        }

        type = ReadUInt32(0);
        if (type == PcapFormat.PcapNgMagic)
        {
            // A section has a byte order of its own, which its length is in already.
            Require(BlockOverhead);
            uint magic = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start + 8));
            _isBigEndian = BinaryPrimitives.ReverseEndianness(magic) == ByteOrderMagic;
            if (!_isBigEndian && magic != ByteOrderMagic)
            {
                throw new PcapFormatException($"A pcapng section starts with byte order 0x{magic:x8}, not 0x1a2b3c4d", _startOffset + 8);
            }
        }

        length = ReadUInt32(4);
        return length >= BlockOverhead && length % 4 == 0
            ? true
            : throw new PcapFormatException($"A block of {length} bytes; at least 12 and a multiple of 4 were expected", _startOffset + 4);
    }

    private void ReadOtherBlock(uint type, uint length)
    {
        if (type == PcapFormat.PcapNgMagic)
        {
            if (length < SectionHeaderLength)
            {
                throw new PcapFormatException($"A section header of {length} bytes; at least 28 were expected", _startOffset + 4);
            }

            Require(SectionHeaderLength);
            uint versions = ReadUInt32(12);
            uint major = _isBigEndian ? versions >> 16 : versions & 0xffff;
            if (major != 1)
            {
                throw new PcapFormatException($"The pcapng format version is {major}; 1 was expected", _startOffset + 12);
            }

            _interfaces!.Clear();
        }
        else if (type == InterfaceBlock)
        {
            ReadInterface(length);
        }

        _skip = length;
    }

    private void ReadInterface(uint length)
    {
        if (length < InterfaceHeaderLength + 4 || length > BufferLength)
        {
            throw new PcapFormatException($"An interface description of {length} bytes; 20 to {BufferLength} were expected", _startOffset + 4);
        }

        if (_interfaces!.Count == MaximumInterfaces)
        {
            throw new PcapFormatException($"More than {MaximumInterfaces} interfaces", _startOffset);
        }

        Require((int)length);
        byte resolution = Microseconds;
        long offset = 0;
        int position = InterfaceHeaderLength;
        int end = (int)length - 4;
        while (position + 4 <= end)
        {
            ushort code = ReadUInt16(position);
            int size = ReadUInt16(position + 2);
            position += 4;
            if (code == 0 || position + size > end)
            {
                break;
            }

            if (code == TimestampResolutionOption && size >= 1)
            {
                resolution = _buffer[_start + position];
            }
            else if (code == TimestampOffsetOption && size >= 8)
            {
                offset = _isBigEndian
                    ? BinaryPrimitives.ReadInt64BigEndian(_buffer.AsSpan(_start + position))
                    : BinaryPrimitives.ReadInt64LittleEndian(_buffer.AsSpan(_start + position));
            }

            position += (size + 3) & ~3;
        }

        _interfaces.Add(new((LinkType)ReadUInt16(8), (int)Math.Min(ReadUInt32(12), int.MaxValue), resolution, offset));
    }

    private void ReadPacket(uint type, uint length, out PcapPacketHeader header, out ReadOnlySpan<byte> data)
    {
        Require(PacketBlockHeaderLength);

        // The obsolete block has a shorter number of the interface, and how many packets were lost, in the same word.
        uint index = type == EnhancedPacketBlock ? ReadUInt32(8) : ReadUInt16(8);
        ulong timestamp = ((ulong)ReadUInt32(12) << 32) | ReadUInt32(16);
        uint capturedLength = ReadUInt32(20);
        uint originalLength = ReadUInt32(24);
        if (index >= (uint)_interfaces!.Count)
        {
            throw new PcapFormatException($"A packet of interface {index}; {_interfaces.Count} are described", _startOffset + 8);
        }

        var description = _interfaces[(int)index];
        GiveOut(length, PacketBlockHeaderLength, capturedLength, originalLength, description.ToNanoseconds(timestamp), out header, out data);
        LinkType = description.LinkType;
    }

    private void ReadSimplePacket(uint length, out PcapPacketHeader header, out ReadOnlySpan<byte> data)
    {
        Require(SimplePacketHeaderLength);
        if (_interfaces!.Count == 0)
        {
            throw new PcapFormatException("A packet before any interface is described", _startOffset);
        }

        uint originalLength = ReadUInt32(8);
        var description = _interfaces[0];
        uint capturedLength = description.SnapLength > 0 ? Math.Min(originalLength, (uint)description.SnapLength) : originalLength;
        GiveOut(length, SimplePacketHeaderLength, capturedLength, originalLength, 0, out header, out data);
        LinkType = description.LinkType;
    }

    private void GiveOut(
        uint length, int headerLength, uint capturedLength, uint originalLength, long timestampNanoseconds, out PcapPacketHeader header, out ReadOnlySpan<byte> data)
    {
        if (capturedLength > PcapFormat.MaxCapturedLength || headerLength + capturedLength + 4 > length)
        {
            throw new PcapFormatException($"A captured length of {capturedLength} bytes in a block of {length}; at most 262144 were expected", _startOffset);
        }

        if (originalLength > int.MaxValue)
        {
            throw new PcapFormatException($"An original length of {originalLength} bytes; at most {int.MaxValue} were expected", _startOffset);
        }

        Require(headerLength + (int)capturedLength);
        header = new PcapPacketHeader(timestampNanoseconds, (int)Math.Max(originalLength, capturedLength));
        data = _buffer.AsSpan(_start + headerLength, (int)capturedLength);
        _skip = length;
    }

    private void Require(int length)
    {
        if (_end - _start < length && !TryFill(length))
        {
            throw new PcapFormatException($"The file ends within a block: {_end - _start} bytes of {length}", _startOffset);
        }
    }

    /// <summary>Leaves out what is left of the last block, however long it is.</summary>
    private void Skip()
    {
        while (_skip > 0)
        {
            if (_start == _end && !TryFill(1))
            {
                throw new PcapFormatException($"The file ends within a block: {_skip} bytes are missing", _startOffset);
            }

            int step = (int)Math.Min(_skip, _end - _start);
            Advance(step);
            _skip -= step;
        }
    }

    private ushort ReadUInt16(int position)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start + position, 2);
        return _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }
}
