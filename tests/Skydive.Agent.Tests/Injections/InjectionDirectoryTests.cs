using System.Diagnostics;
using System.Globalization;
using System.Net;
using Skydive.Agent.Injections;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;
using Skydive.Packets;
using Skydive.Packets.Building;
using Skydive.Packets.Pcap;

namespace Skydive.Agent.Tests.Injections;

/// <summary>Packets from eth0 of a namespace to the interface at the other end of its wire, where each is read.</summary>
public sealed class InjectionDirectoryTests
{
    public static TheoryData<string> Types { get; } = [.. InjectionTypes.All];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Start_EachType_OnTheWireAsAsked(string type)
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        using var wire = Listen(lab);
        var order = Order(type) with { Payload = "hello", TTL = 7, SrcPort = 40001, DstPort = 49999, ICMPID = 77 };

        await injections.StartAsync(Inner(lab).Id, order, Token);

        var frames = await ReceiveAsync(wire, type, 3);
        foreach (byte[] frame in frames)
        {
            Assert.Equal("02:00:00:00:01:01", Mac(frame));
            Assert.Equal("02:00:00:00:00:01", Mac(frame.AsSpan(6)));
            Assert.True(Checksums.AreRight(frame));
            bool isIPv6 = InjectionTypes.IsIPv6(type);
            Assert.Equal(7, frame[isIPv6 ? 21 : 22]);
            Assert.Equal(order.SrcIP, new IPAddress(isIPv6 ? frame.AsSpan(22, 16) : frame.AsSpan(26, 4)).ToString());
            Assert.Equal(order.DstIP, new IPAddress(isIPv6 ? frame.AsSpan(38, 16) : frame.AsSpan(30, 4)).ToString());
            Assert.Equal("hello"u8.ToArray(), frame[^5..]);
            int transport = isIPv6 ? 54 : 34;
            if (InjectionTypes.IsEcho(type))
            {
                Assert.Equal((isIPv6 ? 128 : 8, 77), (frame[transport], Number(frame, transport + 4)));
            }
            else
            {
                Assert.Equal((40001, 49999), (Number(frame, transport), Number(frame, transport + 2)));
            }
        }

