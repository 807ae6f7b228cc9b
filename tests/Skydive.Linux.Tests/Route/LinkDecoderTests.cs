using Skydive.Linux.Netlink;
using Skydive.Linux.Route;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Route;

public sealed class LinkDecoderTests
{
    [Fact]
    public void Decode_RecordedVethPort_ReadsAllOfIt()
    {
        LinkMessage link = Decode(RecordedMessages.Bytes(RecordedMessages.VethPort));

        Assert.Equal(3, link.Index);
        Assert.Equal("v0", link.Name);
        Assert.Equal("veth", link.Kind);
        Assert.Equal("bridge", link.SlaveKind);
        Assert.Equal(0, link.BridgePortState);
        Assert.Equal(HardwareType.Ethernet, link.HardwareType);
        Assert.True(link.IsUp);
        Assert.Equal(LinkFlags.Up | LinkFlags.Broadcast | LinkFlags.Multicast, link.Flags);
        Assert.Equal(OperationalState.Down, link.OperationalState);
        Assert.Equal("ba:a2:59:0b:1e:41", link.Address.ToString());
        Assert.True(link.PermanentAddress.IsEmpty);
        Assert.Equal(1500, link.Mtu);
        Assert.Equal(2, link.MasterIndex);
        Assert.Equal(2, link.LinkIndex);
        Assert.Equal(0, link.LinkNamespaceId);
        Assert.False(link.HasCarrier);
        Assert.Equal(1u, link.CarrierChanges);
        Assert.Equal("to two", link.Alias);
        Assert.Equal(["longname-of-v0"], link.AlternativeNames);
        Assert.Equal(1000u, link.TransmitQueueLength);
        Assert.Equal(1u, link.Promiscuity);
        Assert.Equal("noqueue", link.QueueingDiscipline);
        Assert.Null(link.VlanId);
        Assert.Null(link.VxlanId);
        Assert.Null(link.BondSlave);
        Assert.Null(link.Statistics);
        Assert.Null(link.NewNamespaceId);
    }

    [Fact]
    public void Decode_RecordedVxlan_ReadsItsId()
    {
        LinkMessage link = Decode(RecordedMessages.Bytes(RecordedMessages.Vxlan));

        Assert.Equal("vxlan", link.Kind);
        Assert.Equal(4242, link.VxlanId);
        Assert.Equal(0, link.LinkIndex);
        Assert.Null(link.LinkNamespaceId);
        Assert.Equal(0, link.MasterIndex);
    }

    [Fact]
    public void Decode_WithStatistics_ReadsThem()
    {
        LinkMessage link = Decode(RecordedMessages.Bytes(RecordedMessages.Bridge), LinkDecoder.WithStatistics);

        Assert.NotNull(link.Statistics);
        Assert.Equal(2ul, link.Statistics.TxDropped);
        Assert.Equal(0ul, link.Statistics.RxPackets);
    }

    [Fact]
    public void Decode_EveryCounter_LandsInItsField()
    {
        byte[] counters = [.. Enumerable.Range(1, 25).SelectMany(number => BitConverter.GetBytes((ulong)number))];

        LinkStatistics statistics = Decode(
            MessageWriter.Join(MessageWriter.LinkHeader(1), MessageWriter.Attribute(23, counters)), LinkDecoder.WithStatistics).Statistics!;

        ulong[] fields =
        [
            statistics.RxPackets, statistics.TxPackets, statistics.RxBytes, statistics.TxBytes, statistics.RxErrors, statistics.TxErrors,
            statistics.RxDropped, statistics.TxDropped, statistics.Multicast, statistics.Collisions, statistics.RxLengthErrors,
            statistics.RxOverErrors, statistics.RxCrcErrors, statistics.RxFrameErrors, statistics.RxFifoErrors, statistics.RxMissedErrors,
            statistics.TxAbortedErrors, statistics.TxCarrierErrors, statistics.TxFifoErrors, statistics.TxHeartbeatErrors,
            statistics.TxWindowErrors, statistics.RxCompressed, statistics.TxCompressed, statistics.RxNoHandler,
            statistics.RxOtherHostDropped,
        ];
        Assert.Equal(Enumerable.Range(1, 25).Select(number => (ulong)number), fields);
    }

