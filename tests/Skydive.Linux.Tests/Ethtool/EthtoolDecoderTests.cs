using Skydive.Linux.Ethtool;
using Skydive.Linux.GenericNetlink;
using Skydive.Linux.Netlink;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Ethtool;

/// <summary>Messages made by hand, for what this machine's drivers do not say.</summary>
public sealed class EthtoolDecoderTests
{
    private const ushort Family = 21;

    private static readonly byte[] s_device = MessageWriter.Join(
        MessageWriter.Attribute(1, MessageWriter.Number(7)), MessageWriter.Attribute(2, MessageWriter.Text("eth7")));

    internal static FeatureCatalog Catalog { get; } =
        new(new StringSet(4, [.. Enumerable.Range(0, 40).Select(i => i == 2 ? string.Empty : $"feature-{i}")]));

    internal static byte[] CompactFeatures { get; } = MessageWriter.Join(
        [11, 1, 0, 0],
        MessageWriter.Attribute(1, s_device),
        MessageWriter.Attribute(4, CompactBits(40, 0b1011, 0x80)));

    internal static byte[] LinkModes { get; } = MessageWriter.Join(
        [4, 1, 0, 0],
        MessageWriter.Attribute(1, s_device),
        MessageWriter.Attribute(2, [1]),
        MessageWriter.Attribute(3, CompactBits(92, 1, 2, 3)),
        MessageWriter.Attribute(5, MessageWriter.Number(25_000)),
        MessageWriter.Attribute(6, [1]),
        MessageWriter.Attribute(9, MessageWriter.Number(4)));

    internal static byte[] Statistics { get; } = MessageWriter.Join(
        [33, 1, 0, 0],
        MessageWriter.Attribute(2, s_device),
        MessageWriter.Attribute(
            4,
            MessageWriter.Attribute(2, MessageWriter.Number(1)),
            MessageWriter.Attribute(3, MessageWriter.Number(18)),
            MessageWriter.Attribute(4, MessageWriter.Attribute(1, MessageWriter.Long(5))),
            MessageWriter.Attribute(4, MessageWriter.Attribute(0, MessageWriter.Long(6)))),
        MessageWriter.Attribute(
            4,
            MessageWriter.Attribute(2, MessageWriter.Number(3)),
            MessageWriter.Attribute(3, MessageWriter.Number(20)),
            Range(5, 0, 64, 100),
            Range(5, 65, 127, 200),
            Range(6, 1519, 0, 300)));

    internal static byte[] FamilyAnswer { get; } = MessageWriter.Join(
        [1, 2, 0, 0],
        MessageWriter.Attribute(1, MessageWriter.Short(Family)),
        MessageWriter.Attribute(2, MessageWriter.Text("ethtool")),
        MessageWriter.Attribute(6, MessageWriter.Attribute(1, MessageWriter.Attribute(1, MessageWriter.Number(32)))),
        MessageWriter.Attribute(
            7,
            MessageWriter.Attribute(1, MessageWriter.Attribute(2, MessageWriter.Number(9)), MessageWriter.Attribute(1, MessageWriter.Text("monitor")))));

    internal static byte[] Strings { get; } = MessageWriter.Join(
        [1, 1, 0, 0],
        MessageWriter.Attribute(
            2,
            MessageWriter.Attribute(
                1,
                MessageWriter.Attribute(1, MessageWriter.Number(18)),
                MessageWriter.Attribute(2, MessageWriter.Number(2)),
                MessageWriter.Attribute(3, String(1, "FramesReceivedOK"), String(0, "FramesTransmittedOK")))));

    [Fact]
    public void Decode_CompactFeatures_ReadsWhichAreOn()
    {
        InterfaceFeatures? result = Decode(new FeaturesDecoder(Family, Catalog), CompactFeatures);

        Assert.Equal((7, "eth7"), (result!.Index, result.Name));
        Assert.Equal(39, result.Features.Count);
        Assert.Equal(["feature-0", "feature-1", "feature-3", "feature-39"], On(result.Features));
        Assert.Same(result.Features, Decode(new FeaturesDecoder(Family, Catalog), CompactFeatures)!.Features);
    }