        await UntilOverAsync(lab, order.UUID, InjectionStates.Completed, 3);
        ReadByTshark(frames, order);
    }

    [Fact]
    public async Task Start_AsFastAsPossible_AllArrive()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        long before = Received(lab);
        var order = Order(InjectionTypes.UdpV4) with { Count = 200_000, Interval = 0 };

        await injections.StartAsync(Inner(lab).Id, order, Token);

        await UntilOverAsync(lab, order.UUID, InjectionStates.Completed, 200_000);
        Assert.InRange(Received(lab) - before, 200_000, 200_100);
    }

    [Fact]
    public async Task Stop_LongRunning_EndsSoonAndLeavesNothing()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        int descriptors = Tools.KernelDescriptorCount;
        foreach (long interval in (long[])[0, 1, 3_600_000])
        {
            var order = Order(InjectionTypes.UdpV4) with { UUID = $"i{interval}", Count = long.MaxValue / 4, Interval = interval };
            await injections.StartAsync(Inner(lab).Id, order, Token);
            await lab.Probes.UntilAsync(graph => Entry(lab, order.UUID)?["PacketCount"].TryGetInteger(out long count) == true && count > 0);
            long began = Stopwatch.GetTimestamp();

            await injections.StopAsync(Inner(lab).Id, order.UUID, Token);

            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
            Assert.False(Inner(lab).Metadata.ContainsKey("PacketInjections"));
        }

        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Fact]
    public async Task StartAndStop_AThousandLongRunning_NoThreadSocketOrMetadataIsLeft()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        int descriptors = Tools.KernelDescriptorCount;
        int threads = Tools.ThreadCount;
        var node = Inner(lab);
        for (int i = 0; i < 1000; i++)
        {
            await injections.StartAsync(node.Id, Order(InjectionTypes.IcmpV4) with { UUID = $"i{i}", Count = 1_000_000, Interval = 1000 }, Token);
        }

        Assert.Equal(1000, Inner(lab).Metadata["PacketInjections"].Elements.Length);
        Assert.InRange(Tools.ThreadCount, 0, threads + 20);
        for (int i = 0; i < 1000; i++)
        {
            await injections.StopAsync(node.Id, $"i{i}", Token);
        }

        Assert.False(Inner(lab).Metadata.ContainsKey("PacketInjections"));
        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Fact]
    public async Task Start_InterfaceIsDown_FailsAndSaysSo()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        lab.Network.Ip("ns1", "link set eth0 down");

        await injections.StartAsync(Inner(lab).Id, Order(InjectionTypes.IcmpV4), Token);

        await UntilOverAsync(lab, "i1", InjectionStates.Failed, 0);
        Assert.Equal("the interface is down", Entry(lab, "i1")!["Error"].AsString);
        await injections.StopAsync(Inner(lab).Id, "i1", Token);
        Assert.False(Inner(lab).Metadata.ContainsKey("PacketInjections"));
    }

    [Fact]
    public async Task Interface_Goes_ItsInjectionsEnd()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        int descriptors = Tools.KernelDescriptorCount;
        await injections.StartAsync(Inner(lab).Id, Order(InjectionTypes.IcmpV4) with { Count = 1000, Interval = 3_600_000 }, Token);

        lab.Network.Ip("host", "link del v1");
        await lab.Probes.UntilAsync(static graph => graph.FindLink("v1") is null);

        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Theory]
    [InlineData("none", "10.77.0.1", 404, "not found")]
    [InlineData("host", "10.77.0.1", 400, "is no interface")]
    [InlineData("eth0", "x", 400, "'x' is no IPv4 address")]
    public async Task Start_CannotBe_IsRefused(string node, string address, int status, string message)
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        string id = node switch
        {
            "host" => lab.Probes.HostNodeId,
            "eth0" => Inner(lab).Id,
            _ => node,
        };

        var e = await Assert.ThrowsAsync<AgentRequestException>(() => injections.StartAsync(id, Order(InjectionTypes.IcmpV4) with { SrcIP = address }, Token));

        Assert.Equal(status, e.Status);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.False(Inner(lab).Metadata.ContainsKey("PacketInjections"));
    }

    [Fact]
    public async Task Start_Pcap_FramesAsTheyAreAtTheirTimes()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        using var wire = Listen(lab);
        byte[][] frames = [.. Enumerable.Range(0, 3).Select(static i => Frame((ushort)(5000 + i)))];
        var order = new Injection { UUID = "i1", Type = InjectionTypes.UdpV4, Pcap = Write(frames, TimeSpan.FromMilliseconds(150)), Count = 5 };
        long began = Stopwatch.GetTimestamp();

        await injections.StartAsync(Inner(lab).Id, order, Token);

        // Over and over: after the third frame comes the first, as much later as the others from one another.
        var seen = await ReceiveAsync(wire, InjectionTypes.UdpV4, 5);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromMilliseconds(595), TimeSpan.FromSeconds(5));
        Assert.Equal([frames[0], frames[1], frames[2], frames[0], frames[1]], seen);
        await UntilOverAsync(lab, "i1", InjectionStates.Completed, 5);
    }

    [Theory]
    [InlineData("not a pcap file at all, just text", "the pcap file cannot be read")]
    [InlineData(null, "there are no packets in the pcap file")]
    public async Task Start_PcapThatIsNone_IsRefused(string? text, string message)
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var injections = Start(lab);
        byte[] pcap = text is null ? Write([], TimeSpan.Zero) : System.Text.Encoding.ASCII.GetBytes(text);

        var e = await Assert.ThrowsAsync<AgentRequestException>(
            () => injections.StartAsync(Inner(lab).Id, new Injection { UUID = "i1", Type = InjectionTypes.UdpV4, Pcap = pcap }, Token));

        Assert.Equal(400, e.Status);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static InjectionDirectory Start(CaptureLab lab)
    {
        var injections = new InjectionDirectory(lab.Probes.Graph, lab.Probes.Netlink.FindLink);
        injections.Start();
        return injections;
    }

    private static Node Inner(CaptureLab lab) => lab.Probes.Find("eth0", "ns1")!;

    private static Injection Order(string type) => new()
    {
        UUID = "i1",
        Type = type,
        SrcIP = InjectionTypes.IsIPv6(type) ? "fd77::1" : "10.77.0.1",
        DstIP = InjectionTypes.IsIPv6(type) ? "fd77::2" : "10.77.0.2",
        SrcMAC = "02:00:00:00:00:01",
        DstMAC = "02:00:00:00:01:01",
        SrcPort = 40000,
        DstPort = 9,
        ICMPID = 77,
        Count = 3,
        Interval = 5,
        TTL = 64,
        Mode = InjectionModes.Unique,
    };

    private static MetadataMap? Entry(CaptureLab lab, string id) =>
        Inner(lab).Metadata["PacketInjections"].Elements.ToArray().Select(static entry => entry.AsMap!).SingleOrDefault(entry => entry["ID"].AsString == id);

    private static async Task UntilOverAsync(CaptureLab lab, string id, string state, long packets)
    {
        await lab.Probes.UntilAsync(_ => Entry(lab, id)?["State"].AsString is { } now && now != InjectionStates.Active);
        var entry = Entry(lab, id)!;
        Assert.Equal((state, packets), (entry["State"].AsString, entry["PacketCount"].TryGetInteger(out long count) ? count : -1));
    }

    private static PacketListener Listen(CaptureLab lab)
    {
        // Every frame whole: ret #65535.
        Assert.True(lab.Outer.Metadata["IfIndex"].TryGetInteger(out long index));
        using var host = lab.Network.OpenHost();
        return PacketListener.Open((int)index, new BpfProgram([new(0x06, 0, 0, 65535)]), [], host);
    }

    /// <summary>The next frames of a protocol; what the kernel says by itself is left out.</summary>
    private static async Task<byte[][]> ReceiveAsync(PacketListener wire, string type, int count)
    {
        var frames = new List<byte[]>();
        byte[] buffer = new byte[2048];
        await Tools.WaitAsync(() =>
        {
            while (wire.TryReceive(buffer, out int length) == PacketReceiveStatus.Frame)
            {
                bool isIPv6 = Number(buffer, 12) == 0x86dd;
                byte protocol = isIPv6 ? buffer[20] : buffer[23];
                bool isOurs = isIPv6 == InjectionTypes.IsIPv6(type) && Number(buffer, 12) is 0x86dd or 0x0800 && protocol == type[..3] switch
                {
                    "tcp" => IpProtocol.Tcp,
                    "udp" => IpProtocol.Udp,
                    _ => isIPv6 ? IpProtocol.IcmpV6 : IpProtocol.Icmp,
                };
                if (isOurs && (type != InjectionTypes.IcmpV6 || buffer[54] == 128))
                {
                    frames.Add(buffer[..length]);
                }
            }

            return frames.Count >= count;
        });
        return [.. frames];
    }

    private static int Number(ReadOnlySpan<byte> frame, int offset) => System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(frame[offset..]);

    private static string Mac(ReadOnlySpan<byte> bytes) => string.Join(':', bytes[..6].ToArray().Select(static part => part.ToString("x2", CultureInfo.InvariantCulture)));

    private static long Received(CaptureLab lab)
    {
        using var output = new TemporaryFolder();
        string path = Path.Combine(output.Path, "rx");
        lab.Network.Execute("host", $"sh -c \"cat /sys/class/net/v1/statistics/rx_packets > {path}\"");
        return long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
    }

    private static byte[] Frame(ushort port) => new FrameBuilder()
        .Ethernet(MacAddress.Parse("02:00:00:00:00:01"), MacAddress.Parse("02:00:00:00:01:01")).IPv4(IPAddress.Parse("10.77.0.1"), IPAddress.Parse("10.77.0.2")).Udp(port, 9).Payload("replay"u8).Build();

    private static byte[] Write(byte[][] frames, TimeSpan gap)
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, Skydive.Packets.LinkType.Ethernet, leaveOpen: true))
        {
            for (int i = 0; i < frames.Length; i++)
            {
                writer.Write(1_700_000_000_000_000_000 + (long)(gap.TotalNanoseconds * i), frames[i]);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Has another program read the frames, where it is installed: it must find right checksums, nothing malformed, and the fields as asked.</summary>
    private static void ReadByTshark(byte[][] frames, Injection order)
    {
        string type = order.Type;
        if (!File.Exists("/usr/bin/tshark"))
        {
            return;
        }

        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "wire.pcap");
        File.WriteAllBytes(path, Write(frames, TimeSpan.FromMilliseconds(1)));
        string layer = type switch
        {
            InjectionTypes.IcmpV4 => "icmp",
            InjectionTypes.IcmpV6 => "icmpv6",
            _ => type[..3],
        };
        const string Options = "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE";
        string ip = InjectionTypes.IsIPv6(type) ? "ipv6" : "ip";
        string[] fields =
        [
            $"{layer}.checksum.status", "_ws.malformed", "eth.src", "eth.dst", $"{ip}.src", $"{ip}.dst", ip == "ip" ? "ip.ttl" : "ipv6.hlim",
            .. layer switch
            {
                "icmp" => (string[])["icmp.type", "icmp.ident", "icmp.seq"],
                "icmpv6" => ["icmpv6.type", "icmpv6.echo.identifier", "icmpv6.echo.sequence_number"],
                "tcp" => ["tcp.srcport", "tcp.dstport", "tcp.flags.str"],
                _ => ["udp.srcport", "udp.dstport", "udp.length"],
            },
        ];
        var (code, output) = Tools.TryRun("tshark", $"-r {path} {Options} -T fields -E separator=; {string.Join(' ', fields.Select(static field => $"-e {field}"))}");
        Assert.Equal(0, code);
        string[] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith("Running", StringComparison.Ordinal)).Select(static line => line.Trim())];
        Assert.Equal(
            frames.Select((_, index) => string.Join(';', (string[])["1", string.Empty, order.SrcMAC, order.DstMAC, order.SrcIP, order.DstIP, "7", .. layer switch
            {
                "icmp" => (string[])["8", "77", $"{index + 1}"],
                "icmpv6" => ["128", "0x004d", $"{index + 1}"],
                "tcp" => ["40001", "49999", "··········S·"],
                _ => ["40001", "49999", "13"],
            }])),
            lines);
    }
}
