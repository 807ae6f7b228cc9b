using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Packets;
using Skydive.Packets.Building;
using Skydive.Packets.Pcap;

namespace Skydive.Agent.Tests.Captures;

/// <summary>Captures of the types <c>pcap</c> and <c>pcapsocket</c>.</summary>
public sealed class PcapCaptureTests
{
    private const long Epoch = 1_454_659_514_000_000_000;
    private const long Second = 1_000_000_000;

    private static readonly IPAddress s_client = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_server = IPAddress.Parse("192.0.2.53");

    [Fact]
    public async Task Pcap_PacketsPass_GivesTheirFlows()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcap", BPFFilter = "icmp" });
        Assert.Equal("pcap", lab.Entry(node, "c1")["Type"].AsString);

        lab.Ping(3);

        await lab.UntilCountedAsync(node, "c1", 6);
        var flow = Assert.Single(await lab.UntilFoundAsync(static _ => true, static flows => flows.Sum(static flow => flow.Metric!.ABPackets + flow.Metric.BAPackets) == 6));
        Assert.Equal(("ICMPv4", "Ethernet/IPv4/ICMPv4", node.TID), (flow.Application, flow.LayersPath, flow.NodeTID));
        Assert.Equal(3 * 98, flow.Metric!.ABBytes);
        Assert.True(flow.Metric.RTT > 0);
    }

    [Fact]
    public async Task Pcap_InterfaceGoesDownAndUp_GoesOn()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcap", BPFFilter = "icmp" });

        lab.Network.Ip("host", "link set v1 down");
        await lab.UntilAsync(node, "c1", static entry => entry["State"].AsString == "error");
        lab.Network.Ip("host", "link set v1 up");
        await lab.UntilAsync(node, "c1", static entry => entry["State"].AsString == "active");
        await lab.Probes.UntilAsync(static graph => graph.FindLink("v1")!.GetText("State") == "UP");

        lab.Ping(1);
        await lab.UntilCountedAsync(node, "c1", 2);
    }

    [Fact]
    public async Task Pcap_Ends_LastPacketsAreCountedAndNothingIsLeft()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        int descriptors = Tools.KernelDescriptorCount;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcap", BPFFilter = "icmp" });
        lab.Ping(2);

        await lab.StopAsync(node, "c1");

        var flow = await lab.Flows.NextAsync(static flow => flow.Application == "ICMPv4");
        Assert.Equal(4, flow.Metric!.ABPackets + flow.Metric.BAPackets);
        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Fact]
    public async Task Pcap_FilterThatIsNotValid_IsAnError()
    {
        Tools.RequirePcap();
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcap", BPFFilter = "no such thing" });

        Assert.Equal("error", lab.Entry(lab.Outer, "c1")["State"].AsString);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PcapSocket_StreamIsSent_GivesItsFlowsAtTheTimeItSays(bool inPieces)
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcapsocket" });
        var address = IPEndPoint.Parse(lab.Entry(node, "c1")["PCAPSocket"].AsString!);
        Assert.InRange(address.Port, 8100, 8132);

        await SendAsync(address, Stream(LinkType.Ethernet, Query(0), Query(1), Answer(1, Second / 2)), inPieces);

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => flows.Sum(static flow => flow.Metric!.ABPackets + flow.Metric.BAPackets) == 3);
        Assert.Equal(2, flows.Count);
        Assert.All(flows, flow => Assert.Equal((53, node.TID), (flow.Transport!.B, flow.NodeTID)));
        Assert.Equal([Epoch / 1_000_000, (Epoch + Second) / 1_000_000], flows.Select(static flow => flow.Start).Order());
        await lab.UntilCountedAsync(node, "c1", 3);
    }

    [Fact]
    public async Task PcapSocket_StreamsOfOtherTimesAndKinds_AreTakenOneAfterAnother()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcapsocket", BPFFilter = "udp" });
        var address = IPEndPoint.Parse(lab.Entry(node, "c1")["PCAPSocket"].AsString!);

        await SendAsync(address, Stream(LinkType.Ethernet, Query(100)));
        await SendAsync(address, [1, 2, 3, .. new byte[100]]);
        await SendAsync(address, Stream(LinkType.Raw, (Query(0).Time, Query(0).Frame[14..])));

        // The first one's flow was sent when another time began.
        Assert.Equal((Epoch + (100 * Second)) / 1_000_000, (await lab.Flows.NextAsync(static _ => true)).Start);
        var flow = Assert.Single(await lab.UntilFoundAsync(static flow => flow.LayersPath.StartsWith("IPv4", StringComparison.Ordinal), static flows => flows.Count == 1));
        Assert.Equal(Epoch / 1_000_000, flow.Start);
        await lab.UntilAsync(node, "c1", static entry => entry["PacketsInvalid"].TryGetInteger(out long broken) && broken == 1);
    }

    [Fact]
    public async Task PcapSocket_TimeGoesOnWhenNothingComes_FlowsEnd()
    {
        await using var lab = await CaptureLab.StartAsync(new AgentOptions
        {
            Host = "lab",
            CaptureStatsUpdate = TimeSpan.FromMilliseconds(50),
            FlowUpdate = TimeSpan.FromMilliseconds(200),
            FlowExpire = TimeSpan.FromMilliseconds(300),
            ApplicationTimeouts = new Dictionary<string, TimeSpan>(),
        });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcapsocket" });

        await SendAsync(IPEndPoint.Parse(lab.Entry(lab.Outer, "c1")["PCAPSocket"].AsString!), Stream(LinkType.Ethernet, Query(0)));

        var ended = await lab.Flows.NextAsync(static flow => flow.FinishType == FinishType.Timeout);
        Assert.Equal(Epoch / 1_000_000, ended.Start);
    }

    [Fact]
    public async Task PcapSocket_AllPortsAreTaken_IsAnErrorUntilOneIsFree()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var lab = await CaptureLab.StartAsync(new AgentOptions
        {
            Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50), PcapSocketFirstPort = port, PcapSocketLastPort = port,
        });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcapsocket" });
        Assert.Equal("error", lab.Entry(lab.Outer, "c1")["State"].AsString);
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), lab.Entry(lab.Outer, "c1")["Error"].AsString!, StringComparison.Ordinal);

        taken.Stop();

        await lab.UntilAsync(lab.Outer, "c1", static entry => entry["State"].AsString == "active");
    }

    [Fact]
    public async Task PcapSocket_Ends_WhileAClientIsConnected()
    {
        await using var lab = await CaptureLab.StartAsync();
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "pcapsocket" });
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(lab.Entry(lab.Outer, "c1")["PCAPSocket"].AsString!), TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Stream(LinkType.Ethernet, Query(0)).AsMemory()[..30], TestContext.Current.CancellationToken);

        await lab.StopAsync(lab.Outer, "c1").WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    private static (long Time, byte[] Frame) Query(int seconds) => (Epoch + (seconds * Second), Frame(s_client, s_server, (ushort)(40000 + seconds), 53));

    private static (long Time, byte[] Frame) Answer(int seconds, long later) => (Epoch + (seconds * Second) + later, Frame(s_server, s_client, 53, (ushort)(40000 + seconds)));

    private static byte[] Frame(IPAddress from, IPAddress to, ushort sourcePort, ushort destinationPort) => new FrameBuilder()
        .Ethernet(MacAddress.Parse(from.Equals(s_client) ? "02:00:00:00:00:01" : "02:00:00:00:00:02"), MacAddress.Parse(from.Equals(s_client) ? "02:00:00:00:00:02" : "02:00:00:00:00:01"))
        .IPv4(from, to)
        .Udp(sourcePort, destinationPort)
        .Payload([0, 1, (byte)(destinationPort == 53 ? 1 : 0x81), 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1])
        .Build();

    private static byte[] Stream(LinkType linkType, params (long Time, byte[] Frame)[] packets)
    {
        var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, linkType, nanoseconds: true, leaveOpen: true))
        {
            foreach (var (time, frame) in packets)
            {
                writer.Write(time, frame, frame.Length);
            }
        }

        return stream.ToArray();
    }

    private static async Task SendAsync(IPEndPoint address, byte[] stream, bool inPieces = false)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address, TestContext.Current.CancellationToken);
        for (int sent = 0; sent < stream.Length;)
        {
            int length = inPieces ? Math.Min(37, stream.Length - sent) : stream.Length;
            await client.GetStream().WriteAsync(stream.AsMemory(sent, length), TestContext.Current.CancellationToken);
            sent += length;
            if (inPieces)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }
}
