using System.Globalization;
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

/// <summary>Captures of type <c>ebpf</c>, beside those of type <c>afpacket</c> that see the same packets.</summary>
public sealed class EbpfCaptureTests
{
    private static readonly MacAddress s_inner = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress s_outer = MacAddress.Parse("02:00:00:00:01:01");
    private static readonly IPAddress s_client = IPAddress.Parse("10.77.0.9");
    private static readonly IPAddress s_server = IPAddress.Parse("10.77.0.8");

    [Fact]
    public async Task Ebpf_AllKindsOfPackets_GiveTheFlowsThatPacketsGive()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "packets", GremlinQuery = "G.V()", ExtraTCPMetric = true });
        await lab.StartAsync(node, new Capture { UUID = "kernel", GremlinQuery = "G.V()", Type = "ebpf", ExtraTCPMetric = true });
        Assert.Equal(("active", "ebpf"), (lab.Entry(node, "kernel")["State"].AsString, lab.Entry(node, "kernel")["Type"].AsString));

        lab.Ping(3);
        lab.Ping(2, "fd77::2");
        Connect(lab);
        Send(
            lab,
            Frame().Vlan(8).Vlan(2050).IPv4(s_client, s_server).IcmpV4(IcmpV4Type.EchoRequest, 0, 7, 1).Build(),
            Frame().Vlan(8).IPv4(s_client, s_server).Udp(1, 2).Build(),
            Frame().IPv4(s_client, s_server).Sctp(5, 6).Build(),
            Frame().IPv4(s_client, s_server, fragment: 0x2000).Udp(7, 8).Payload(new byte[16]).Build(),
            Frame().IPv4(s_client, s_server, protocol: 112).Payload(new byte[20]).Build());

        var flows = await lab.UntilFoundAsync(static _ => true, static flows => Describe(flows, "packets") is { Count: > 9 } packets && packets.SequenceEqual(Describe(flows, "kernel")));

        var echo = flows.Single(static flow => flow is { CaptureID: "kernel", LayersPath: "Ethernet/IPv4/ICMPv4" });
        Assert.Equal((3, 3), (echo.Metric!.ABPackets, echo.Metric.BAPackets));
        Assert.InRange(echo.Metric.RTT, 1, 1_000_000_000);
        var connection = flows.Single(static flow => flow is { CaptureID: "kernel", Application: "TCP" });
        Assert.Equal(FinishType.TcpFin, connection.FinishType);
        Assert.InRange(connection.Metric!.RTT, 1, 1_000_000_000);
        Assert.True(connection.TCPMetric!.ABSynStart > 0 && connection.TCPMetric.BASynStart >= connection.TCPMetric.ABSynStart && connection.TCPMetric.BAFinStart > 0);
        Assert.Equal(64, connection.TCPMetric.ABSynTTL);
        Assert.Contains(flows, static flow => flow is { CaptureID: "kernel", LayersPath: "Ethernet/Dot1Q/Dot1Q/IPv4/ICMPv4", Link.ID: (2050 << 12) | 8 });
    }

    [Fact]
    public async Task Ebpf_InterfaceRemoved_EndsAndSendsItsFlows()
    {
        await using var lab = await CaptureLab.StartAsync();
        int descriptors = Tools.KernelDescriptorCount;
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "ebpf" });
        lab.Ping(1);

        lab.Network.Ip("host", "link del v1");

        Assert.Equal(1, (await lab.Flows.NextAsync(static flow => flow.Application == "ICMPv4")).Metric!.ABPackets);
        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Fact]
    public async Task Ebpf_OwnTraffic_IsLeftOut()
    {
        await using var lab = await CaptureLab.StartAsync(new AgentOptions
        {
            Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50), Analyzers = [new("http://10.77.0.8:8082")],
        });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "ebpf" });
        Send(
            lab,
            Frame().IPv4(s_client, s_server).Tcp(4000, 8082, TcpFlags.Ack).Build(),
            Frame().IPv4(s_server, s_client).Tcp(8082, 4000, TcpFlags.Ack).Build(),
            Frame().IPv4(s_client, s_server).Tcp(4000, 8083, TcpFlags.Ack).Build());

        var flow = Assert.Single(await lab.UntilFoundAsync(static flow => flow.Application == "TCP", static flows => flows.Count > 0));
        Assert.Equal(8083, flow.Transport!.B);
    }

    [Fact]
    public async Task Ebpf_ManyFlows_AreFetchedAtTheRateThatIsSet()
    {
        await using var lab = await CaptureLab.StartAsync(new AgentOptions { Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50), EbpfPollingRate = 4000 });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "ebpf" });
        Send(lab, [.. Enumerable.Range(1, 6000).Select(static port => Frame().IPv4(s_client, s_server).Udp((ushort)port, 9).Build())]);

        var flows = await lab.UntilFoundAsync(static flow => flow.Transport?.B == 9, static flows => flows.Count == 6000);

        Assert.Equal(6000, flows.Sum(static flow => flow.Metric!.ABPackets));
        await lab.UntilAsync(lab.Outer, "c1", static entry => entry["PacketsReceived"].TryGetInteger(out long received) && received >= 6000 && entry["PacketsDropped"] == 0);
    }

    private static FrameBuilder Frame() => new FrameBuilder().Ethernet(s_inner, s_outer);

    // What hosts send to groups by themselves (MLD, neighbour discovery) may come when one of two captures has begun and the other has not.
    private static List<string> Describe(IEnumerable<Flow> flows, string capture) =>
    [
        .. flows.Where(flow => flow.CaptureID == capture && flow.Network?.B.StartsWith("ff02:", StringComparison.Ordinal) != true)
            .Select(static flow => string.Create(
                CultureInfo.InvariantCulture,
                $"{flow.LayersPath} {flow.TrackingID} {flow.L3TrackingID} {flow.Link?.ID} {flow.Network?.A} {flow.Transport?.A} {flow.ICMP?.ID} {flow.Metric!.ABPackets}/{flow.Metric.ABBytes} {flow.Metric.BAPackets}/{flow.Metric.BABytes}"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Has ns1 connect to the host, send 5000 bytes and close.</summary>
    private static void Connect(CaptureLab lab)
    {
        using var host = NetworkNamespace.Open(lab.Network.RealPath("host"));
        using var inner = NetworkNamespace.Open(lab.Network.RealPath("ns1"));
        using var listener = host.CreateSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse("10.77.0.2"), 7000));
        listener.Listen();
        using var client = inner.CreateSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Parse("10.77.0.2"), 7000);
        using var server = listener.Accept();
        client.Send(new byte[5000]);
        client.Shutdown(SocketShutdown.Send);
        byte[] buffer = new byte[65536];
        while (server.Receive(buffer) > 0)
        {
        }

        server.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, client.Receive(buffer));
    }

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
