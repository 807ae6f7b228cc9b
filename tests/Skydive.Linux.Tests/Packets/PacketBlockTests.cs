using System.Buffers.Binary;
using Skydive.Linux.Packets;

namespace Skydive.Linux.Tests.Packets;

public sealed class PacketBlockTests
{
    private const int BlockSize = 4096;

    [Fact]
    public void MoveNext_TwoPackets_ReadsThem()
    {
        byte[] memory = Block([1, 2, 3], [4, 5, 6, 7, 8]);
        var block = new PacketBlock(null, 0, memory);

        Assert.Equal(2, block.PacketCount);
        Assert.True(block.MoveNext());
        PacketFrame frame = block.Current;
        Assert.Equal([1, 2, 3], frame.Data.ToArray());
        Assert.Equal(1003, frame.OriginalLength);
        Assert.Equal(1_700_000_000_123_456_789L, frame.TimestampNanoseconds);
        Assert.True(frame.HasVlan);
        Assert.Equal(0x6007, frame.VlanTci);
        Assert.Equal(0x88a8, frame.VlanTpid);
        Assert.Equal(PacketType.Outgoing, frame.Type);
        Assert.True(frame.IsOutgoing);
        Assert.True(block.MoveNext());
        Assert.Equal([4, 5, 6, 7, 8], block.Current.Data.ToArray());
        Assert.False(block.MoveNext());
        Assert.False(block.IsMalformed);
    }

    [Fact]
    public void GetEnumerator_Foreach_SeesAll()
    {
        var block = new PacketBlock(null, 0, Block([1], [2], [3]));
        int sum = 0;
        foreach (PacketFrame frame in block)
        {
            sum += frame.Data[0];
        }

        Assert.Equal(6, sum);
    }

    [Fact]
    public void Constructor_EmptyBlock_HasNoPackets()
    {
        var block = new PacketBlock(null, 0, Block());

        Assert.Equal(0, block.PacketCount);
        Assert.False(block.MoveNext());
        Assert.False(block.IsMalformed);
    }

    [Fact]
    public void Current_KernelWithoutTagProtocol_AssumesTheUsualOne()
    {
        byte[] memory = Block([1]);
        BitConverter.TryWriteBytes(memory.AsSpan(48 + 20), 0x11u);
        var block = new PacketBlock(null, 0, memory);

        Assert.True(block.MoveNext());
        Assert.True(block.Current.HasVlan);
        Assert.Equal(0x8100, block.Current.VlanTpid);
    }

    [Theory]
    [InlineData(12, 0xffffffffu)] // more packets than fit
    [InlineData(12, 100u)]
    [InlineData(16, 0u)] // first packet inside the header
    [InlineData(16, 4097u)] // … beyond the end
    [InlineData(16, 0xffffffffu)]
    [InlineData(20, 0u)] // length smaller than the header
    [InlineData(20, 4097u)] // … larger than the block
    [InlineData(48 + 0, 0u)] // step that does not advance
    [InlineData(48 + 0, 47u)]
    [InlineData(48 + 0, 0xfffffff8u)] // … or leaves the block
    [InlineData(48 + 12, 5000u)] // captured beyond the end
    [InlineData(48 + 12, 0xffffffffu)]
    [InlineData(48 + 24, 0x0001u)] // data inside the header
    [InlineData(48 + 24, 0xffffu)] // … beyond the end
    public void MoveNext_BadNumber_EndsAsMalformed(int offset, uint value)
    {
        byte[] memory = Block([1, 2, 3], [4, 5, 6]);
        if (offset == 48 + 24)
        {
            BitConverter.TryWriteBytes(memory.AsSpan(offset), (ushort)value);
        }
        else
        {
            BitConverter.TryWriteBytes(memory.AsSpan(offset), value);
        }

        var block = new PacketBlock(null, 0, memory);
        int count = 0;
        while (block.MoveNext())
        {
            count++;
        }

        Assert.True(block.IsMalformed);
        Assert.True(count < 2);
    }

    [Fact]
    public void MoveNext_MutatedBlocks_NeverThrows()
    {
        var random = new Random(5);
        byte[] seed = Block(new byte[60], new byte[1500], new byte[64], []);
        int malformed = 0;
        long bytes = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] memory = random.Next(8) == 0 ? seed[..random.Next(seed.Length)] : [.. seed];
            for (int change = random.Next(1, 5); change > 0 && memory.Length > 0; change--)
            {
                int at = random.Next(2) == 0 ? random.Next(memory.Length) : random.Next(Math.Min(120, memory.Length));
                memory[at] = random.Next(3) switch
                {
                    0 => 0xff,
                    1 => 0,
                    _ => (byte)random.Next(256),
                };
            }

            var block = new PacketBlock(null, 0, memory);
            int count = 0;
            while (block.MoveNext())
            {
                count++;
                foreach (byte value in block.Current.Data)
                {
                    bytes += value;
                }
            }

            Assert.True(count <= memory.Length / 48);
            malformed += block.IsMalformed ? 1 : 0;
        }

        Assert.True(malformed > 10_000, $"only {malformed} malformed");
        Assert.True(bytes > 0);
    }

    /// <summary>A block as the kernel lays it out: see <c>struct tpacket_block_desc</c> and <c>struct tpacket3_hdr</c>.</summary>
    private static byte[] Block(params byte[][] packets)
    {
        byte[] memory = new byte[BlockSize];
        Span<byte> span = memory;
        BitConverter.TryWriteBytes(span, 3);
        BitConverter.TryWriteBytes(span[8..], 1);
        BitConverter.TryWriteBytes(span[12..], packets.Length);
        BitConverter.TryWriteBytes(span[16..], 48);
        int at = 48;
        for (int i = 0; i < packets.Length; i++)
        {
            int step = (82 + packets[i].Length + 7) & ~7;
            Span<byte> header = span[at..];
            BitConverter.TryWriteBytes(header, i == packets.Length - 1 ? 0 : step);
            BitConverter.TryWriteBytes(header[4..], 1_700_000_000);
            BitConverter.TryWriteBytes(header[8..], 123_456_789);
            BitConverter.TryWriteBytes(header[12..], packets[i].Length);
            BitConverter.TryWriteBytes(header[16..], packets[i].Length + 1000);
            BitConverter.TryWriteBytes(header[20..], 0x51);
            BitConverter.TryWriteBytes(header[24..], (ushort)82);
            BitConverter.TryWriteBytes(header[26..], (ushort)96);
            BitConverter.TryWriteBytes(header[32..], 0x6007);
            BitConverter.TryWriteBytes(header[36..], (ushort)0x88a8);
            BitConverter.TryWriteBytes(header[48..], (ushort)17);
            BinaryPrimitives.WriteUInt16BigEndian(header[50..], 0x800);
            header[58] = 4;
            packets[i].CopyTo(header[82..]);
            at += step;
        }

        BitConverter.TryWriteBytes(span[20..], at);
        return memory;
    }
}
