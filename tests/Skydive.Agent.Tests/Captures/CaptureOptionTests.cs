using System.Net;
using System.Net.Sockets;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Packets;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Agent.Tests.Captures;

/// <summary>The options of a capture, each on a real interface, by packet ring and by libpcap.</summary>
public sealed class CaptureOptionTests
{
    private static readonly MacAddress s_inner = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress s_outer = MacAddress.Parse("02:00:00:00:01:01");

    public static TheoryData<string> Types => ["afpacket", "pcap"];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task RawPacketLimit_KeepsSoManyOfEachFlow(string type)
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = type, BPFFilter = "icmp", RawPacketLimit = 9 });
        lab.Ping(2);
        Assert.Single(await lab.UntilFoundAsync(static _ => true, static flows => flows.Count == 1 && flows[0].RawPacketsCaptured == 4));
        lab.Ping(10);

        await lab.UntilFoundAsync(static _ => true, static flows => flows.Count == 2 && flows.Any(static flow => flow.RawPacketsCaptured == 9 && flow.Metric!.ABPackets == 10));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task IPDefrag_PingInFragments_IsAPing(string type)
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "plain", GremlinQuery = "G.V()", Type = type, BPFFilter = "ip" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "joined", GremlinQuery = "G.V()", Type = type, BPFFilter = "ip", IPDefrag = true });
        lab.Network.Execute("ns1", "ping -q -c 2 -i 0.02 -W 2 -s 4000 10.77.0.2");

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Count(static flow => flow.CaptureID == "plain") == 1 && flows.Count(static flow => flow.CaptureID == "joined") == 1
            && flows.All(static flow => flow.Metric!.BAPackets == 6));
        Assert.Equal("Ethernet/IPv4/Fragment", flows.Single(static flow => flow.CaptureID == "plain").LayersPath);
        var joined = flows.Single(static flow => flow.CaptureID == "joined");
        Assert.Equal(("Ethernet/IPv4/Fragment/ICMPv4", 4, 0), (joined.LayersPath, joined.IPMetric!.Fragments, joined.IPMetric.FragmentErrors));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task TcpOptions_OfAConnection_TellItsCourse(string type)
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "plain", GremlinQuery = "G.V()", Type = type, BPFFilter = "tcp" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "all", GremlinQuery = "G.V()", Type = type, BPFFilter = "tcp", ExtraTCPMetric = true, ReassembleTCP = true });
        Send(
            lab,
            There().Tcp(4000, 80, TcpFlags.Syn, sequence: 100).Build(),
            There().Tcp(4000, 80, TcpFlags.Ack, sequence: 111).Payload(new byte[10]).Build(),
            There().Tcp(4000, 80, TcpFlags.Ack, sequence: 101).Payload(new byte[10]).Build(),
            There().Tcp(4000, 80, TcpFlags.Rst, sequence: 121).Build());

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Count == 2 && flows.All(static flow => flow.Metric!.ABPackets == 4));
        Assert.Null(flows.Single(static flow => flow.CaptureID == "plain").TCPMetric);
        var flow = flows.Single(static flow => flow.CaptureID == "all");
        Assert.True(flow.TCPMetric!.ABSynStart > 0 && flow.TCPMetric.ABRstStart >= flow.TCPMetric.ABSynStart);
        Assert.Equal((1, 64), (flow.TCPMetric.ABSegmentOutOfOrder, flow.TCPMetric.ABSynTTL));
        Assert.All(flows, static flow => Assert.Equal(FinishType.TcpRst, flow.FinishType));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task ExtraLayersAndHeaderSize_OfADnsQuery_SayWhatWasAsked(string type)
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        byte[] query = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, .. "skydive"u8, 3, .. "org"u8, 0, 0, 1, 0, 1];
        await lab.StartAsync(lab.Outer, new Capture { UUID = "plain", GremlinQuery = "G.V()", Type = type, BPFFilter = "port 53" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "layers", GremlinQuery = "G.V()", Type = type, BPFFilter = "port 53", ExtraLayers = (int)ExtraLayers.DNS });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "short", GremlinQuery = "G.V()", Type = type, BPFFilter = "port 53", ExtraLayers = (int)ExtraLayers.DNS, HeaderSize = 42 });
        Send(lab, There().Udp(5000, 53).Payload(query).Build());

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Count == 3);
        Assert.Null(flows.Single(static flow => flow.CaptureID == "plain").DNS);
        Assert.Equal("skydive.org", flows.Single(static flow => flow.CaptureID == "layers").DNS!.Questions!.Single().Name);

        // What was cut off cannot be read; what it counts is all of it.
        Assert.Null(flows.Single(static flow => flow.CaptureID == "short").DNS?.Questions);
        Assert.All(flows, flow => Assert.Equal(42 + query.Length, flow.Metric!.ABBytes));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task LayerKeyMode_L3_DoesWithoutAddressesOfTheLink(string type)
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "L2", GremlinQuery = "G.V()", Type = type, BPFFilter = "udp port 9" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "L3", GremlinQuery = "G.V()", Type = type, BPFFilter = "udp port 9", LayerKeyMode = LayerKeyMode.L3 });
        Send(
            lab,
            There().Udp(8, 9).Build(),
            new FrameBuilder().Ethernet(MacAddress.Parse("02:00:00:00:00:77"), s_outer).IPv4(IPAddress.Parse("198.51.100.1"), IPAddress.Parse("198.51.100.2")).Udp(8, 9).Build());

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Sum(static flow => flow.Metric!.ABPackets) == 4);
        Assert.Equal(2, flows.Count(static flow => flow.CaptureID == "L2"));
        var single = Assert.Single(flows, static flow => flow.CaptureID == "L3");
        Assert.Equal(single.L3TrackingID, single.TrackingID);
    }

    /// <summary>Ports the other way round are another conversation.</summary>
    [Fact]
    public async Task Ports_Swapped_AreTwoFlows()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "tcp" });
        Send(lab, [.. Enumerable.Range(0, 10).SelectMany(static _ => new[]
        {
            There().Tcp(12345, 54321, TcpFlags.Ack).Build(), Back().Tcp(54321, 12345, TcpFlags.Ack).Build(),
            There().Tcp(54321, 12345, TcpFlags.Ack).Build(), Back().Tcp(12345, 54321, TcpFlags.Ack).Build(),
        })]);

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Sum(static flow => flow.Metric!.ABPackets + flow.Metric.BAPackets) == 40);
        Assert.Equal(2, flows.Count);
        Assert.All(flows, static flow => Assert.Equal((10, 10), (flow.Metric!.ABPackets, flow.Metric.BAPackets)));
        Assert.Equal((flows[0].Transport!.A, flows[0].Transport!.B), (flows[1].Transport!.B, flows[1].Transport!.A));
    }

    /// <summary>Inside a VXLAN device and around it the same conversation is seen.</summary>
    [Fact]
    public async Task Vxlan_InsideAndOutside_HasOneTrackingId()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        lab.Network.Batch("host", ["link add tunnel type vxlan id 10 remote 10.77.0.1 local 10.77.0.2 ttl 255 dev v1 dstport 4789", "link set tunnel up", "addr add 192.168.0.2/24 dev tunnel"]);
        lab.Network.Batch("ns1", ["link add tunnel type vxlan id 10 remote 10.77.0.2 local 10.77.0.1 ttl 255 dev eth0 dstport 4789", "link set tunnel up", "addr add 192.168.0.1/24 dev tunnel"]);
        await lab.Probes.UntilAsync(static graph => graph.FindLink("tunnel")?.Metadata["LinkFlags"].Elements.ToArray().Any(static flag => flag.AsString == "UP") == true);
        await lab.StartAsync(lab.Probes.Find("tunnel")!, new Capture { UUID = "inside", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "outside", GremlinQuery = "G.V()", BPFFilter = "udp port 4789" });
        lab.Ping(3, "192.168.0.2");

        var flows = await lab.UntilFoundAsync(static flow => flow.ICMP?.Type == "ECHO", static flows => flows.Count == 2 && flows.All(static flow => flow.Metric!.BAPackets == 3));
        Assert.Single(flows.Select(static flow => flow.TrackingID).Distinct());
        Assert.Equal(["inside", "outside"], flows.Select(static flow => flow.CaptureID).Order());
        Assert.NotEmpty(flows.Single(static flow => flow.CaptureID == "outside").ParentUUID);
        Assert.Contains(await lab.UntilFoundAsync(static _ => true, static _ => true), static flow => flow.Application == "VXLAN" && flow.Network!.ID == 10);
    }

    private static FrameBuilder There() => new FrameBuilder().Ethernet(s_inner, s_outer).IPv4(IPAddress.Parse("198.51.100.1"), IPAddress.Parse("198.51.100.2"));

    private static FrameBuilder Back() => new FrameBuilder().Ethernet(s_outer, s_inner).IPv4(IPAddress.Parse("198.51.100.2"), IPAddress.Parse("198.51.100.1"));

    private static void Send(CaptureLab lab, params byte[][] frames)
    {
        using var target = NetworkNamespace.Open(lab.Network.RealPath("ns1"));
        using var sender = PacketSender.Open("eth0", target);
        foreach (byte[] frame in frames)
        {
            sender.Send(frame);
        }
    }
}
