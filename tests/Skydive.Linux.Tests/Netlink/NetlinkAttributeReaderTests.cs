using Skydive.Linux.Netlink;

namespace Skydive.Linux.Tests.Netlink;

public sealed class NetlinkAttributeReaderTests
{
    [Fact]
    public void MoveNext_LiteralBytes_ReadsTypeAndValue()
    {
        var reader = new NetlinkAttributeReader([0x07, 0, 0x03, 0, 0x6c, 0x6f, 0, 0, 0x08, 0, 0x04, 0, 0xdc, 0x05, 0, 0]);

        Assert.True(reader.MoveNext());
        Assert.Equal(3, reader.Type);
        Assert.Equal("lo", reader.ReadString());
        Assert.True(reader.MoveNext());
        Assert.Equal(4, reader.Type);
        Assert.Equal(1500, reader.ReadInt32());
        Assert.False(reader.MoveNext());
        Assert.Equal(NetlinkFault.None, reader.Fault);
    }

    [Fact]
    public void Type_FlagsSet_AreMasked()
    {
        var reader = new NetlinkAttributeReader(MessageWriter.Attribute(0x8000 | 18, MessageWriter.Attribute(0x4000 | 5, [0x12, 0x34])));

        Assert.True(reader.MoveNext());
        Assert.Equal(18, reader.Type);
        Assert.True(reader.IsNested);
        Assert.False(reader.IsNetworkByteOrder);
        NetlinkAttributeReader nested = reader.ReadNested();
        Assert.True(nested.MoveNext());
        Assert.Equal(5, nested.Type);
        Assert.True(nested.IsNetworkByteOrder);
        Assert.Equal(0x1234, nested.ReadUInt16());
    }

    [Fact]
    public void Read_MarkedBigEndian_SwapsBytes()
    {
        var reader = new NetlinkAttributeReader(MessageWriter.Join(
            MessageWriter.Attribute(0x4001, [1, 2, 3, 4]), MessageWriter.Attribute(0x4002, [1, 2, 3, 4, 5, 6, 7, 8])));

        Assert.True(reader.MoveNext());
        Assert.Equal(0x01020304u, reader.ReadUInt32());
        Assert.True(reader.MoveNext());
        Assert.Equal(0x0102030405060708ul, reader.ReadUInt64());
    }

    [Theory]
    [InlineData(0, NetlinkFault.LengthTooSmall)]
    [InlineData(3, NetlinkFault.LengthTooSmall)]
    [InlineData(9, NetlinkFault.LengthBeyondEnd)]
    [InlineData(0xffff, NetlinkFault.LengthBeyondEnd)]
    public void MoveNext_BadLength_StopsWithFault(int length, NetlinkFault expected)
    {
        byte[] bytes = [(byte)length, (byte)(length >> 8), 1, 0, 1, 2, 3, 4];
        var reader = new NetlinkAttributeReader(bytes);

        Assert.False(reader.MoveNext());
        Assert.Equal(expected, reader.Fault);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void MoveNext_BytesLeftOver_FaultsUnlessZero()
    {
        var garbage = new NetlinkAttributeReader([4, 0, 1, 0, 0, 1]);
        Assert.True(garbage.MoveNext());
        Assert.False(garbage.MoveNext());
        Assert.Equal(NetlinkFault.TruncatedHeader, garbage.Fault);

        var padding = new NetlinkAttributeReader([4, 0, 1, 0, 0, 0, 0]);
        Assert.True(padding.MoveNext());
        Assert.False(padding.MoveNext());
        Assert.Equal(NetlinkFault.None, padding.Fault);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Read_ValueTooShort_GivesZeroAndSticks(int size)
    {
        byte[] bytes = MessageWriter.Join(
            MessageWriter.Attribute(1, new byte[size - 1]), MessageWriter.Attribute(2, [1, 1, 1, 1, 1, 1, 1, 1]));
        var reader = new NetlinkAttributeReader(bytes);

        Assert.True(reader.MoveNext());
        ulong value = size switch
        {
            1 => reader.ReadByte(),
            2 => reader.ReadUInt16(),
            4 => reader.ReadUInt32(),
            _ => reader.ReadUInt64(),
        };
        Assert.Equal(0ul, value);
        Assert.Equal(NetlinkFault.ValueTooShort, reader.Fault);
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void ReadString_NoClosingZero_TakesAll()
    {
        var reader = new NetlinkAttributeReader(MessageWriter.Attribute(1, "eth0"u8.ToArray()));

        Assert.True(reader.MoveNext());
        Assert.Equal("eth0", reader.ReadString());
    }

    [Fact]
    public void Absorb_NestedFault_Sticks()
    {
        var reader = new NetlinkAttributeReader(MessageWriter.Join(
            MessageWriter.Attribute(1, [2, 0, 1, 0]), MessageWriter.Attribute(2)));

        Assert.True(reader.MoveNext());
        NetlinkAttributeReader nested = reader.ReadNested();
        Assert.False(nested.MoveNext());
        reader.Absorb(nested);
        Assert.Equal(NetlinkFault.LengthTooSmall, reader.Fault);
        Assert.False(reader.MoveNext());
    }
}