    [Theory]
    [InlineData(true, "feature-3,feature-5")]
    [InlineData(false, "feature-5")]
    public void Decode_FeaturesAsAList_ReadsWhichAreOn(bool isWithoutMask, string expected)
    {
        byte[] bits = MessageWriter.Join(
            isWithoutMask ? MessageWriter.Attribute(1) : [],
            MessageWriter.Attribute(2, MessageWriter.Number(40)),
            MessageWriter.Attribute(
                3,
                MessageWriter.Attribute(1, MessageWriter.Attribute(1, MessageWriter.Number(3)), MessageWriter.Attribute(2, MessageWriter.Text("x"))),
                MessageWriter.Attribute(1, MessageWriter.Attribute(1, MessageWriter.Number(5)), MessageWriter.Attribute(3)),
                MessageWriter.Attribute(1, MessageWriter.Attribute(1, MessageWriter.Number(100_000)), MessageWriter.Attribute(3))));
        byte[] payload = MessageWriter.Join([13, 1, 0, 0], MessageWriter.Attribute(1, s_device), MessageWriter.Attribute(4, bits));

        Assert.Equal(expected.Split(','), On(Decode(new FeaturesDecoder(Family, Catalog), payload)!.Features));
    }

    [Fact]
    public void Decode_MoreBitsThanThereAreFeatures_IsAFault()
    {
        byte[] payload = MessageWriter.Join(
            [11, 1, 0, 0], MessageWriter.Attribute(1, s_device), MessageWriter.Attribute(4, MessageWriter.Attribute(4, new byte[132])));

        NetlinkFault fault = new FeaturesDecoder(Family, Catalog)
            .Decode(new NetlinkMessage(Family, 0, 0, 0, payload), out InterfaceFeatures? result);

        Assert.Equal(NetlinkFault.LengthBeyondEnd, fault);
        Assert.Null(result);
    }

    [Fact]
    public void Decode_OtherFamilyOrCommand_IsPassedOver()
    {
        var decoder = new FeaturesDecoder(Family, Catalog);

        Assert.Equal(NetlinkFault.None, decoder.Decode(new NetlinkMessage(Family + 1, 0, 0, 0, CompactFeatures), out InterfaceFeatures? result));
        Assert.Null(result);
        Assert.Null(Decode(decoder, LinkModes));
        Assert.Null(Decode(decoder, []));
    }

