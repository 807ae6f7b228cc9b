using System.Buffers.Binary;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Hashing;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class TunnelTests
{
    private static FrameBuilder There => new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB);

    private static FrameBuilder Back => new FrameBuilder().Ethernet(MacB, MacA).IPv4(AddressB, AddressA);

    public static TheoryData<string, byte[], string, long> Outers => new()
    {
        { "VXLAN", EchoIn(There.Udp(50000, 4789).Vxlan(10).Ethernet(MacB, MacA)), "Ethernet/IPv4/UDP/VXLAN", 10 },
        { "Geneve", EchoIn(There.Udp(50000, 6081).Geneve(11, [1, 2, 3, 4]).Ethernet(MacB, MacA)), "Ethernet/IPv4/UDP/Geneve", 11 },
        { "GRE", EchoIn(There.Gre(key: 12, sequence: 1, hasChecksum: true)), "Ethernet/IPv4/GRE", 12 },
        { "GRE", EchoIn(There.Gre().Ethernet(MacB, MacA)), "Ethernet/IPv4/GRE", 0 },
        { "GRE", EchoIn(There.Gre(sequence: 1).Erspan(9).Ethernet(MacB, MacA)), "Ethernet/IPv4/GRE", 0 },
        { "MPLS", EchoIn(There.Gre().Mpls(5).Mpls(6)), "Ethernet/IPv4/GRE/MPLS/MPLS", 0 },
        { "MPLS", EchoIn(There.Udp(50000, 51234).Mpls(5)), "Ethernet/IPv4/UDP/MPLS", 0 },
        { "MPLS", EchoIn(new FrameBuilder().Ethernet(MacA, MacB).Mpls(5)), "Ethernet/MPLS", 0 },
        { "IPv4", EchoIn(There), "Ethernet/IPv4", 0 },
        { "IPv6", EchoIn(new FrameBuilder().Ethernet(MacA, MacB).IPv6(AddressA6, AddressB6)), "Ethernet/IPv6", 0 },
    };

    [Theory]
    [MemberData(nameof(Outers))]
    public void Process_OfAPacketInATunnel_CountsItInBothFlows(string application, byte[] frame, string path, long identifier)
    {
        List<Flow> flows = FlowsOf(new FlowTableOptions { MplsUdpPort = 51234 }, frame);
        Assert.Equal(2, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow.ParentUUID.Length == 0);
        Assert.Equal((path, application), (outer.LayersPath, outer.Application));
        Assert.Equal(identifier, outer.Network?.ID ?? 0);
        Assert.Null(outer.ICMP);
        Assert.Equal((1, frame.Length), (outer.Metric!.ABPackets, outer.Metric.ABBytes));

        Flow inner = Assert.Single(flows, flow => flow.ParentUUID == outer.UUID);
        Assert.EndsWith("IPv4/ICMPv4", inner.LayersPath, StringComparison.Ordinal);
        Assert.Equal("ECHO", inner.ICMP!.Type);
        Assert.Equal(0, inner.Network!.ID);
        int innerLength = 20 + 8 + 40 + (inner.Link is null ? 0 : 14);
        Assert.Equal((1, innerLength), (inner.Metric!.ABPackets, inner.Metric.ABBytes));
    }

    [Theory]
    [MemberData(nameof(Outers))]
    public void ProcessSample_OfAPacketInATunnel_CountsInBothFlowsForAsManyAsItStandsFor(string application, byte[] frame, string path, long identifier)
    {
        var collector = new FlowCollector();
        using (var table = new FlowTable(new FlowTableOptions { MplsUdpPort = 51234 }, collector))
        {
            table.ProcessSample(frame, frame.Length + 10, 1_000_000, 400);
            table.ProcessSample(frame, frame.Length, 2_000_000, 0);
            table.Process(frame, frame.Length, 3_000_000);
            table.Finish(4_000_000);
        }

        Flow outer = Assert.Single(collector.Flows, static flow => flow.ParentUUID.Length == 0);
        Assert.Equal((path, application, identifier), (outer.LayersPath, outer.Application, outer.Network?.ID ?? 0));
        bool hasLength = outer.Link is not null;
        Assert.Equal((402, (402 * frame.Length) + (hasLength ? 400 * 10 : 0)), (outer.Metric!.ABPackets, outer.Metric.ABBytes));
        Flow inner = Assert.Single(collector.Flows, flow => flow.ParentUUID == outer.UUID);
        Assert.Equal((402, 402 * (20 + 8 + 40 + (inner.Link is null ? 0 : 14))), (inner.Metric!.ABPackets, inner.Metric.ABBytes));
    }

    [Fact]
    public void ProcessSample_OfFragments_CountsThemAsTheyAre()
    {
        var collector = new FlowCollector();
        using (var table = new FlowTable(new FlowTableOptions { Defragment = true }, collector))
        {
            byte[] first = new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB, fragment: 0x2000).Udp(7, 8).Payload(new byte[16]).Build();
            table.ProcessSample(first, first.Length, 1_000_000, 100);
            table.Finish(4_000_000);
        }

        Flow flow = Assert.Single(collector.Flows);
        Assert.Equal(("Ethernet/IPv4/Fragment", 100), (flow.LayersPath, flow.Metric!.ABPackets));
    }

    [Fact]
    public void Process_OfOneConversationInTwoTunnels_KeepsThemApart()
    {
        List<Flow> flows = FlowsOf(
            new FlowTableOptions(),
            EchoIn(There.Udp(1, 4789).Vxlan(10).Ethernet(MacB, MacA)),
            EchoIn(There.Udp(1, 4789).Vxlan(11).Ethernet(MacB, MacA)),
            EchoIn(new FrameBuilder().Ethernet(MacB, MacA)));
        Assert.Equal(5, flows.Count);
        Flow[] echoes = [.. flows.Where(static flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4")];
        Assert.Equal(3, echoes.Select(static flow => flow.UUID).Distinct().Count());
        Assert.Single(echoes.Select(static flow => flow.TrackingID).Distinct());
        Assert.Equal(3, echoes.Select(static flow => flow.ParentUUID).Distinct().Count());
    }

    [Fact]
    public void Process_OfVxlanInBothDirections_IsOneFlowWhateverThePorts()
    {
        List<Flow> flows = FlowsOf(
            new FlowTableOptions(),
            EchoIn(There.Udp(50001, 4789).Vxlan(10).Ethernet(MacA, MacB)),
            EchoIn(There.Udp(50002, 4789).Vxlan(10).Ethernet(MacA, MacB)),
            EchoIn(Back.Udp(50003, 4789).Vxlan(10).Ethernet(MacB, MacA), isReply: true));
        Assert.Equal(2, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow.Application == "VXLAN");
        Assert.Equal((2, 1), (outer.Metric!.ABPackets, outer.Metric.BAPackets));
        Assert.Equal((50001, 4789, "UDP"), (outer.Transport!.A, outer.Transport.B, outer.Transport.Protocol));
        Flow inner = Assert.Single(flows, static flow => flow.Application == "ICMPv4");
        Assert.Equal((2, 1), (inner.Metric!.ABPackets, inner.Metric.BAPackets));
        Assert.True(inner.Metric.RTT > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Identity_OfVxlan_HasNetworkAndPortInTheirPlace(bool isReply)
    {
        // From the recipe: addresses in the order of the MAC addresses with their type, network and port always in this order with type 0.
        Span<byte> input = stackalloc byte[30];
        AddressA.TryWriteBytes(input, out _);
        AddressB.TryWriteBytes(input[4..], out _);
        BinaryPrimitives.WriteUInt64BigEndian(input[8..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(input[16..], 0x123456);
        BinaryPrimitives.WriteUInt16BigEndian(input[20..], 4789);
        List<Flow> flows = FlowsOf(new FlowTableOptions(), EchoIn((isReply ? Back : There).Udp(50001, 4789).Vxlan(0x123456).Ethernet(MacA, MacB)));
        string expected = XxHash64.Hash(input).ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(expected, Assert.Single(flows, static flow => flow.Application == "VXLAN").L3TrackingID);
    }

    [Fact]
    public void Process_OfVxlanFromAHostToItself_IsOneFlow()
    {
        FrameBuilder Loop() => new FrameBuilder().Ethernet(MacA, MacA).IPv4(AddressA, AddressA);
        Flow outer = Assert.Single(
            FlowsOf(new FlowTableOptions(), EchoIn(Loop().Udp(1, 4789).Vxlan(1).Ethernet(MacA, MacB)), EchoIn(Loop().Udp(9000, 4789).Vxlan(1).Ethernet(MacA, MacB))),
            static flow => flow.Application == "VXLAN");
        Assert.Equal((2, 0), (outer.Metric!.ABPackets, outer.Metric.BAPackets));
    }

    [Fact]
    public void Process_OfAnotherPayloadOnATunnelsPort_IsCounted()
    {
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions(), collector);
        table.Process(There.Udp(1, 6081).Payload("not Geneve at all"u8).Build(), Epoch);
        Assert.Equal(1, table.GetStats().TunnelsInvalid);
        table.Finish(Epoch);
        Flow flow = Assert.Single(collector.Flows);
        Assert.Equal(("Ethernet/IPv4/UDP", "UDP"), (flow.LayersPath, flow.Application));
    }

    [Fact]
    public void Process_OfTunnelsInTunnels_MakesAChainOfParents()
    {
        byte[] frame = EchoIn(There.Udp(1, 4789).Vxlan(1).Ethernet(MacB, MacA).IPv4(AddressB, AddressA).Gre(key: 2).IPv6(AddressA6, AddressB6));
        List<Flow> flows = FlowsOf(new FlowTableOptions(), frame);
        Assert.Equal(4, flows.Count);
        string[] paths = [.. Chain(flows).Select(static flow => flow.LayersPath)];
        Assert.Equal(["Ethernet/IPv4/UDP/VXLAN", "Ethernet/IPv4/GRE", "IPv6", "IPv4/ICMPv4"], paths);
    }

    [Fact]
    public void Process_OfEndlessTunnels_StopsAtALevel()
    {
        FrameBuilder builder = There;
        for (int i = 0; i < 30; i++)
        {
            builder.IPv4(AddressA, AddressB);
        }

        List<Flow> flows = FlowsOf(new FlowTableOptions(), builder.Udp(1, 2).Build());
        Assert.Equal(8, flows.Count);
        Assert.Equal(8, Chain(flows).Count());
    }

    [Fact]
    public void Process_OfManyTunnels_FindsEveryParent()
    {
        // Mixed depths, far more than a batch, with flows that are evicted in between.
        var random = new Random(5);
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions { MaxEntries = 300 }, collector);
        long bytes = 0;
        const int Count = 20_000;
        for (int i = 0; i < Count; i++)
        {
            FrameBuilder builder = There;
            for (int depth = random.Next(4); depth > 0; depth--)
            {
                builder.Udp((ushort)random.Next(65536), 4789).Vxlan(random.Next(50)).Ethernet(MacB, MacA).IPv4(AddressB, AddressA);
            }

            byte[] frame = builder.Udp((ushort)random.Next(20), 9).Build();
            bytes += frame.Length;
            table.Process(frame, Epoch + i);
        }

        table.Finish(Epoch + Count);
        Flow[] flows = [.. collector.Flows];
        HashSet<string> uuids = [.. flows.Select(static flow => flow.UUID)];
        Assert.All(flows, flow => Assert.True(flow.ParentUUID.Length == 0 || uuids.Contains(flow.ParentUUID)));
        Flow[] outer = [.. flows.Where(static flow => flow.ParentUUID.Length == 0)];
        Assert.Equal(Count, outer.Sum(static flow => flow.LastUpdateMetric!.ABPackets + flow.LastUpdateMetric.BAPackets));
        Assert.Equal(bytes, outer.Sum(static flow => flow.LastUpdateMetric!.ABBytes + flow.LastUpdateMetric.BABytes));
    }

    [Fact]
    public void Process_OfATruncatedTunnel_CountsLengthsOnTheWire()
    {
        byte[] frame = EchoIn(There.Udp(1, 4789).Vxlan(1).Ethernet(MacB, MacA), payload: 1400);
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions(), collector);
        table.Process(frame.AsSpan(0, 100), frame.Length, Epoch);
        table.Finish(Epoch);
        Assert.Equal(frame.Length, Assert.Single(collector.Flows, static flow => flow.Application == "VXLAN").Metric!.ABBytes);
        Assert.Equal(frame.Length - 50, Assert.Single(collector.Flows, static flow => flow.Application == "ICMPv4").Metric!.ABBytes);
    }

    [Fact]
    public void Process_OfATunnelBehindACutOffTag_CountsTheTagOnce()
    {
        byte[] frame = EchoIn(There.Udp(1, 4789).Vxlan(1).Ethernet(MacB, MacA));
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions(), collector);
        table.Process(frame, frame.Length, Epoch, new VlanTag(7));
        table.Finish(Epoch);
        Flow outer = Assert.Single(collector.Flows, static flow => flow.Application == "VXLAN");
        Assert.Equal(("Ethernet/Dot1Q/IPv4/UDP/VXLAN", 7, frame.Length + 4), (outer.LayersPath, outer.Link!.ID, outer.Metric!.ABBytes));
        Flow inner = Assert.Single(collector.Flows, static flow => flow.Application == "ICMPv4");
        Assert.Equal(("Ethernet/IPv4/ICMPv4", 0, frame.Length - 50), (inner.LayersPath, inner.Link!.ID, inner.Metric!.ABBytes));
    }

    [Fact]
    public void Search_OfTunnels_KnowsTheirPorts()
    {
        using var table = new FlowTable(new FlowTableOptions { UdpApplications = new Dictionary<int, string> { [50001] = "overlay" } }, new FlowCollector());
        table.Process(EchoIn(There.Udp(50001, 4789).Vxlan(0xffffff).Ethernet(MacA, MacB)), Epoch);
        table.Flush();
        Flow flow = Assert.Single(table.Search(new FlowSearch { Filter = Filter.Equal("Transport.A", 50001) }));
        Assert.Equal(("OVERLAY", 0xffffff, 4789), (flow.Application, flow.Network!.ID, flow.Transport!.B));
        Assert.Single(table.Search(new FlowSearch { Filter = Filter.Equal("Network.ID", 0xffffff) }));
        Assert.Single(table.Search(new FlowSearch { Filter = Filter.Equal("ParentUUID", flow.UUID) }));
    }

    [Fact]
    public void Process_OfTunnels_DoesNotAllocate()
    {
        byte[] frame = EchoIn(There.Udp(1, 4789).Vxlan(1).Ethernet(MacB, MacA).IPv4(AddressB, AddressA).Gre(key: 2).IPv6(AddressA6, AddressB6));
        using var table = new FlowTable(new FlowTableOptions(), new FlowCollector());
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                table.Process(frame, frame.Length, Epoch + i);
            }

            table.Flush();
        }));
    }

    private static byte[] EchoIn(FrameBuilder builder, bool isReply = false, int payload = 40) => builder
        .IPv4(isReply ? AddressB : AddressA, isReply ? AddressA : AddressB)
        .IcmpV4(isReply ? IcmpV4Type.EchoReply : IcmpV4Type.EchoRequest, 0, 7, 1).Payload(new byte[payload]).Build();

    private static List<Flow> FlowsOf(FlowTableOptions options, params byte[][] frames)
    {
        var collector = new FlowCollector();
        using var table = new FlowTable(options, collector);
        long time = Epoch;
        foreach (byte[] frame in frames)
        {
            table.Process(frame, time += Millisecond);
        }

        table.Finish(time);
        return collector.Flows;
    }

    private static IEnumerable<Flow> Chain(List<Flow> flows)
    {
        string parent = string.Empty;
        while (flows.Find(flow => flow.ParentUUID == parent) is { } flow)
        {
            yield return flow;
            parent = flow.UUID;
        }
    }
}
