using System.Net;
using System.Net.Sockets;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Packets;
using Skydive.Packets.Building;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Tests.Captures;

/// <summary>Captures of type <c>sflow</c>, with an exporter in another namespace.</summary>
public sealed class SFlowCaptureTests
{
    private static readonly IPAddress s_device = IPAddress.Parse("192.0.2.250");

    [Fact]
    public async Task SFlow_SampledPackets_CountForAsManyAsTheyStandFor()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow" });
        Assert.Equal(("active", "sflow", "10.77.0.2:6343"), State(lab, node));

        var writer = new SFlowWriter(s_device, 3);
        byte[] there = Frame("10.1.0.1", "10.1.0.2", 40000, 443);
        Assert.True(writer.TryAddPacket(there, LinkType.Ethernet, 1000, 7, samplingRate: 400, samplePool: 400));
        Assert.True(writer.TryAddPacket(Frame("10.1.0.2", "10.1.0.1", 443, 40000), LinkType.Ethernet, 60, 7, 400, 800));
        Assert.True(writer.TryAddPacket(there[14..], LinkType.Raw, 986, 8, 1, 1));
        Send(lab, node, writer.Finish(5));

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Sum(static flow => flow.Metric!.ABPackets) == 401);
        var flow = Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/TCP");
        Assert.Equal((400, 400_000, 400, 24_000), (flow.Metric!.ABPackets, flow.Metric.ABBytes, flow.Metric.BAPackets, flow.Metric.BABytes));
        Assert.Equal((40000, 443, node.TID), (flow.Transport!.A, flow.Transport.B, flow.NodeTID));
        Assert.InRange(flow.Start, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Single(flows, static flow => flow.LayersPath == "IPv4/TCP");
        await lab.UntilAsync(node, "c1", static entry => Number(entry, "PacketsReceived") == 3 && Number(entry, "DatagramsReceived") == 1);
    }

    [Fact]
    public async Task SFlow_FilterAndOptions_AreThoseOfPackets()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow", Port = 7000, BPFFilter = "tcp dst port 443", RawPacketLimit = 2 });
        Assert.Equal("10.77.0.2:7000", lab.Entry(lab.Outer, "c1")["SFlowSocket"].AsString);

        var writer = new SFlowWriter(s_device, 0);
        writer.TryAddPacket(Frame("10.1.0.1", "10.1.0.2", 40000, 80), LinkType.Ethernet, 60, 7, 10, 10);
        writer.TryAddPacket(Frame("10.1.0.1", "10.1.0.2", 40000, 443), LinkType.Ethernet, 60, 7, 10, 10);
        writer.TryAddPacket(Frame("10.1.0.1", "10.1.0.2", 40000, 443)[14..], LinkType.Raw, 46, 7, 10, 10);
        Send(lab, lab.Outer, writer.Finish(5), 7000);

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Count == 2);
        Assert.All(flows, static flow => Assert.Equal((443, 10, 1), (flow.Transport!.B, flow.Metric!.ABPackets, flow.RawPacketsCaptured)));
    }

    [Fact]
    public async Task SFlow_CountersOfInterfaces_AreShownAtTheNodeUntilTheCaptureEnds()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow" });
        var writer = new SFlowWriter(s_device, 0);
        Send(lab, node, Counters(writer, (7, 1000, 10), (8, 500, 4_294_967_290)));
        var first = await UntilSFlowAsync(lab, node, static sflow => sflow["IfMetrics"].AsMap is { Count: 2 });
        Assert.Equal((1500, 4_294_967_300), (Number(first["Metric"].AsMap!, "IfInOctets"), Number(first["Metric"].AsMap!, "IfInUcastPkts")));
        Assert.True(first["LastUpdateMetric"].IsNull);

        // The second interface's 32-bit counter overflows meanwhile.
        await Task.Delay(10, TestContext.Current.CancellationToken);
        Send(lab, node, Counters(writer, (7, 1700, 12), (8, 600, 4)));
        var second = await UntilSFlowAsync(lab, node, static sflow => sflow["LastUpdateMetric"].AsMap is { } update && Number(update, "IfInOctets") == 800);
        var update = second["LastUpdateMetric"].AsMap!;
        Assert.Equal(12, Number(update, "IfInUcastPkts"));
        Assert.True(Number(update, "Start") > 0 && Number(update, "Last") > Number(update, "Start"));
        Assert.Equal(600, Number(second["IfMetrics"].AsMap!["8"].AsMap!, "IfInOctets"));

        // Another device with an interface of the same index; and the first one begins anew.
        Send(lab, node, Counters(new SFlowWriter(IPAddress.Parse("192.0.2.251"), 0), (7, 5, 5)));
        Send(lab, node, Counters(new SFlowWriter(s_device, 0), (7, 30, 3)));
        var third = await UntilSFlowAsync(lab, node, static sflow => sflow["IfMetrics"].AsMap is { Count: 3 } && sflow["LastUpdateMetric"].AsMap is { } update && Number(update, "IfInOctets") == 30);
        Assert.Contains("7@192-0-2-251", third["IfMetrics"].AsMap!.Keys);
        Assert.Equal(3, Number(third["LastUpdateMetric"].AsMap!, "IfInUcastPkts"));

        await lab.StopAsync(node, "c1");
        await lab.Probes.UntilAsync(graph => !graph.FindNode(node.Id)!.Metadata.ContainsKey("SFlow"));
    }

    [Fact]
    public async Task SFlow_MalformedAndLost_AreCounted()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow" });
        var writer = new SFlowWriter(s_device, 0);
        Send(lab, node, []);
        Send(lab, node, "not sFlow"u8);
        for (int i = 0; i < 6; i++)
        {
            writer.TryAddPacket(Frame("10.1.0.1", "10.1.0.2", 40000, 443), LinkType.Ethernet, 60, 7, 10, 10);
            byte[] datagram = writer.Finish(5).ToArray();
            if (i is 0 or 4)
            {
                Send(lab, node, datagram);
            }
            else if (i == 5)
            {
                Send(lab, node, datagram.AsSpan(0, 60));
            }
        }

        await lab.UntilAsync(node, "c1", static entry =>
            Number(entry, "DatagramsReceived") == 5 && Number(entry, "DatagramsInvalid") == 3 && Number(entry, "DatagramsLost") == 3 && Number(entry, "PacketsReceived") == 2);
        Assert.Equal("active", lab.Entry(node, "c1")["State"].AsString);
    }

    /// <summary>Whoever claims to be another exporter each time, or sends damaged datagrams, is counted and no more.</summary>
    [Fact]
    public async Task SFlow_RandomAndForgedDatagrams_TheCaptureGoesOn()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow" });
        var random = new Random(5);
        using (var sender = lab.OpenSocket("ns1", SocketType.Dgram, ProtocolType.Udp))
        {
            sender.Connect(IPAddress.Parse("10.77.0.2"), 6343);
            for (uint i = 0; i < 3000; i++)
            {
                var writer = new SFlowWriter(new IPAddress(0x0a000000L + i), i);
                writer.TryAddPacket(Frame("10.1.0.1", "10.1.0.2", 40000, 443), LinkType.Ethernet, 60, i, 1, 1);
                writer.TryAddCounters(i, 0, true, new ulong[13]);
                byte[] datagram = writer.Finish(5).ToArray();
                for (int damage = random.Next(4); damage > 0; damage--)
                {
                    datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
                }

                sender.Send(datagram.AsSpan(0, random.Next(2) == 0 ? datagram.Length : random.Next(datagram.Length)));
            }
        }

        await lab.UntilAsync(node, "c1", static entry => Number(entry, "DatagramsReceived") + Number(entry, "DatagramsLost") >= 3000 && Number(entry, "DatagramsInvalid") > 100);
        Assert.Equal("active", lab.Entry(node, "c1")["State"].AsString);
        Assert.InRange(lab.Probes.Find("v1")!.Metadata["SFlow"].AsMap!["IfMetrics"].AsMap!.Count, 100, 1024);
    }

    [Fact]
    public async Task SFlow_AddressComesAndGoes_IsListenedAtTheOneThatIsThere()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        lab.Network.Ip("host", "addr flush dev v1");
        await lab.Probes.UntilAsync(static graph => !graph.FindLink("v1")!.Metadata.ContainsKey("IPV4") && !graph.FindLink("v1")!.Metadata.ContainsKey("IPV6"));
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow" });
        Assert.Equal("error", lab.Entry(node, "c1")["State"].AsString);
        Assert.Contains("address", lab.Entry(node, "c1")["Error"].AsString!, StringComparison.Ordinal);

        lab.Network.Ip("host", "addr add fd77::5/64 dev v1 nodad");
        await lab.UntilAsync(node, "c1", static entry => entry["SFlowSocket"].AsString == "[fd77::5]:6343" && entry["State"].AsString == "active");

        // As long as it is there another one changes nothing.
        lab.Network.Ip("host", "addr add 10.77.0.5/24 dev v1");
        await lab.Probes.UntilAsync(static graph => graph.FindLink("v1")!.Metadata.ContainsKey("IPV4"));
        Assert.Equal("[fd77::5]:6343", lab.Entry(node, "c1")["SFlowSocket"].AsString);
        lab.Network.Ip("host", "addr del fd77::5/64 dev v1");
        await lab.UntilAsync(node, "c1", static entry => entry["SFlowSocket"].AsString == "10.77.0.5:6343" && entry["State"].AsString == "active");
    }

    [Fact]
    public async Task SFlow_PortIsTaken_IsTriedAgain()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        int descriptors = Tools.KernelDescriptorCount;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow" });
        await lab.StartAsync(node, new Capture { UUID = "c2", GremlinQuery = "G.V(1)", Type = "sflow" });
        Assert.Equal("error", lab.Entry(node, "c2")["State"].AsString);
        Assert.Contains("10.77.0.2:6343", lab.Entry(node, "c2")["Error"].AsString!, StringComparison.Ordinal);

        await lab.StopAsync(node, "c1");

        await lab.UntilAsync(node, "c2", static entry => entry["State"].AsString == "active");
        await lab.StopAsync(node, "c2");
        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Fact]
    public async Task SFlow_OfOpenVSwitch_GivesFlowsAndCounters()
    {
        using var ovs = OpenVSwitch.Start();
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "sflow", BPFFilter = "icmp" });
        ovs.AddBridge("ovs0", "192.0.2.1/24", lab.Network.RealPath("ns1"));
        ovs.Control("--", "--id=@s", "create", "sflow", "agent=eth0", "target=\"10.77.0.2:6343\"", "header=128", "sampling=1", "polling=1", "--", "set", "bridge", "ovs0", "sflow=@s");

        // Nobody answers, and the bridge sees the requests all the same.
        lab.Network.Batch("ns1", ["neigh replace 192.0.2.9 lladdr 02:00:00:00:00:99 dev ovs0"]);
        Tools.TryRun("ip", $"netns exec {Path.GetFileName(lab.Network.RealPath("ns1"))} ping -q -c 5 -i 0.1 -W 1 192.0.2.9");

        var flow = Assert.Single(await lab.UntilFoundAsync(static _ => true, static flows => flows.Count == 1 && flows[0].Metric!.ABPackets == 5));
        Assert.Equal(("Ethernet/IPv4/ICMPv4", "192.0.2.1", "192.0.2.9"), (flow.LayersPath, flow.Network!.A, flow.Network.B));
        var counters = await UntilSFlowAsync(lab, node, static sflow =>
            sflow["LastUpdateMetric"].AsMap is not null && sflow["IfMetrics"].AsMap is { Count: > 0 } && Number(sflow["Metric"].AsMap!, "OvsAppMemUsed") > 0);

        // What the switch does not know is not there.
        Assert.False(counters["Metric"].AsMap!.ContainsKey("IfInUnknownProtos"));
    }

    private static (string? State, string? Type, string? Socket) State(CaptureLab lab, Node node)
    {
        var entry = lab.Entry(node, "c1");
        return (entry["State"].AsString, entry["Type"].AsString, entry["SFlowSocket"].AsString);
    }

    private static long Number(MetadataMap entry, string key) => entry[key].TryGetInteger(out long value) ? value : 0;

    private static async Task<MetadataMap> UntilSFlowAsync(CaptureLab lab, Node node, Func<MetadataMap, bool> condition)
    {
        var graph = await lab.Probes.UntilAsync(graph => graph.FindNode(node.Id)?.Metadata["SFlow"].AsMap is { } sflow && condition(sflow));
        return graph.FindNode(node.Id)!.Metadata["SFlow"].AsMap!;
    }

    private static byte[] Counters(SFlowWriter writer, params (uint Index, ulong Octets, ulong Packets)[] interfaces)
    {
        foreach (var (index, octets, packets) in interfaces)
        {
            var counters = new ulong[13];
            counters[0] = octets;
            counters[1] = packets;
            Assert.True(writer.TryAddCounters(index, 1_000_000_000, true, counters));
        }

        return writer.Finish(5).ToArray();
    }

    private static byte[] Frame(string from, string to, ushort sourcePort, ushort destinationPort) => new FrameBuilder()
        .Ethernet(MacAddress.Parse(from == "10.1.0.1" ? "02:00:00:00:00:01" : "02:00:00:00:00:02"), MacAddress.Parse(from == "10.1.0.1" ? "02:00:00:00:00:02" : "02:00:00:00:00:01"))
        .IPv4(IPAddress.Parse(from), IPAddress.Parse(to))
        .Tcp(sourcePort, destinationPort, TcpFlags.Ack)
        .Build();

    private static void Send(CaptureLab lab, Node node, ReadOnlySpan<byte> datagram, int port = 6343)
    {
        using var sender = lab.OpenSocket("ns1", SocketType.Dgram, ProtocolType.Udp);
        sender.SendTo(datagram, new IPEndPoint(IPAddress.Parse(node.Metadata["IPV4"].Elements[0].AsString!.Split('/')[0]), port));
    }
}
