using System.Net;
using System.Net.Sockets;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Packets;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Agent.Tests.Captures;

/// <summary>Captures at the host's end of a veth pair that send what they see to the other end; it is read there by others and by ourselves.</summary>
public sealed class CaptureTargetTests
{
    private const string Tshark = "/usr/bin/tshark";
    private const string Nfcapd = "/usr/bin/nfcapd";

    private static readonly AgentOptions s_options = new()
    {
        Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50), FlowUpdate = TimeSpan.FromMilliseconds(200),
    };

    private static readonly MacAddress s_inner = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress s_outer = MacAddress.Parse("02:00:00:00:01:01");

    [Theory]
    [InlineData("netflowv5", "icmp")]
    [InlineData("ipfix", "icmp")]
    [InlineData("ipfix", "icmp6 and ip6[40] >= 128 and ip6[40] <= 129")]
    public async Task Flows_ToOurOwnCollector_AreTheSameThere(string type, string filter)
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync(s_options);
        await lab.StartAsync(lab.Inner, new Capture { UUID = "there", GremlinQuery = "G.V()", Type = "netflow" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "here", GremlinQuery = "G.V()", BPFFilter = filter, Target = "10.77.0.1:2055", TargetType = $"local,{type}" });
        bool isIPv6 = filter != "icmp";
        for (int i = 0; i < 3; i++)
        {
            lab.Ping(2, isIPv6 ? "fd77::2" : "10.77.0.2");
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }

        // Each run of ping is a flow of its own; the identifier is none that exporters tell, so that there they are one.
        var flows = await lab.UntilFoundAsync(static _ => true, static flows => Sum(flows, "here") == (6, 6) && Sum(flows, "there") == (6, 6));
        var there = Assert.Single(flows, static flow => flow.CaptureID == "there");
        var here = flows.First(static flow => flow.CaptureID == "here");
        Assert.Equal((here.LayersPath, here.Network!.A, here.Network.B, here.Link!.A, here.ICMP!.Type), (type == "ipfix" ? there.LayersPath : "Ethernet/" + there.LayersPath, there.Network!.A, there.Network.B, there.Link?.A ?? here.Link.A, there.ICMP!.Type));

        // Counted from the network layer on.
        Assert.Equal(6 * (isIPv6 ? 104 : 84), there.Metric!.ABBytes);
        Assert.InRange(there.Start, flows.Where(static flow => flow.CaptureID == "here").Min(static flow => flow.Start) - 2, long.MaxValue);
        await lab.UntilAsync(lab.Inner, "there", static entry => Number(entry, "PacketsDropped") == 0 && Number(entry, "DatagramsInvalid") == 0 && Number(entry, "SetsWithoutTemplate") == 0);
        await lab.UntilAsync(lab.Outer, "here", static entry => Number(entry, "DatagramsSent") >= 1 && Number(entry, "FlowsDropped") == 0);
        Assert.Equal(("10.77.0.1:2055", $"local,{type}"), (lab.Entry(lab.Outer, "here")["Target"].AsString, lab.Entry(lab.Outer, "here")["TargetType"].AsString));
    }

    [Theory]
    [InlineData("netflowv5")]
    [InlineData("ipfix")]
    public async Task Flows_ToNfcapd_HaveTheirProtocolsPortsAndCounters(string type)
    {
        await using var lab = await CaptureLab.StartAsync(s_options);
        string folder = Path.Combine(lab.Network.Folder, "nfcapd");
        Directory.CreateDirectory(folder);
        using var collector = RunningTool.Start(lab.Network, "ns1", Nfcapd, $"-w {folder} -b 10.77.0.1 -p 9995 -t 3600");
        await Tools.WaitAsync(() => IsListening(lab, 9995));
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "ip src or dst net 198.51.100.0/24", Target = "10.77.0.1:9995", TargetType = type });
        Send(
            lab,
            There().Tcp(40000, 443, TcpFlags.Syn).Build(), Back().Tcp(443, 40000, TcpFlags.Syn | TcpFlags.Ack).Build(), There().Tcp(40000, 443, TcpFlags.Ack).Build(),
            There().Udp(5000, 53).Payload(new byte[100]).Build(),
            There().Sctp(7, 8).Build(),
            There().Gre().IPv4(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2")).Udp(1, 2).Build(),
            There().IcmpV4(IcmpV4Type.EchoRequest, 0, 7, 1).Build(), Back().IcmpV4(IcmpV4Type.EchoReply, 0, 7, 1).Build());
        await lab.UntilCountedAsync(lab.Outer, "c1", 8);

        // No flow goes to the analyzer, or is found.
        await lab.StopAsync(lab.Outer, "c1");
        collector.End();
        var (code, output) = Tools.TryRun("nfdump", $"-R {folder} -q -N -o \"fmt:%pr %sa %sp %da %dp %ipkt %ibyt\"");
        Assert.True(code == 0, output);
        string[] records = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        string all = string.Join('\n', records) + collector.Error;
        Assert.True(records.Contains("6 198.51.100.1 40000 198.51.100.2 443 2 80"), all);
        Assert.True(records.Contains("6 198.51.100.2 443 198.51.100.1 40000 1 40"), all);
        Assert.True(records.Contains("17 198.51.100.1 5000 198.51.100.2 53 1 128"), all);
        Assert.True(records.Any(static record => record.StartsWith("132 198.51.100.1 7 198.51.100.2 8 1 ", StringComparison.Ordinal)), all);
        Assert.True(records.Any(static record => record.StartsWith("47 198.51.100.1 0 198.51.100.2 0 1 ", StringComparison.Ordinal)), all);
        Assert.True(records.Any(static record => record.StartsWith("17 10.0.0.1 1 10.0.0.2 2 1 ", StringComparison.Ordinal)), all);
        Assert.True(records.Any(static record => record.StartsWith("1 198.51.100.1 0 198.51.100.2 8.0 1 ", StringComparison.Ordinal)), all);
        Assert.True(records.Any(static record => record.StartsWith("1 198.51.100.2 0 198.51.100.1 0.0 1 ", StringComparison.Ordinal)), all);
        Assert.Contains(type == "ipfix" ? "New ipfix exporter" : "Process_v5: New exporter", collector.Error, StringComparison.Ordinal);
        Assert.Contains("Sequence Errors: 0, Bad Packets: 0", collector.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NetFlowV5_OnTheWire_IsOneConversationWithTheTarget()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync(s_options);
        await lab.StartAsync(lab.Inner, new Capture { UUID = "wire", GremlinQuery = "G.V()", BPFFilter = "udp port 8989" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp", Target = "10.77.0.1:8989", TargetType = "netflowv5" });
        lab.Ping(5);

        var flow = Assert.Single(await lab.UntilFoundAsync(static flow => flow.CaptureID == "wire", static flows => flows.Count > 0));
        Assert.Equal(("10.77.0.1", 8989), (flow.Network!.B, flow.Transport!.B));

        // Nobody listens there, which is no reason to stop.
        lab.Ping(5);
        await lab.UntilAsync(lab.Outer, "c1", static entry => Number(entry, "DatagramsSent") >= 2 && entry["State"].AsString == "active");
        Assert.DoesNotContain(await lab.UntilFoundAsync(static _ => true, static _ => true), static flow => flow.CaptureID == "c1");
    }

    [Fact]
    public async Task Erspan_OfEveryPacket_IsReadByTsharkAndByUs()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync(s_options);
        using var tshark = RunningTool.Start(
            lab.Network, "ns1", Tshark, "-l -i eth0 -f \"ip proto 47\" -T fields -E separator=| -e gre.proto -e gre.flags.sequence_number -e gre.sequence_number -e erspan.version -e erspan.spanid -e erspan.vlan -e erspan.truncated -e icmp.seq -e frame.len");
        await Tools.WaitAsync(() => tshark.Error.Contains("Capturing on", StringComparison.Ordinal));
        await Task.Delay(500, TestContext.Current.CancellationToken);
        await lab.StartAsync(lab.Inner, new Capture { UUID = "there", GremlinQuery = "G.V()", BPFFilter = "ip proto 47" });
        await lab.StartAsync(lab.Outer, new Capture
        {
            UUID = "here", GremlinQuery = "G.V()", BPFFilter = "icmp or (vlan and icmp)", Target = "10.77.0.1:0", TargetType = "erspanv1",
        });
        lab.Network.Execute("ns1", "ping -q -c 5 -i 0.02 -W 2 -s 1000 10.77.0.2");
        Send(lab, new FrameBuilder().Ethernet(s_inner, s_outer).Vlan(8).IPv4(IPAddress.Parse("198.51.100.1"), IPAddress.Parse("198.51.100.2")).IcmpV4(IcmpV4Type.EchoRequest, 0, 7, 99).Build());

        var flows = await lab.UntilFoundAsync(
            static flow => flow.CaptureID == "there", static flows => flows.Any(static flow => flow.Application == "GRE" && flow.Metric!.ABPackets == 11));
        var outer = Assert.Single(flows, static flow => flow.Application == "GRE");
        Assert.Equal(("10.77.0.1", 11), (outer.Network!.B, outer.Metric!.ABPackets));
        var inner = Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4");
        Assert.Equal((5, 5, 5 * 1042, outer.UUID), (inner.Metric!.ABPackets, inner.Metric.BAPackets, inner.Metric.ABBytes, inner.ParentUUID));
        Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/Dot1Q/IPv4/ICMPv4" && flow.Link!.ID == 8);
        await lab.UntilAsync(lab.Outer, "here", static entry => Number(entry, "DatagramsSent") == 11 && Number(entry, "FlowsDropped") == 0);
        Assert.DoesNotContain(await lab.UntilFoundAsync(static _ => true, static _ => true), static flow => flow.CaptureID == "here");

        await Tools.WaitAsync(() => tshark.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length >= 11);
        tshark.End();
        string[][] packets = [.. tshark.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.TrimEnd('\r').Split('|'))];
        Assert.Equal(11, packets.Length);
        Assert.All(packets, static packet => Assert.Equal(("0x88be", "1"), (packet[0], packet[3])));
        Assert.Equal(Enumerable.Range(0, 11).Select(static i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), packets.Select(static packet => packet[2]));
        Assert.Single(packets.Select(static packet => packet[4]).Distinct());
        Assert.Equal(("8", "99"), (packets[10][5], packets[10][7]));
        Assert.All(packets, static packet => Assert.True(packet[6] is "0" or "False", packet[6]));

        // The whole packet, in Ethernet, IPv4, GRE and ERSPAN.
        Assert.Equal("1092", packets[0][8]);
    }

    [Fact]
    public async Task Erspan_HeaderSizeIsSet_SaysThatPacketsAreCut()
    {
        await using var lab = await CaptureLab.StartAsync(s_options);
        using var tshark = RunningTool.Start(lab.Network, "ns1", Tshark, "-l -i eth0 -f \"ip proto 47\" -T fields -e erspan.truncated -e frame.len");
        await Tools.WaitAsync(() => tshark.Error.Contains("Capturing on", StringComparison.Ordinal));
        await Task.Delay(500, TestContext.Current.CancellationToken);
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp", HeaderSize = 64, Target = "10.77.0.1:0", TargetType = "local,erspanv1" });
        Assert.Null(lab.Entry(lab.Outer, "c1")["Error"].AsString);
        lab.Network.Execute("ns1", "ping -q -c 1 -W 2 -s 1000 10.77.0.2");

        var flow = Assert.Single(await lab.UntilFoundAsync(static flow => flow.CaptureID == "c1", static flows => flows.Count == 1 && flows[0].Metric!.BAPackets == 1));
        Assert.Equal(1042, flow.Metric!.ABBytes);
        await Tools.WaitAsync(() => tshark.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length >= 2);
        string[] packet = tshark.Output.Split('\n')[0].Trim().Split('\t');
        Assert.True(packet[0] is "1" or "True", packet[0]);
        Assert.Equal("114", packet[1]);
    }

    [Fact]
    public async Task SFlow_OfAllPackets_GivesTheSameFlowsAndCountersThere()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync(s_options);
        await lab.StartAsync(lab.Inner, new Capture { UUID = "there", GremlinQuery = "G.V()", Type = "sflow" });
        await lab.StartAsync(lab.Outer, new Capture
        {
            UUID = "here", GremlinQuery = "G.V()", BPFFilter = "icmp", SamplingRate = 1, PollingInterval = 1, Target = "10.77.0.1:6343", TargetType = "local,sflow",
        });
        lab.Ping(5);

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => Sum(flows, "here") == (5, 5) && Sum(flows, "there") == (5, 5));
        var (here, there) = (flows.Single(static flow => flow.CaptureID == "here"), flows.Single(static flow => flow.CaptureID == "there"));
        Assert.Equal((here.TrackingID, here.LayersPath, here.Metric!.ABBytes), (there.TrackingID, there.LayersPath, there.Metric!.ABBytes));
        var graph = await lab.Probes.UntilAsync(graph => graph.FindNode(lab.Inner.Id)!.Metadata["SFlow"].AsMap?["LastUpdateMetric"].AsMap is { } update && Number(update, "IfOutOctets") > 0);
        var sflow = graph.FindNode(lab.Inner.Id)!.Metadata["SFlow"].AsMap!;
        Assert.True(Number(sflow["Metric"].AsMap!, "IfInOctets") >= 5 * 98);
        Assert.False(sflow["Metric"].AsMap!.ContainsKey("IfInUnknownProtos"));
    }

    [Fact]
    public async Task SFlow_Sampled_IsAboutTheSameThere()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync(s_options);
        await lab.StartAsync(lab.Inner, new Capture { UUID = "there", GremlinQuery = "G.V()", Type = "sflow" });
        await lab.StartAsync(lab.Outer, new Capture
        {
            UUID = "here", GremlinQuery = "G.V()", BPFFilter = "udp dst port 9", SamplingRate = 10, Target = "10.77.0.1:6343", TargetType = "sflow",
        });
        byte[] frame = There().Udp(8, 9).Payload(new byte[200]).Build();
        Send(lab, [.. Enumerable.Repeat(frame, 5000)]);

        await lab.UntilCountedAsync(lab.Outer, "here", 5000);
        long sent = 0;
        await lab.UntilAsync(lab.Outer, "here", entry => (sent = Number(entry, "DatagramsSent")) > 0);
        var flow = Assert.Single(await lab.UntilFoundAsync(static flow => flow.CaptureID == "there", static flows => flows.Count == 1 && flows[0].Metric!.ABPackets > 4000));

        // 500 samples on average; the standard deviation of a sum of as many draws is 13.
        Assert.InRange(flow.Metric!.ABPackets, 4000, 6000);
        Assert.Equal(frame.Length, flow.Metric.ABBytes / flow.Metric.ABPackets);
    }

    [Fact]
    public async Task Target_OutOfReach_IsAnErrorAndTriedAgain()
    {
        await using var lab = await CaptureLab.StartAsync(s_options);
        int descriptors = Tools.KernelDescriptorCount;
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Target = "203.0.113.9:2055", TargetType = "netflowv5" });
        Assert.Equal("error", lab.Entry(lab.Outer, "c1")["State"].AsString);
        Assert.NotNull(lab.Entry(lab.Outer, "c1")["Error"].AsString);
        await Tools.WaitForDescriptorsAsync(descriptors);

        lab.Network.Ip("host", "route add 203.0.113.0/24 via 10.77.0.1");
        await lab.UntilAsync(lab.Outer, "c1", static entry => entry["State"].AsString == "active");
        await lab.StopAsync(lab.Outer, "c1");
        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Fact]
    public async Task Targets_OfSeveralThreads_EachHaveTheirSequence()
    {
        await using var lab = await CaptureLab.StartAsync(s_options with { RingsPerCapture = 2 });
        await lab.StartAsync(lab.Inner, new Capture { UUID = "there", GremlinQuery = "G.V()", Type = "netflow" });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "here", GremlinQuery = "G.V()", BPFFilter = "udp dst port 9", Target = "10.77.0.1:2055", TargetType = "netflowv5,ipfix" });
        Send(lab, [.. Enumerable.Range(1, 500).Select(static port => There().Udp((ushort)port, 9).Build())]);

        // Each flow comes in both formats: with Ethernet addresses in one, without in the other.
        await lab.UntilFoundAsync(static flow => flow.CaptureID == "there", static flows => flows.Count == 1000 && flows.All(static flow => flow.Metric!.ABPackets == 1));
        await lab.UntilAsync(lab.Inner, "there", static entry => Number(entry, "PacketsReceived") == 1000 && Number(entry, "PacketsDropped") == 0 && Number(entry, "DatagramsInvalid") == 0);
    }

    private static (long, long) Sum(IEnumerable<Flow> flows, string capture)
    {
        var metrics = flows.Where(flow => flow.CaptureID == capture).Select(static flow => flow.Metric!).ToArray();
        return (metrics.Sum(static metric => metric.ABPackets), metrics.Sum(static metric => metric.BAPackets));
    }

    private static long Number(MetadataMap entry, string key) => entry[key].TryGetInteger(out long value) ? value : 0;

    private static bool IsListening(CaptureLab lab, int port)
    {
        try
        {
            using var probe = lab.OpenSocket("ns1", SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(IPAddress.Parse("10.77.0.1"), port));
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
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
