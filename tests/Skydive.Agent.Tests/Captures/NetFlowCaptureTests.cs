using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Packets;
using Skydive.Packets.Building;
using Skydive.Packets.Pcap;

namespace Skydive.Agent.Tests.Captures;

/// <summary>Captures of type <c>netflow</c>, with exporters in another namespace.</summary>
public sealed class NetFlowCaptureTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(5, false)]
    [InlineData(9, true)]
    [InlineData(10, true)]
    public async Task NetFlow_OfSoftflowd_GivesTheFlowsOfItsPackets(int version, bool hasIPv6)
    {
        if (!File.Exists("/usr/sbin/softflowd"))
        {
            Assert.Skip("needs softflowd (package softflowd)");
        }

        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "netflow" });
        Assert.Equal("10.77.0.2:2055", lab.Entry(node, "c1")["NetFlowSocket"].AsString);
        long start = ((DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 30) * Second) + 250_000_000;
        string path = Path.Combine(lab.Network.Folder, "packets.pcap");
        Write(path, start);

        lab.Network.Execute("ns1", string.Create(CultureInfo.InvariantCulture, $"softflowd -d -r {path} -n 10.77.0.2:2055 -v {version} -T full"));

        // A connection, a datagram and its answer, a ping; and a datagram of IPv6.
        int expected = hasIPv6 ? 4 : 3;
        var flows = await lab.UntilFoundAsync(static _ => true, flows => flows.Count == expected);
        var connection = Assert.Single(flows, static flow => flow.Application == "TCP");
        Assert.Equal(("192.0.2.1", "192.0.2.53", 40000, 443), (connection.Network!.A, connection.Network.B, connection.Transport!.A, connection.Transport.B));
        Assert.Equal((4, 3, (4 * 40) + 1000, 3 * 40), (connection.Metric!.ABPackets, connection.Metric.BAPackets, connection.Metric.ABBytes, connection.Metric.BABytes));
        Assert.Equal(FinishType.TcpFin, connection.FinishType);
        Assert.InRange(connection.Start, (start / 1_000_000) - 1100, (start / 1_000_000) + 1100);
        Assert.InRange(connection.Last - connection.Start, 900, 4000);

        var query = Assert.Single(flows, static flow => flow.Transport?.B == 53 && flow.Network!.Protocol == "IPV4");
        Assert.Equal((1, 1), (query.Metric!.ABPackets, query.Metric.BAPackets));
        var echo = Assert.Single(flows, static flow => flow.ICMP is not null);
        Assert.Equal(("ECHO", 1, 1, "192.0.2.1"), (echo.ICMP!.Type, echo.Metric!.ABPackets, echo.Metric.BAPackets, echo.Network!.A));
        Assert.All(flows, flow => Assert.Equal((node.TID, "c1"), (flow.NodeTID, flow.CaptureID)));
        await lab.UntilAsync(node, "c1", static entry =>
            Number(entry, "PacketsReceived") >= 6 && Number(entry, "DatagramsInvalid") == 0 && Number(entry, "SetsWithoutTemplate") == 0 && Number(entry, "PacketsDropped") == 0);
    }

    [Fact]
    public async Task NetFlow_TemplateComesLate_RecordsCountThen()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "netflow", Port = 9995 });
        using var exporter = lab.OpenSocket("ns1", SocketType.Dgram, ProtocolType.Udp);
        exporter.Connect(IPAddress.Parse("10.77.0.2"), 9995);
        byte[] template = Words(256, 8, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 2, 4, 1, 4, 210, 1);
        byte[] record = [.. IPAddress.Parse("10.1.0.1").GetAddressBytes(), .. IPAddress.Parse("10.1.0.2").GetAddressBytes(), .. Words(5000, 53), 17, 0, 0, 0, 2, 0, 0, 0, 120, 0, 0, 0];

        exporter.Send(Version9(1, 7, (256, record)));
        await lab.UntilAsync(node, "c1", static entry => Number(entry, "SetsWithoutTemplate") == 1);

        // That of another source of the same exporter is another one.
        exporter.Send(Version9(1, 8, (0, template)));
        exporter.Send(Version9(2, 7, (0, template)));

        var flow = Assert.Single(await lab.UntilFoundAsync(static _ => true, static flows => flows.Count > 0));
        Assert.Equal(("UDP", 2, 120), (flow.Transport!.Protocol, flow.Metric!.ABPackets, flow.Metric.ABBytes));
        await lab.UntilAsync(node, "c1", static entry => Number(entry, "SetsWithoutTemplate") == 0 && Number(entry, "DatagramsReceived") == 3);
    }

    [Fact]
    public async Task NetFlow_SamplingGapsAndDamage_AreTakenIntoAccount()
    {
        await using var lab = await CaptureLab.StartAsync();
        var node = lab.Outer;
        await lab.StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "netflow" });
        using var exporter = lab.OpenSocket("ns1", SocketType.Dgram, ProtocolType.Udp);
        exporter.Connect(IPAddress.Parse("10.77.0.2"), 2055);

        // One of a thousand is looked at; five records are missing in between.
        exporter.Send(Version5(0, 1000, Record("10.1.0.1", "10.1.0.2", 3, 300)));
        exporter.Send(Version5(6, 1000, Record("10.1.0.1", "10.1.0.2", 2, 200)));
        exporter.Send(Version5(7, 1000, Record("10.1.0.1", "10.1.0.2", 2, 200)).AsSpan(0, 60));
        exporter.Send("nonsense"u8);

        var flow = Assert.Single(await lab.UntilFoundAsync(static _ => true, static flows => flows.Count == 1 && flows[0].Metric!.ABPackets == 5000));
        Assert.Equal(500_000, flow.Metric!.ABBytes);
        Assert.Equal("IPv4", flow.LayersPath);
        await lab.UntilAsync(node, "c1", static entry => Number(entry, "PacketsDropped") == 5 && Number(entry, "DatagramsInvalid") == 2 && Number(entry, "DatagramsReceived") == 4);
    }

    [Fact]
    public async Task NetFlow_ClockOfTheExporterIsFast_FlowsEndAllTheSame()
    {
        await using var lab = await CaptureLab.StartAsync(new AgentOptions
        {
            Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50), FlowUpdate = TimeSpan.FromMilliseconds(200), FlowExpire = TimeSpan.FromMilliseconds(300),
        });
        await lab.StartAsync(lab.Outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = "netflow" });
        using var exporter = lab.OpenSocket("ns1", SocketType.Dgram, ProtocolType.Udp);
        exporter.Connect(IPAddress.Parse("10.77.0.2"), 2055);
        byte[] datagram = Version5(0, 0, Record("10.1.0.1", "10.1.0.2", 3, 300));
        BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(8), (uint)DateTimeOffset.UtcNow.AddYears(1).ToUnixTimeSeconds());

        exporter.Send(datagram);

        var flow = await lab.Flows.NextAsync(static flow => flow.FinishType == FinishType.Timeout);
        Assert.InRange(flow.Last, 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    private static long Number(MetadataMap entry, string key) => entry[key].TryGetInteger(out long value) ? value : 0;

    private static void Write(string path, long start)
    {
        using var writer = new PcapWriter(File.Create(path), LinkType.Ethernet, nanoseconds: false);
        Packet(0, 1, There().Tcp(40000, 443, TcpFlags.Syn));
        Packet(10, 2, Back().Tcp(443, 40000, TcpFlags.Syn | TcpFlags.Ack));
        Packet(20, 3, There().Tcp(40000, 443, TcpFlags.Ack));
        Packet(500, 4, There().Tcp(40000, 443, TcpFlags.Ack).Payload(new byte[1000]));
        Packet(600, 5, Back().Tcp(443, 40000, TcpFlags.Ack));
        Packet(990, 6, There().Tcp(40000, 443, TcpFlags.Fin | TcpFlags.Ack));
        Packet(1000, 7, Back().Tcp(443, 40000, TcpFlags.Fin | TcpFlags.Ack));
        Packet(1100, 8, There().Udp(50000, 53).Payload(new byte[30]));
        Packet(1110, 9, Back().Udp(53, 50000).Payload(new byte[60]));
        Packet(1200, 10, There().IcmpV4(IcmpV4Type.EchoRequest, 0, 7, 1).Payload(new byte[32]));
        Packet(1210, 11, Back().IcmpV4(IcmpV4Type.EchoReply, 0, 7, 1).Payload(new byte[32]));
        Packet(1300, 12, new FrameBuilder().Ethernet(MacAddress.Parse("02:00:00:00:00:01"), MacAddress.Parse("02:00:00:00:00:02"))
            .IPv6(IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2")).Udp(50000, 53).Payload(new byte[30]));

        void Packet(int milliseconds, int number, FrameBuilder frame)
        {
            byte[] bytes = frame.Build();
            writer.Write(start + (milliseconds * 1_000_000L), bytes, bytes.Length);
        }
    }

    private static FrameBuilder There() => new FrameBuilder().Ethernet(MacAddress.Parse("02:00:00:00:00:01"), MacAddress.Parse("02:00:00:00:00:02"))
        .IPv4(IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.53"));

    private static FrameBuilder Back() => new FrameBuilder().Ethernet(MacAddress.Parse("02:00:00:00:00:02"), MacAddress.Parse("02:00:00:00:00:01"))
        .IPv4(IPAddress.Parse("192.0.2.53"), IPAddress.Parse("192.0.2.1"));

    private static byte[] Words(params ushort[] words)
    {
        byte[] bytes = new byte[2 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), words[i]);
        }

        return bytes;
    }

    private static byte[] Longs(params uint[] words)
    {
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }

    private static byte[] Version9(uint sequence, uint source, (ushort Id, byte[] Content) set) =>
    [
        .. Words(9, 1), .. Longs(10_000, (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), sequence, source),
        .. Words(set.Id, (ushort)(set.Content.Length + 4)), .. set.Content,
    ];

    private static byte[] Version5(uint sequence, ushort sampling, byte[] record) =>
        [.. Words(5, 1), .. Longs(10_000, (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 0, sequence), .. Words(0, (ushort)(0x4000 | sampling)), .. record];

    /// <summary>A record of IP protocol 253, as no decoder knows it.</summary>
    private static byte[] Record(string from, string to, uint packets, uint bytes) =>
    [
        .. IPAddress.Parse(from).GetAddressBytes(), .. IPAddress.Parse(to).GetAddressBytes(), .. Longs(0), .. Words(1, 2), .. Longs(packets, bytes, 5000, 6000),
        .. Words(0, 0), 0, 0, 253, 0, .. Words(0, 0), 0, 0, 0, 0,
    ];
}
