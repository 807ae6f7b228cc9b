using System.Buffers;
using System.Buffers.Binary;
using Skydive.Contracts.Flows;
using Skydive.Flows.Hashing;

namespace Skydive.Flows.Encoding;

/// <summary>Kept packets of flows as one block of bytes: what agents send beside flows and what the store keeps.</summary>
/// <remarks>
/// The bytes "SkRP", a version byte (1), three zero bytes; the number of flows; for each its identifier, the number of packets, and for each
/// of these what its timestamp is more than the one before (zigzag), its index, its link type, and its bytes. Numbers are variable-length
/// integers; texts and bytes have their length in front. At the end 8 bytes xxHash64 of everything before, little-endian.
/// </remarks>
public static class RawPacketChunk
{
    private const uint Magic = 0x50526b53; // "SkRP"
    private const byte Version = 1;
    private const int HeaderLength = 8;
    private const int ChecksumLength = 8;

    /// <summary>Encodes packets.</summary>
    /// <param name="flows">The flows with their packets.</param>
    public static byte[] Encode(IReadOnlyList<FlowRawPackets> flows)
    {
        ArgumentNullException.ThrowIfNull(flows);
        var buffer = new ArrayBufferWriter<byte>(4096);
        var header = buffer.GetSpan(HeaderLength);
        header[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        header[4] = Version;
        buffer.Advance(HeaderLength);
        WriteNumber(buffer, (ulong)flows.Count);
        foreach (FlowRawPackets flow in flows)
        {
            WriteBytes(buffer, System.Text.Encoding.UTF8.GetBytes(flow.FlowUUID));
            WriteNumber(buffer, (ulong)flow.Packets.Count);
            long before = 0;
            foreach (RawPacket packet in flow.Packets)
            {
                WriteNumber(buffer, FlowChunkFormat.ZigZag(unchecked(packet.Timestamp - before)));
                WriteNumber(buffer, unchecked((ulong)packet.Index));
                WriteNumber(buffer, (uint)packet.LinkType);
                WriteBytes(buffer, packet.Data);
                before = packet.Timestamp;
            }
        }

        ulong checksum = XxHash64.Hash(buffer.WrittenSpan);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(ChecksumLength), checksum);
        buffer.Advance(ChecksumLength);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes packets.</summary>
    /// <param name="chunk">The whole block and nothing else.</param>
    /// <exception cref="FlowChunkException">The bytes are not such a block, or are damaged.</exception>
    public static IReadOnlyList<FlowRawPackets> Decode(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < HeaderLength + ChecksumLength || BinaryPrimitives.ReadUInt32LittleEndian(chunk) != Magic)
        {
            throw new FlowChunkException("Not a block of packets: it does not start with 'SkRP'.");
        }

        if (chunk[4] != Version)
        {
            throw new FlowChunkException($"The version of the block of packets is {chunk[4]}; {Version} was expected.");
        }

        var body = chunk[..^ChecksumLength];
        if (XxHash64.Hash(body) != BinaryPrimitives.ReadUInt64LittleEndian(chunk[^ChecksumLength..]))
        {
            throw new FlowChunkException("The checksum of the block of packets is wrong: it is damaged.");
        }

        var rest = body[HeaderLength..];
        int count = ReadCount(ref rest);
        var flows = new List<FlowRawPackets>(count);
        for (int i = 0; i < count; i++)
        {
            string uuid = System.Text.Encoding.UTF8.GetString(ReadBytes(ref rest));
            var packets = new RawPacket[ReadCount(ref rest)];
            long before = 0;
            for (int j = 0; j < packets.Length; j++)
            {
                before = unchecked(before + FlowChunkFormat.UnZigZag(ReadNumber(ref rest)));
                long index = unchecked((long)ReadNumber(ref rest));
                ulong linkType = ReadNumber(ref rest);
                packets[j] = new()
                {
                    Timestamp = before,
                    Index = index,
                    LinkType = linkType <= int.MaxValue ? (int)linkType : throw Damaged($"{linkType} is no link type"),
                    Data = ReadBytes(ref rest).ToArray(),
                };
            }

            flows.Add(new(uuid, packets));
        }

        return rest.IsEmpty ? flows : throw Damaged($"{rest.Length} bytes follow its end");
    }

    private static FlowChunkException Damaged(string what) => new($"The block of packets is damaged: {what}.");

    // Whatever is counted takes a byte at least, so a count that is larger than the rest cannot be right.
    private static int ReadCount(ref ReadOnlySpan<byte> rest) =>
        ReadNumber(ref rest) is var count && count <= (ulong)rest.Length ? (int)count : throw Damaged($"it says that {count} things follow in {rest.Length} bytes");

    private static ReadOnlySpan<byte> ReadBytes(ref ReadOnlySpan<byte> rest)
    {
        int length = ReadCount(ref rest);
        var bytes = rest[..length];
        rest = rest[length..];
        return bytes;
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (int shift = 0, i = 0; i < rest.Length && shift < 64; shift += 7, i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << shift;
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return value;
            }
        }

        throw Damaged("a number has no end");
    }

    private static void WriteBytes(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        WriteNumber(buffer, (ulong)bytes.Length);
        buffer.Write(bytes);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> buffer, ulong value)
    {
        var bytes = buffer.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        buffer.Advance(length);
    }
}