    [Fact]
    public void Decode_LinkModes_ReadsSpeedDuplexAndNegotiation()
    {
        LinkSettings? result = Decode(new LinkSettingsDecoder(Family), LinkModes);

        Assert.Equal(
            new LinkSettings
            {
                Index = 7,
                Name = "eth7",
                BitsPerSecond = 25_000_000_000,
                Duplex = Duplex.Full,
                IsNegotiated = true,
                Lanes = 4,
            },
            result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Decode_LinkModesOfUnknownSpeed_SayNothing(int megabits)
    {
        byte[] payload = MessageWriter.Join(
            [5, 1, 0, 0],
            MessageWriter.Attribute(1, s_device),
            MessageWriter.Attribute(5, MessageWriter.Number(megabits)),
            MessageWriter.Attribute(6, [0xff]));

        LinkSettings? result = Decode(new LinkSettingsDecoder(Family), payload);

        Assert.Null(result!.BitsPerSecond);
        Assert.Equal(Duplex.Unknown, result.Duplex);
    }

    [Fact]
    public void Decode_StringSet_PutsTheStringsInTheirPlaces()
    {
        StringSet? result = Decode(new StringSetDecoder(Family), Strings);

        Assert.Equal(18, result!.Id);
        Assert.Equal(["FramesTransmittedOK", "FramesReceivedOK"], result.Names);
        Assert.Equal(1, result.Find("FramesReceivedOK"));
        Assert.Equal(-1, result.Find(string.Empty));
    }

    [Fact]
    public void GetStandardStatistics_AnswersByHand_NamesCountersAndRanges()
    {
        byte[] groupNames = MessageWriter.Join(
            [1, 1, 0, 0],
            MessageWriter.Attribute(
                2,
                MessageWriter.Attribute(
                    1,
                    MessageWriter.Attribute(1, MessageWriter.Number(16)),
                    MessageWriter.Attribute(3, String(0, "eth-phy"), String(1, "eth-mac"), String(2, "eth-ctrl"), String(3, "rmon")))));
        byte[][] answers = [FamilyAnswer, Statistics, groupNames, Strings];
        var fake = new FakeKernel
        {
            OnRequest = (kernel, sequence, count) => kernel.Queue(
                MessageWriter.Message(count == 0 ? (ushort)16 : Family, 0, sequence, FakeKernel.Port, answers[count]),
                MessageWriter.Message(2, NetlinkFlags.Capped, sequence, FakeKernel.Port, MessageWriter.Number(0), new byte[16])),
        };
        using var client = new GenericNetlinkClient(fake);
        EthtoolNetlink? ethtool = EthtoolNetlink.Find(client);

        Dictionary<string, ulong>? result = ethtool!.GetStandardStatistics("eth7", TestContext.Current.CancellationToken);

        Assert.False(ethtool.CanDump);
        Assert.Equal(
            new Dictionary<string, ulong>
            {
                ["eth-mac-FramesReceivedOK"] = 5,
                ["eth-mac-FramesTransmittedOK"] = 6,
                ["rx-rmon-etherStatsPkts64Octets"] = 100,
                ["rx-rmon-etherStatsPkts65to127Octets"] = 200,
                ["tx-rmon-etherStatsPkts1519toMaxOctets"] = 300,
            },
            result);
        Assert.Equal(4, fake.Requests.Count);
    }

    [Fact]
    public void Receive_BothKindsOfNotification_AreEvents()
    {
        var kernel = new FakeKernel();
        using var listener = new EthtoolListener(kernel, Family, Catalog);
        kernel.Queue(
            MessageWriter.Message(Family, 0, 0, 0, [13], CompactFeatures[1..]),
            MessageWriter.Message(Family, 0, 0, 0, [5], LinkModes[1..]),
            MessageWriter.Message(Family, 0, 0, 0, [10, 1, 0, 0]));
        var events = new List<EthtoolEvent>();

        Assert.Equal(NetlinkReceiveStatus.Messages, listener.TryReceive(events));

        Assert.Equal([7, 7], events.Select(one => one.Index));
        Assert.NotNull(events[0].Features);
        Assert.NotNull(events[1].LinkSettings);
        Assert.Equal(NetlinkReceiveStatus.Nothing, listener.TryReceive(events));
    }

    [Fact]
    public void Receive_BrokenNotification_IsALoss()
    {
        var kernel = new FakeKernel();
        using var listener = new EthtoolListener(kernel, Family, Catalog);
        kernel.Queue(MessageWriter.Message(Family, 0, 0, 0, [13, 1, 0, 0, 9, 0, 1, 0, 1]));

        Assert.Equal(NetlinkReceiveStatus.Overrun, listener.TryReceive(new List<EthtoolEvent>()));
        Assert.Equal(1, listener.MalformedMessages);
    }

    private static T? Decode<T>(EthtoolDecoder<T> decoder, byte[] payload)
        where T : class
    {
        Assert.Equal(NetlinkFault.None, decoder.Decode(new NetlinkMessage(Family, 0, 0, 0, payload), out T? result));
        return result;
    }

    private static IEnumerable<string> On(EthtoolFeatures features) =>
        features.Where(feature => feature.Value).Select(feature => feature.Key);

    private static byte[] CompactBits(int size, params int[] words) => MessageWriter.Join(
        MessageWriter.Attribute(1),
        MessageWriter.Attribute(2, MessageWriter.Number(size)),
        MessageWriter.Attribute(4, [.. words.SelectMany(BitConverter.GetBytes)]));

    private static byte[] String(int place, string text) => MessageWriter.Attribute(
        1, MessageWriter.Attribute(1, MessageWriter.Number(place)), MessageWriter.Attribute(2, MessageWriter.Text(text)));

    private static byte[] Range(int type, int low, int high, long value) => MessageWriter.Attribute(
        type,
        MessageWriter.Attribute(7, MessageWriter.Number(low)),
        MessageWriter.Attribute(8, MessageWriter.Number(high)),
        MessageWriter.Attribute(9, MessageWriter.Long(value)));
}
