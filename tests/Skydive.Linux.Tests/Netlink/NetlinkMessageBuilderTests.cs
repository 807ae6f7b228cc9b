using Skydive.Linux.Netlink;

namespace Skydive.Linux.Tests.Netlink;

public sealed class NetlinkMessageBuilderTests
{
    [Fact]
    public void Message_WithAttributes_IsWhatTheKernelExpects()
    {
        var builder = new NetlinkMessageBuilder();
        builder.Start(18, NetlinkFlags.None).Append(0, 16).Attribute(3, "lo").Attribute(29, 8u);

        byte[] expected = MessageWriter.Message(
            18,
            NetlinkFlags.Request,
            0,
            0,
            new byte[16],
            MessageWriter.Attribute(3, MessageWriter.Text("lo")),
            MessageWriter.Attribute(29, MessageWriter.Number(8)));
        Assert.Equal(expected, builder.Message.ToArray());
    }

    [Fact]
    public void Nested_Attributes_LengthCoversThem()
    {
        var builder = new NetlinkMessageBuilder();
        builder.Start(16, NetlinkFlags.Create);
        int outer = builder.BeginNested(18);
        builder.Attribute(1, "veth");
        int inner = builder.BeginNested(2);
        builder.Attribute(1, (ushort)5);
        builder.EndNested(inner).EndNested(outer);

        byte[] expected = MessageWriter.Message(
            16,
            NetlinkFlags.Request | NetlinkFlags.Create,
            0,
            0,
            MessageWriter.Attribute(
                0x8000 | 18,
                MessageWriter.Attribute(1, MessageWriter.Text("veth")),
                MessageWriter.Attribute(0x8000 | 2, MessageWriter.Attribute(1, MessageWriter.Short(5)))));
        Assert.Equal(expected, builder.Message.ToArray());
    }

    [Fact]
    public void Start_Again_ForgetsAndClears()
    {
        var builder = new NetlinkMessageBuilder();
        builder.Start(1, NetlinkFlags.None).Attribute(1, new byte[2000].Select(_ => (byte)0xff).ToArray());
        builder.Start(2, NetlinkFlags.None).Append(10, 8).Attribute(1, [1]);

        byte[] expected = MessageWriter.Message(
            2, NetlinkFlags.Request, 0, 0, [10, 0, 0, 0, 0, 0, 0, 0], MessageWriter.Attribute(1, [1]));
        Assert.Equal(expected, builder.Message.ToArray());
    }

    [Fact]
    public void Attribute_LongerThanItsLengthField_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new NetlinkMessageBuilder().Start(1, NetlinkFlags.None).Attribute(1, new byte[65532]));

    [Fact]
    public void Message_LongerThanAMebibyte_Throws()
    {
        var builder = new NetlinkMessageBuilder();
        builder.Start(1, NetlinkFlags.None);

        Assert.Throws<InvalidOperationException>(() =>
        {
            for (int i = 0; i < 17; i++)
            {
                builder.Attribute(1, new byte[65000]);
            }
        });
    }
}
