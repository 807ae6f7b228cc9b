using System.Buffers.Binary;
using Skydive.Contracts.Flows;
using Skydive.Flows.Table;

namespace Skydive.Flows.Encoding;

/// <summary>
/// Many flows as one block of bytes, column by column: what agents send and what the store keeps. Every field of a flow comes back as it
/// was. Readers that need only some columns, as sums do, use a <see cref="FlowChunkReader"/>.
/// </summary>
public static class FlowChunk
{
    /// <summary>The most flows of one block.</summary>
    public const int MaxCount = 65536;

    /// <summary>How many bytes <see cref="ReadHeader"/> needs.</summary>
    public const int HeaderLength = FlowChunkFormat.HeaderLength;

    /// <summary>Encodes flows.</summary>
    /// <param name="flows">The flows, at most <see cref="MaxCount"/>; their order is kept.</param>
    /// <param name="compress">Whether columns are compressed where that makes them smaller: by two fifths, for about as much time again.</param>
    /// <exception cref="ArgumentException">There are too many flows, or they take more than 32 MiB before compression, or 16 MiB in one field.</exception>
    public static byte[] Encode(IReadOnlyList<Flow> flows, bool compress = true)
    {
        ArgumentNullException.ThrowIfNull(flows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(flows.Count, MaxCount, nameof(flows));

        return FlowChunkWriter.Write(FlowRows.Of(flows), compress);
    }

    /// <summary>Encodes flows as tables send them, without making wire records of them.</summary>
    /// <param name="batches">The batches, with at most <see cref="MaxCount"/> flows together; they may come from several tables.</param>
    /// <param name="compress">As above.</param>
    /// <exception cref="ArgumentException">There are too many flows, or they take more than 32 MiB before compression, or 16 MiB in one field.</exception>
    public static byte[] EncodeBatches(IReadOnlyList<FlowBatch> batches, bool compress = true)
    {
        ArgumentNullException.ThrowIfNull(batches);
        var rows = new FlowBatchRows(batches);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Count, MaxCount, nameof(batches));
        return FlowChunkWriter.Write(rows, compress);
    }

    /// <summary>Decodes flows.</summary>
    /// <param name="chunk">The whole block and nothing else.</param>
    /// <exception cref="FlowChunkException">The bytes are not such a block, or are damaged.</exception>
    public static Flow[] Decode(ReadOnlyMemory<byte> chunk) => new FlowChunkReader(chunk).ReadFlows();

    /// <summary>Reads what can be told of a block without decoding it. The rest of the block is not looked at.</summary>
    /// <param name="chunk">The block, or at least its first <see cref="HeaderLength"/> bytes.</param>
    /// <exception cref="FlowChunkException">The bytes are not the begin of such a block.</exception>
    public static FlowChunkHeader ReadHeader(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < HeaderLength)
        {
            throw new FlowChunkException($"A block of flows has a header of {HeaderLength} bytes; there are {chunk.Length}.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(chunk) != FlowChunkFormat.Magic)
        {
            throw new FlowChunkException("Not a block of flows: it does not start with 'SkFC'.");
        }

        if (chunk[4] is < FlowChunkFormat.OldestVersion or > FlowChunkFormat.NewestVersion)
        {
            throw new FlowChunkException(
                $"The version of the block of flows is {chunk[4]}; {FlowChunkFormat.OldestVersion} to {FlowChunkFormat.NewestVersion} was expected.");
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(chunk[8..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[12..]);
        if (count > MaxCount)
        {
            throw new FlowChunkException($"{count} flows in a block; at most {MaxCount} were expected.");
        }

        if (length is < HeaderLength + FlowChunkFormat.ChecksumLength or > int.MaxValue)
        {
            throw new FlowChunkException($"{length} bytes cannot be the length of a block of flows.");
        }

        return new FlowChunkHeader
        {
            Count = (int)count,
            Length = (int)length,
            MinStart = BinaryPrimitives.ReadInt64LittleEndian(chunk[16..]),
            MaxStart = BinaryPrimitives.ReadInt64LittleEndian(chunk[24..]),
            MinLast = BinaryPrimitives.ReadInt64LittleEndian(chunk[32..]),
            MaxLast = BinaryPrimitives.ReadInt64LittleEndian(chunk[40..]),
        };
    }
}