    [Fact]
    public void Decode_StatisticsOfAnOldKernel_LacksTheNewFields()
    {
        byte[] counters = [.. Enumerable.Range(1, 23).SelectMany(number => BitConverter.GetBytes((ulong)number))];

        LinkStatistics statistics = Decode(
            MessageWriter.Join(MessageWriter.LinkHeader(1), MessageWriter.Attribute(23, counters)), LinkDecoder.WithStatistics).Statistics!;

        Assert.Equal(23ul, statistics.TxCompressed);
        Assert.Equal(0ul, statistics.RxNoHandler);
        Assert.Equal(0ul, statistics.RxOtherHostDropped);
    }

    [Fact]
    public void Decode_Vlan_ReadsIdAndProtocol()
    {
        LinkMessage link = Decode(MessageWriter.Join(
            MessageWriter.LinkHeader(7),
            MessageWriter.Attribute(5, MessageWriter.Number(4)),
            MessageWriter.Attribute(
                0x8012,
                MessageWriter.Attribute(1, MessageWriter.Text("vlan")),
                MessageWriter.Attribute(
                    0x8002, MessageWriter.Attribute(5, MessageWriter.BigEndian(0x88a8)), MessageWriter.Attribute(1, MessageWriter.Short(4094))))));

        Assert.Equal(4094, link.VlanId);
        Assert.Equal(new VlanDetails { Id = 4094, Protocol = 0x88a8 }, link.Details);
        Assert.Equal(4, link.LinkIndex);
        Assert.Null(link.LinkNamespaceId);
    }

    [Fact]
    public void Decode_Bond_ReadsItsMode()
    {
        LinkMessage link = Decode(MessageWriter.Join(
            MessageWriter.LinkHeader(7),
            MessageWriter.Attribute(18, MessageWriter.Attribute(1, MessageWriter.Text("bond")), MessageWriter.Attribute(2, MessageWriter.Attribute(1, [4])))));

        Assert.Equal(new BondDetails { Mode = 4 }, link.Details);
        Assert.Equal("802.3ad", ((BondDetails)link.Details!).ModeName);
    }

    [Fact]
    public void Decode_BondSlave_ReadsItsState()
    {
        LinkMessage link = Decode(MessageWriter.Join(
            MessageWriter.LinkHeader(7),
            MessageWriter.Attribute(10, MessageWriter.Number(12)),
            MessageWriter.Attribute(
                18,
                MessageWriter.Attribute(4, MessageWriter.Text("bond")),
                MessageWriter.Attribute(
                    5,
                    MessageWriter.Attribute(1, [1]),
                    MessageWriter.Attribute(2, [2]),
                    MessageWriter.Attribute(3, MessageWriter.Number(30)),
                    MessageWriter.Attribute(4, [2, 0, 0, 0, 0, 9]),
                    MessageWriter.Attribute(5, MessageWriter.Short(5)),
                    MessageWriter.Attribute(6, MessageWriter.Short(6)),
                    MessageWriter.Attribute(7, [63]),
                    MessageWriter.Attribute(8, MessageWriter.Short(61))))));

        Assert.Equal(12, link.MasterIndex);
        Assert.Equal(
            new BondSlave
            {
                State = 1,
                MiiStatus = 2,
                LinkFailureCount = 30,
                PermanentAddress = new HardwareAddress([2, 0, 0, 0, 0, 9]),
                QueueId = 5,
                AggregatorId = 6,
                ActorPortState = 63,
                PartnerPortState = 61,
            },
            link.BondSlave);
    }

