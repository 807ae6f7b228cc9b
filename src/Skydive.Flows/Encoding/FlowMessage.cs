using System.Buffers.Binary;
using Skydive.Contracts.Flows;

namespace Skydive.Flows.Encoding;

/// <summary>
/// What an agent sends to an analyzer on its connection for flows: a block of flows, packets of flows, or both. It is sent again until it is
/// acknowledged; its run and sequence tell it from what came before.
/// </summary>
/// <remarks>
/// The bytes "SkFM", a version byte (1), three zero bytes; 16 bytes of the run, in network order; the sequence in 8 bytes; lengths of the block
/// of flows (<see cref="FlowChunk"/>) and of packets (<see cref="RawPacketChunk"/>) in 4 bytes each, 0 for none; the blocks. Numbers are
/// little-endian.
/// </remarks>
public sealed class FlowMessage
{
    /// <summary>How many bytes a message has more than its blocks.</summary>
    public const int HeaderLength = 40;

    private const uint Magic = 0x4d466b53; // "SkFM"
    private const byte Version = 1;

    private FlowMessage(Guid run, long sequence, IReadOnlyList<Flow> flows, IReadOnlyList<FlowRawPackets> packets)
    {
        Run = run;
        Sequence = sequence;
        Flows = flows;
        Packets = packets;
    }

    /// <summary>The run of the agent: a new one each time it starts.</summary>
    public Guid Run { get; }

    /// <summary>The place of the message in the run: larger than that of any before, from 1. Numbers are missing where messages were dropped.</summary>
    public long Sequence { get; }

    /// <summary>The flows.</summary>
    public IReadOnlyList<Flow> Flows { get; }

    /// <summary>The packets.</summary>
    public IReadOnlyList<FlowRawPackets> Packets { get; }

    /// <summary>Writes a message.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sequence">The place in it.</param>
    /// <param name="flows">A block of flows; empty for none.</param>
    /// <param name="packets">A block of packets; empty for none.</param>
    public static byte[] Encode(Guid run, long sequence, ReadOnlySpan<byte> flows, ReadOnlySpan<byte> packets)
    {
        byte[] message = GC.AllocateUninitializedArray<byte>(HeaderLength + flows.Length + packets.Length);
        message.AsSpan(0, HeaderLength).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(message, Magic);
        message[4] = Version;
        run.TryWriteBytes(message.AsSpan(8), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(24), sequence);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(32), flows.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(36), packets.Length);
        flows.CopyTo(message.AsSpan(HeaderLength));
        packets.CopyTo(message.AsSpan(HeaderLength + flows.Length));
        return message;
    }

    /// <summary>Reads a message.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <exception cref="FlowChunkException">The bytes are not such a message, or are damaged.</exception>
    public static FlowMessage Decode(ReadOnlyMemory<byte> message)
    {
        var bytes = message.Span;
        if (bytes.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new FlowChunkException("Not a message of flows: it does not start with 'SkFM'.");
        }

        if (bytes[4] != Version)
        {
            throw new FlowChunkException($"The version of the message of flows is {bytes[4]}; {Version} was expected.");
        }

        long sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        uint flowLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]);
        uint packetLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]);
        if (sequence <= 0)
        {
            throw new FlowChunkException($"{sequence} is no sequence of a message of flows; they begin with 1.");
        }

        if (HeaderLength + (long)flowLength + packetLength != bytes.Length)
        {
            throw new FlowChunkException($"The message of flows has {bytes.Length} bytes; its header says {HeaderLength + (long)flowLength + packetLength}.");
        }

        return new(
            new Guid(bytes.Slice(8, 16), bigEndian: true),
            sequence,
            flowLength == 0 ? [] : FlowChunk.Decode(message.Slice(HeaderLength, (int)flowLength)),
            packetLength == 0 ? [] : RawPacketChunk.Decode(bytes[(HeaderLength + (int)flowLength)..]));
    }
}
