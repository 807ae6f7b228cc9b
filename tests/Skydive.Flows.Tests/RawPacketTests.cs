using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class RawPacketTests
{
    private readonly List<FlowRawPackets> _sent = [];
    private readonly List<Flow> _flows = [];

    [Fact]
    public void Process_OfMorePacketsThanTheLimit_KeepsTheFirst()
    {
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 3, HeaderSize = 60 });
        for (int i = 0; i < 10; i++)
        {
            byte[] frame = Udp(isFromB: i % 2 == 1, payload: i == 2 ? 100 : 0);
            frame[18] = (byte)i;
            table.Process(frame, Epoch + (i * Millisecond));
        }

        table.Flush();
        Flow flow = Assert.Single(table.Search(new FlowSearch()));
        Assert.Equal((3, 10), (flow.RawPacketsCaptured, flow.Metric!.ABPackets + flow.Metric.BAPackets));
        IReadOnlyList<RawPacket> packets = PacketsOf(table, flow);
        Assert.Equal([1, 2, 3], packets.Select(static packet => packet.Index));
        Assert.Equal([0, 1, 2], packets.Select(static packet => (int)packet.Data[18]));
        Assert.Equal([42, 42, 60], packets.Select(static packet => packet.Data.Length));
        Assert.Equal([0, 1, 2], packets.Select(static packet => packet.Timestamp - (Epoch / Millisecond)));
        Assert.All(packets, static packet => Assert.Equal(1, packet.LinkType));
    }

    [Fact]
    public void Tick_SendsPacketsThatAreNew()
    {
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 5, UpdateInterval = TimeSpan.FromSeconds(1) });
        table.Tick(Epoch);
        table.Process(Udp(), Epoch);
        table.Process(Udp(), Epoch);
        table.Tick(Epoch + Second);
        Assert.Equal([1, 2], Assert.Single(_sent).Packets.Select(static packet => packet.Index));
        Assert.Equal(_flows[0].UUID, _sent[0].FlowUUID);
        table.Tick(Epoch + (2 * Second));
        table.Process(Udp(), Epoch + (2 * Second));
        table.Tick(Epoch + (3 * Second));
        Assert.Equal([3], _sent[1].Packets.Select(static packet => packet.Index));
        Assert.Equal(3, PacketsOf(table, _flows[0]).Count);
        table.Finish(Epoch + (4 * Second));
        Assert.Equal(2, _sent.Count);
        Assert.Empty(table.SearchRawPackets(new RawPacketSearch { FlowUUIDs = [_flows[0].UUID] }));
    }

    [Fact]
    public void Process_OfATunnel_KeepsEachLevelFromItsFirstLayerOn()
    {
        byte[] inner = new FrameBuilder().IPv6(AddressA6, AddressB6).Udp(1, 2).Build();
        byte[] frame = new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB).Gre(key: 1).Payload(inner).Build();
        frame[36] = 0x86;
        frame[37] = 0xdd;
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 1 });
        table.Process(frame, Epoch);
        table.Flush();
        IReadOnlyList<Flow> flows = table.Search(new FlowSearch());
        RawPacket outerPacket = Assert.Single(PacketsOf(table, Assert.Single(flows, static flow => flow.Application == "GRE")));
        Assert.Equal(frame, outerPacket.Data);
        Assert.Equal(1, outerPacket.LinkType);
        RawPacket innerPacket = Assert.Single(PacketsOf(table, Assert.Single(flows, static flow => flow.Application == "UDP")));
        Assert.Equal(inner, innerPacket.Data);
        Assert.Equal(229, innerPacket.LinkType);
    }

    [Fact]
    public void Process_OfATagThatTheKernelCutOff_PutsItBack()
    {
        byte[] cut = Vlans(10);
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 2 });
        table.Process(cut, cut.Length, Epoch, new VlanTag(8));
        table.Flush();
        Assert.Equal(Vlans(8, 10), Assert.Single(PacketsOf(table, Assert.Single(table.Search(new FlowSearch())))).Data);
    }

    [Fact]
    public void Process_OfACookedFrame_KeepsThePacketWithin()
    {
        byte[] ip = new FrameBuilder().IPv4(AddressA, AddressB).Udp(1, 2).Build();
        byte[] cooked = [.. new byte[14], 0x08, 0x00, .. ip];
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 2, LinkType = LinkType.LinuxSll });
        table.Process(cooked, Epoch);
        table.Flush();
        RawPacket packet = Assert.Single(PacketsOf(table, Assert.Single(table.Search(new FlowSearch()))));
        Assert.Equal(ip, packet.Data);
        Assert.Equal(228, packet.LinkType);
    }

    [Fact]
    public void Process_WithoutRoom_CountsWhatIsNotKept()
    {
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 10, HeaderSize = 2000, MaxRawPacketBytes = 10_000 });
        for (int i = 0; i < 100; i++)
        {
            table.Process(Udp(40000 + (i % 10), payload: 958), Epoch);
        }

        table.Flush();
        Assert.Equal(9, table.Search(new FlowSearch()).Sum(static flow => flow.RawPacketsCaptured));
        Assert.Equal(91, table.GetStats().RawPacketsDropped);

        // What ends makes room.
        table.Finish(Epoch);
        Assert.Equal(9, _sent.Sum(static flow => flow.Packets.Count));
        table.Process(Udp(), Epoch);
        table.Flush();
        Assert.Equal(1, Assert.Single(table.Search(new FlowSearch())).RawPacketsCaptured);
    }

    [Fact]
    public void Tick_ThatMovesFlows_KeepsTheirPackets()
    {
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 2, ExtraTcpMetric = true, ReassembleTcp = true, Defragment = true });
        table.Tick(Epoch);
        for (int i = 0; i < 50_000; i++)
        {
            table.Process(Tcp(TcpFlags.Syn, port: i), Epoch + i);
        }

        table.Process(Tcp(TcpFlags.Ack, port: 77, payload: 9), Epoch + (600 * Second));
        long before = table.SizeBytes;
        table.Tick(Epoch + (602 * Second));
        Assert.InRange(table.SizeBytes, 0, before / 20);
        Flow flow = Assert.Single(table.Search(new FlowSearch()));
        Assert.Equal((77, 2, Epoch / Millisecond), (flow.Transport!.A, flow.RawPacketsCaptured, flow.TCPMetric!.ABSynStart));
        Assert.Equal([54, 63], PacketsOf(table, flow).Select(static packet => packet.Data.Length));
    }

    [Fact]
    public void SearchRawPackets_ObeysTheQuestion()
    {
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 5, NodeTid = "n" });
        table.Process(Udp(1), Epoch);
        table.Process(Udp(1), Epoch + Second);
        table.Process(Udp(2), Epoch);
        table.Flush();
        string[] uuids = [.. table.Search(new FlowSearch { SortBy = "Transport.A" }).Select(static flow => flow.UUID)];
        Assert.Equal([2, 1], uuids.Select(uuid => Search(new RawPacketSearch { FlowUUIDs = [uuid] })));
        Assert.Equal(3, Search(new RawPacketSearch { FlowUUIDs = [.. uuids, "no number", "1"], NodeTIDs = ["m", "n"] }));
        Assert.Equal(0, Search(new RawPacketSearch { FlowUUIDs = uuids, NodeTIDs = ["m"] }));
        long start = Epoch / Millisecond;
        Assert.Equal(1, Search(new RawPacketSearch { FlowUUIDs = uuids, Slice = new TimeSlice(start + 1, start + 5000) }));

        int Search(RawPacketSearch search) => table.SearchRawPackets(search).Sum(static flow => flow.Packets.Count);
    }

    [Fact]
    public void Process_OfKnownFlows_DoesNotAllocate()
    {
        byte[][] frames = [Tcp(TcpFlags.Syn), Udp(), Echo(), Vlans(1, 2)];
        using FlowTable table = Table(new FlowTableOptions { RawPacketLimit = 10, ExtraTcpMetric = true });
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                table.Process(frames[i % frames.Length], Epoch + i);
            }

            table.Flush();
        }));
    }

    private static IReadOnlyList<RawPacket> PacketsOf(FlowTable table, Flow flow)
    {
        FlowRawPackets found = Assert.Single(table.SearchRawPackets(new RawPacketSearch { FlowUUIDs = [flow.UUID] }));
        Assert.Equal(flow.UUID, found.FlowUUID);
        return found.Packets;
    }

    private FlowTable Table(FlowTableOptions options) => new(options, new Sink(this));

    private sealed class Sink(RawPacketTests test) : IFlowSink
    {
        public void OnFlows(FlowBatch flows)
        {
            test._flows.AddRange(flows);
            test._sent.AddRange(flows.RawPackets);
        }
    }
}