    [Fact]
    public void Decode_Moved_TellsWhereTo()
    {
        LinkMessage link = Decode(MessageWriter.Join(
            MessageWriter.LinkHeader(7), MessageWriter.Attribute(45, MessageWriter.Number(3)), MessageWriter.Attribute(49, MessageWriter.Number(8))));

        Assert.Equal(3, link.NewNamespaceId);
        Assert.Equal(8, link.NewIndex);
    }

    [Fact]
    public void Decode_ParentDevice_ReadsBusAndName()
    {
        LinkMessage link = Decode(MessageWriter.Join(
            MessageWriter.LinkHeader(7),
            MessageWriter.Attribute(56, MessageWriter.Text("0000:00:03.0")),
            MessageWriter.Attribute(57, MessageWriter.Text("pci")),
            MessageWriter.Attribute(54, [2, 0, 0, 0, 0, 1]),
            MessageWriter.Attribute(21, MessageWriter.Number(8)),
            MessageWriter.Attribute(33, [1])));

        Assert.Equal("0000:00:03.0", link.ParentDevice);
        Assert.Equal("pci", link.ParentBus);
        Assert.Equal("02:00:00:00:00:01", link.PermanentAddress.ToString());
        Assert.Equal(8, link.VirtualFunctionCount);
        Assert.True(link.HasCarrier);
    }

    [Fact]
    public void Decode_UnknownAttributes_ArePassedOver()
    {
        LinkMessage link = Decode(MessageWriter.Join(
            MessageWriter.LinkHeader(7),
            MessageWriter.Attribute(3000, [1, 2, 3]),
            MessageWriter.Attribute(3, MessageWriter.Text("eth0")),
            MessageWriter.Attribute(0x8000 | 200)));

        Assert.Equal("eth0", link.Name);
    }

    [Fact]
    public void Decode_AddressLongerThanAny_IsNone()
    {
        LinkMessage link = Decode(MessageWriter.Join(MessageWriter.LinkHeader(7), MessageWriter.Attribute(1, new byte[33])));

        Assert.True(link.Address.IsEmpty);
    }

    [Fact]
    public void Decode_EqualNames_ShareOneString()
    {
        byte[] payload = MessageWriter.Join(MessageWriter.LinkHeader(7), MessageWriter.Attribute(3, MessageWriter.Text("shared-name")));

        Assert.Same(Decode(payload).Name, Decode(payload).Name);
    }

    [Fact]
    public void Decode_NameThatIsNoAscii_IsRead()
    {
        byte[] payload = MessageWriter.Join(MessageWriter.LinkHeader(7), MessageWriter.Attribute(3, MessageWriter.Text("zürich")));

        Assert.Equal("zürich", Decode(payload).Name);
        Assert.Equal("zürich", Decode(payload).Name);
    }

    [Fact]
    public void Decode_TooShort_IsAFault() =>
        Assert.Equal(NetlinkFault.TruncatedHeader, LinkDecoder.Plain.Decode(new NetlinkMessage(16, 0, 0, 0, new byte[15]), out _));

    [Fact]
    public void Decode_NestedFault_IsAFault()
    {
        byte[] payload = MessageWriter.Join(MessageWriter.LinkHeader(7), MessageWriter.Attribute(18, [200, 0, 1, 0]));

        Assert.Equal(NetlinkFault.LengthBeyondEnd, LinkDecoder.Plain.Decode(new NetlinkMessage(16, 0, 0, 0, payload), out LinkMessage? link));
        Assert.Null(link);
    }

    [Fact]
    public void Decode_OtherMessageType_IsPassedOver()
    {
        Assert.Equal(NetlinkFault.None, LinkDecoder.Plain.Decode(new NetlinkMessage(20, 0, 0, 0, []), out LinkMessage? link));
        Assert.Null(link);
    }

    private static LinkMessage Decode(byte[] payload, LinkDecoder? decoder = null)
    {
        Assert.Equal(NetlinkFault.None, (decoder ?? LinkDecoder.Plain).Decode(new NetlinkMessage(16, 0, 0, 0, payload), out LinkMessage? link));
        return link!;
    }
}
