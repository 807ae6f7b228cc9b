using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Skydive.Linux.Ebpf;
using Skydive.Linux.Packets;

namespace Skydive.Linux.Tests.Ebpf;

/// <summary>The program in the real kernel: a veth pair in a namespace of the test's own, frames sent into one end, counted at the other.</summary>
public sealed class FlowCounterTests : IDisposable
{
    private const ushort IPv4 = 0x0800;
    private const ushort IPv6 = 0x86dd;

    private readonly TestNamespace _test = new();

    public FlowCounterTests()
    {
        _test.Ip("link add a0 address 02:00:00:00:00:01 type veth peer name b0 address 02:00:00:00:00:02");
        _test.Network.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv6/conf/a0/disable_ipv6", "1");
            File.WriteAllText("/proc/sys/net/ipv6/conf/b0/disable_ipv6", "1");
        });
        _test.Ip("link set a0 up");
        _test.Ip("link set b0 up");
    }

    public void Dispose() => _test.Dispose();

    [Theory]
    [InlineData(FlowCounterMethod.TrafficControl)]
    [InlineData(FlowCounterMethod.Socket)]
    public void Take_PacketsOfAllKinds_AreCountedByWhatTheyAre(FlowCounterMethod method)
    {
        using var counter = Open(method);
        Assert.Equal(method, counter.Method);
        byte[] udp = Frames.Ethernet(IPv4, Frames.Udp(4000, 53));
        long before = Stopwatch.GetTimestamp();
        Send(
            udp,
            udp,
            Frames.Ethernet(IPv4, Frames.Ipv4(6, Tcp(1000, 80, 0x02))),
            Frames.Ethernet(IPv4, Frames.Ipv4(6, Tcp(1000, 80, 0x10))),
            Frames.Ethernet(IPv4, Frames.Ipv4(6, Tcp(1000, 80, 0x11))),
            Frames.Ethernet(IPv4, Frames.Ipv4(6, Tcp(80, 1000, 0x12))),
            Frames.Ethernet(IPv4, Frames.Ipv4(1, [8, 0, 0, 0, 0x12, 0x34, 0, 7])),
            Frames.Ethernet(IPv4, Frames.Ipv4(47, new byte[20])),
            Frames.Ethernet(0x0806, new byte[28]),
            Frames.Ethernet(IPv4, new byte[5]));

        var entries = TakeAll(counter);

        Assert.Equal(7, entries.Count);
        var datagrams = Find(entries, 17);
        Assert.Equal((2, 2 * udp.Length), (datagrams.Value.Packets, datagrams.Value.Bytes));
        Assert.Equal("020000000002020000000001", datagrams.Macs);
        Assert.Equal(("0a000001", "0a000002", "0fa00035"), (datagrams.Source[..8], datagrams.Destination[..8], datagrams.Endpoints));
        Assert.InRange(datagrams.Value.First, before, datagrams.Value.Last);
        Assert.InRange(datagrams.Value.Last, before, Stopwatch.GetTimestamp());
        Assert.Equal((64, 0, IPv4), (datagrams.Value.TimeToLive, datagrams.Key.VlanCount, datagrams.Key.EtherType));
        Assert.True(datagrams.Key.HasEndpoints);

        var opening = entries.Single(static entry => entry.Key.Protocol == 6 && entry.Endpoints == "03e80050");
        Assert.Equal(3, opening.Value.Packets);
        Assert.Equal(0x03, opening.Value.TcpFlags);
        Assert.True(opening.Value.Syn > 0 && opening.Value.Fin >= opening.Value.Syn && opening.Value.Rst == 0);
        var answer = entries.Single(static entry => entry.Key.Protocol == 6 && entry.Endpoints == "005003e8");
        Assert.Equal(0x12, answer.Value.TcpFlags);

        var echo = Find(entries, 1);
        Assert.Equal(("08001234", 7), (echo.Endpoints, echo.Value.IcmpSequence));
        Assert.False(Find(entries, 47).Key.HasEndpoints);

        // One without anything above Ethernet, one that is too short for its header.
        Assert.Equal(1, entries.Single(static entry => entry.Key.EtherType == 0x0806).Value.Packets);
        Assert.Equal(1, entries.Single(static entry => entry.Key is { EtherType: IPv4, Protocol: 0 }).Value.Packets);

        var totals = counter.GetTotals();
        Assert.Equal((10, 0), (totals.Packets, totals.Refused));
        Assert.Equal(totals.Bytes, entries.Sum(static entry => entry.Value.Bytes));
        Assert.Empty(TakeAll(counter));
    }

    [Theory]
    [InlineData(FlowCounterMethod.TrafficControl)]
    [InlineData(FlowCounterMethod.Socket)]
    public void Take_TaggedPackets_TellTheirVlans(FlowCounterMethod method)
    {
        using var counter = Open(method);
        byte[] inner = Frames.Udp(1, 2);
        byte[] tagged = Frames.Tagged(8, IPv4, inner);
        Send(
            tagged,
            Frames.Ethernet(0x88a8, [0, 8, 0x81, 0, 8, 2, 8, 0, .. inner]),
            Frames.Ethernet(0x8100, [0, 8, 0x81, 0, 0, 10, 0x81, 0, 0, 20, 8, 0, .. inner]));

        var entries = TakeAll(counter);

        Assert.Equal(
            [(1, 8UL), (2, (2050UL << 12) | 8), (3, (20UL << 24) | (10UL << 12) | 8)],
            entries.Select(static entry => (entry.Key.VlanCount, entry.Key.Vlans)).Order());
        Assert.All(entries, static entry => Assert.Equal(("00010002", IPv4), (entry.Endpoints, entry.Key.EtherType)));
        Assert.Equal(tagged.Length, entries.Single(static entry => entry.Key.VlanCount == 1).Value.Bytes);
    }

    [Theory]
    [InlineData(FlowCounterMethod.TrafficControl)]
    [InlineData(FlowCounterMethod.Socket)]
    public void Take_IPv6OptionsAndFragments_AreRead(FlowCounterMethod method)
    {
        using var counter = Open(method);
        byte[] fragment = Frames.Udp(5, 6);
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(6), 0x2000);
        Send(
            Frames.Ethernet(IPv6, Ipv6(17, [0, 1, 0, 2, 0, 8, 0, 0])),
            Frames.Ethernet(IPv6, Ipv6(0, [58, 0, 5, 2, 0, 0, 0, 0, 143, 0, 0, 0, 0, 0, 0, 0])),
            Frames.Ethernet(IPv4, fragment));

        var entries = TakeAll(counter);

        var datagram = entries.Single(static entry => entry.Key is { EtherType: IPv6, Protocol: 17 });
        Assert.Equal(("20010db8000000000000000000000001", "20010db8000000000000000000000002"), (datagram.Source, datagram.Destination));
        var report = entries.Single(static entry => entry.Key is { EtherType: IPv6, Protocol: 58 });
        Assert.True(report.Key.HasHopByHop && report.Endpoints.StartsWith("8f00", StringComparison.Ordinal));
        var part = entries.Single(static entry => entry.Key.EtherType == IPv4);
        Assert.True(part.Key.IsFragment && !part.Key.HasEndpoints);
    }

    [Theory]
    [InlineData(FlowCounterMethod.TrafficControl)]
    [InlineData(FlowCounterMethod.Socket)]
    public void Take_BothDirectionsOfTheInterface_AreCounted(FlowCounterMethod method)
    {
        using var counter = Open(method);
        Send(Frames.Ethernet(IPv4, Frames.Udp(1, 2)));
        using (var sender = PacketSender.Open("b0", _test.Network))
        {
            sender.Send(Frames.Ethernet(IPv4, Frames.Udp(2, 1)));
        }

        Assert.Equal(["00010002", "00020001"], TakeAll(counter).Select(static entry => entry.Endpoints).Order());
    }

    [Fact]
    public void Take_MoreThanThereIsRoomFor_IsCountedAsRefused()
    {
        using var counter = Open(FlowCounterMethod.Best, maximumEntries: 64);
        for (ushort port = 1; port <= 200; port++)
        {
            Send(Frames.Ethernet(IPv4, Frames.Udp(port, 9)));
        }

        long counted = TakeAll(counter).Sum(static entry => entry.Value.Packets);

        var totals = counter.GetTotals();
        Assert.Equal(200, totals.Packets);
        Assert.InRange(totals.Refused, 1, 199);
        Assert.Equal(totals.Packets, counted + totals.Refused);

        // There is room again.
        Send(Frames.Ethernet(IPv4, Frames.Udp(7777, 9)));
        Assert.Single(TakeAll(counter));
    }

    [Fact]
    public void Take_MoreThanOneReadingHolds_GivesAll()
    {
        using var counter = Open(FlowCounterMethod.Best);
        for (ushort port = 1; port <= 3000; port++)
        {
            Send(Frames.Ethernet(IPv4, Frames.Udp(port, 9)));
        }

        var entries = TakeAll(counter);

        Assert.Equal(3000, entries.Count);
        Assert.Equal(3000, entries.Select(static entry => entry.Endpoints).Distinct().Count());
    }

    [Fact]
    public void Interface_Removed_IsTold()
    {
        using var hook = Open(FlowCounterMethod.TrafficControl);
        using var socket = Open(FlowCounterMethod.Socket);
        Assert.True(hook.IsAttached && socket.IsAttached);

        _test.Ip("link del a0");

        Assert.False(hook.IsAttached || socket.IsAttached);
        hook.Dispose();
        Assert.Throws<ObjectDisposedException>(() => hook.GetTotals());
    }

    [Fact]
    public void Open_NoSuchInterface_SaysSo() =>
        Assert.Throws<LinuxException>(() => FlowCounter.Open(new() { InterfaceIndex = 4711, Namespace = _test.Network }));

    [Fact]
    public void Load_ProgramThatIsNotSafe_SaysWhatTheVerifierSays()
    {
        var code = new EbpfAssembler();
        code.Load(EbpfSize.U64, EbpfRegister.R0, EbpfRegister.R3, 0);
        code.Exit();

        var e = Assert.Throws<EbpfException>(() => EbpfSystem.LoadProgram(EbpfProgramType.SocketFilter, 0, code.Build(), "unsafe"));

        Assert.Contains("R3 !read_ok", e.Message, StringComparison.Ordinal);
        Assert.Contains("R3 !read_ok", e.VerifierLog, StringComparison.Ordinal);
    }

    [Fact]
    public void Assembler_JumpToNowhere_IsRefused()
    {
        var code = new EbpfAssembler();
        code.Jump(new EbpfLabel());

        Assert.Throws<InvalidOperationException>(() => code.Build());
    }

    private FlowCounter Open(FlowCounterMethod method, int maximumEntries = 65_536) => FlowCounter.Open(new()
    {
        InterfaceIndex = int.Parse(_test.Ip("-o link show b0").Split(':')[0], CultureInfo.InvariantCulture),
        Namespace = _test.Network,
        Method = method,
        MaximumEntries = maximumEntries,
        Promiscuous = true,
    });

    private void Send(params ReadOnlySpan<byte[]> frames)
    {
        using var sender = PacketSender.Open("a0", _test.Network);
        foreach (byte[] frame in frames)
        {
            sender.Send(frame);
        }
    }

    private static byte[] Tcp(ushort source, ushort destination, byte flags)
    {
        byte[] segment = new byte[20];
        BinaryPrimitives.WriteUInt16BigEndian(segment, source);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), destination);
        segment[12] = 0x50;
        segment[13] = flags;
        return segment;
    }

    private static byte[] Ipv6(byte next, byte[] payload)
    {
        byte[] packet = [0x60, 0, 0, 0, 0, (byte)payload.Length, next, 64, .. new byte[32], .. payload];
        foreach (int address in new[] { 8, 24 })
        {
            new byte[] { 0x20, 0x01, 0x0d, 0xb8 }.CopyTo(packet, address);
        }

        packet[23] = 1;
        packet[39] = 2;
        return packet;
    }

    private static Entry Find(List<Entry> entries, byte protocol) => entries.Single(entry => entry.Key.Protocol == protocol);

    private static unsafe List<Entry> TakeAll(FlowCounter counter)
    {
        var keys = new FlowCounterKey[512];
        var values = new FlowCounterValue[512];
        var entries = new List<Entry>();
        bool isMore;
        do
        {
            isMore = counter.Take(keys, values, out int count);
            for (int i = 0; i < count; i++)
            {
                fixed (FlowCounterKey* key = &keys[i])
                {
                    entries.Add(new(keys[i], values[i], Hex(key->MacAddresses, 12), Hex(key->SourceAddress, 16), Hex(key->DestinationAddress, 16), Hex(key->Endpoints, 4)));
                }
            }
        }
        while (isMore);
        return entries;
    }

    private static unsafe string Hex(byte* bytes, int length) => Convert.ToHexStringLower(new ReadOnlySpan<byte>(bytes, length));

    private sealed record Entry(FlowCounterKey Key, FlowCounterValue Value, string Macs, string Source, string Destination, string Endpoints);
}
