using Skydive.Linux.Netlink;

namespace Skydive.Linux.Tests.Netlink;

public sealed class NetlinkMessageEnumeratorTests
{
    [Fact]
    public void MoveNext_TwoMessages_ReadsHeadersAndPayloads()
    {
        byte[] datagram = MessageWriter.Join(
            MessageWriter.Message(16, NetlinkFlags.Multi, 7, 99, [1, 2, 3, 4, 5]),
            MessageWriter.Message(3, NetlinkFlags.Multi | NetlinkFlags.DumpInterrupted, 7, 99, [0, 0, 0, 0]));
        var messages = new NetlinkMessageEnumerator(datagram);

        Assert.True(messages.MoveNext());
        Assert.Equal(16, messages.Current.Type);
        Assert.Equal(NetlinkFlags.Multi, messages.Current.Flags);
        Assert.Equal(7u, messages.Current.Sequence);
        Assert.Equal(99u, messages.Current.PortId);
        Assert.Equal([1, 2, 3, 4, 5], messages.Current.Payload.ToArray());
        Assert.True(messages.MoveNext());
        Assert.Equal(3, messages.Current.Type);
        Assert.Equal(NetlinkFlags.Multi | NetlinkFlags.DumpInterrupted, messages.Current.Flags);
        Assert.False(messages.MoveNext());
        Assert.Equal(NetlinkFault.None, messages.Fault);
    }

    [Fact]
    public void MoveNext_LastMessageNotPadded_IsWhole()
    {
        byte[] datagram = MessageWriter.Message(16, NetlinkFlags.None, 1, 1, [9, 8, 7, 6, 5])[..21];
        var messages = new NetlinkMessageEnumerator(datagram);

        Assert.True(messages.MoveNext());
        Assert.Equal(5, messages.Current.Payload.Length);
        Assert.False(messages.MoveNext());
        Assert.Equal(NetlinkFault.None, messages.Fault);
    }

    [Theory]
    [InlineData(0u, NetlinkFault.LengthTooSmall)]
    [InlineData(15u, NetlinkFault.LengthTooSmall)]
    [InlineData(21u, NetlinkFault.LengthBeyondEnd)]
    [InlineData(0x7fffffffu, NetlinkFault.LengthBeyondEnd)]
    [InlineData(0xfffffff0u, NetlinkFault.LengthBeyondEnd)]
    [InlineData(0xffffffffu, NetlinkFault.LengthBeyondEnd)]
    public void MoveNext_BadLength_StopsWithFault(uint length, NetlinkFault expected)
    {
        byte[] datagram = MessageWriter.Message(16, NetlinkFlags.None, 1, 1, [1, 2, 3, 4]);
        BitConverter.TryWriteBytes(datagram, length);
        var messages = new NetlinkMessageEnumerator(datagram);

        Assert.False(messages.MoveNext());
        Assert.Equal(expected, messages.Fault);
        Assert.False(messages.MoveNext());
        Assert.Equal(expected, messages.Fault);
    }

    [Fact]
    public void MoveNext_BytesLeftOver_StopsWithFault()
    {
        byte[] datagram = MessageWriter.Join(MessageWriter.Message(16, NetlinkFlags.None, 1, 1), new byte[15]);
        var messages = new NetlinkMessageEnumerator(datagram);

        Assert.True(messages.MoveNext());
        Assert.False(messages.MoveNext());
        Assert.Equal(NetlinkFault.TruncatedHeader, messages.Fault);
    }

    [Fact]
    public void MoveNext_Empty_EndsWithoutFault()
    {
        var messages = new NetlinkMessageEnumerator([]);

        Assert.False(messages.MoveNext());
        Assert.Equal(NetlinkFault.None, messages.Fault);
    }
}
