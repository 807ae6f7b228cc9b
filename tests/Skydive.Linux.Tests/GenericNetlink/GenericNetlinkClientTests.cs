using Skydive.Linux.GenericNetlink;
using Skydive.Linux.Netlink;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.GenericNetlink;

public sealed class GenericNetlinkClientTests
{
    [Fact]
    public void FindFamily_Controller_IsNumberSixteenWithItsGroup()
    {
        using GenericNetlinkClient client = GenericNetlinkClient.Open();

        GenericFamily? family = client.FindFamily("nlctrl");

        Assert.NotNull(family);
        Assert.Equal(("nlctrl", (ushort)16), (family.Name, family.Id));
        Assert.Contains((byte)3, family.Commands);
        Assert.Equal(["notify"], family.Groups.Keys);
        Assert.True(family.Groups["notify"] > 0);
    }

    [Fact]
    public void FindFamily_NoSuchFamily_IsNull()
    {
        using GenericNetlinkClient client = GenericNetlinkClient.Open();

        Assert.Null(client.FindFamily("sk-no-such"));

        // The refusal leaves the client usable.
        Assert.NotNull(client.FindFamily("nlctrl"));
    }

    [Fact]
    public void FindFamily_AnswerByHand_ReadsAllOfIt()
    {
        using var client = new GenericNetlinkClient(Answering(MessageWriter.Join(
            MessageWriter.Attribute(1, MessageWriter.Short(33)),
            MessageWriter.Attribute(2, MessageWriter.Text("ethtool")),
            MessageWriter.Attribute(3, MessageWriter.Number(1)),
            MessageWriter.Attribute(
                6,
                MessageWriter.Attribute(1, MessageWriter.Attribute(1, MessageWriter.Number(11)), MessageWriter.Attribute(2, MessageWriter.Number(14))),
                MessageWriter.Attribute(2, MessageWriter.Attribute(1, MessageWriter.Number(4)))),
            MessageWriter.Attribute(
                7,
                MessageWriter.Attribute(1, MessageWriter.Attribute(2, MessageWriter.Number(9)), MessageWriter.Attribute(1, MessageWriter.Text("monitor"))),
                MessageWriter.Attribute(2, MessageWriter.Attribute(2, MessageWriter.Number(10)))))));

        GenericFamily? family = client.FindFamily("ethtool");

        Assert.Equal(("ethtool", (ushort)33, (byte)1), (family!.Name, family.Id, family.Version));
        Assert.Equal(new HashSet<byte> { 4, 11 }, family.Commands);
        Assert.Equal([KeyValuePair.Create("monitor", 9u)], family.Groups);
    }

    [Fact]
    public void FindFamily_BrokenGroups_IsAMalformedReply()
    {
        using var client = new GenericNetlinkClient(Answering(MessageWriter.Attribute(7, [9, 0, 1, 0, 1])));

        NetlinkException e = Assert.Throws<NetlinkException>(() => client.FindFamily("ethtool"));

        Assert.Equal(LinuxErrorReason.MalformedReply, e.Reason);
    }

    /// <summary>A kernel that answers every request with one new family of these attributes.</summary>
    private static FakeKernel Answering(byte[] attributes) => new()
    {
        OnRequest = (kernel, sequence, _) => kernel.Queue(
            MessageWriter.Message(16, 0, sequence, FakeKernel.Port, [1, 2, 0, 0], attributes),
            MessageWriter.Message(2, NetlinkFlags.Capped, sequence, FakeKernel.Port, MessageWriter.Number(0), new byte[16])),
    };
}
