using Skydive.Linux.Bpf;
using Skydive.Linux.Netlink;
using Skydive.Linux.Packets;
using Skydive.Linux.Route;

namespace Skydive.Linux.Tests.Packets;

/// <summary>Against the real kernel: a veth pair in a namespace of the test's own, frames sent into one end, captured at the other.</summary>
public sealed class PacketRingTests : IDisposable
{
    private readonly TestNamespace _test = new();

    public PacketRingTests()
    {
        try
        {
            _test.Ip("link add a0 address 02:00:00:00:00:01 type veth peer name b0 address 02:00:00:00:00:02");

            // What the kernel sends by itself, for IPv6, would come between.
            _test.Network.Run(() =>
            {
                File.WriteAllText("/proc/sys/net/ipv6/conf/a0/disable_ipv6", "1");
                File.WriteAllText("/proc/sys/net/ipv6/conf/b0/disable_ipv6", "1");
            });
            SetUp("link set a0 up", "link set b0 up");
        }
        catch
        {
            _test.Dispose();
            throw;
        }
    }

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Read_FramesSent_ComeWithAllTheyHave()
    {
        using PacketRing ring = Open();
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        byte[] plain = Frames.Ethernet(0x9999, [.. Enumerable.Range(0, 100).Select(number => (byte)number)]);
        DateTime before = DateTime.UtcNow;
        sender.Send(plain);

        Captured packet = Assert.Single(Capture(ring, 1));

        Assert.Equal(plain, packet.Data);
        Assert.Equal(plain.Length, packet.OriginalLength);
        Assert.False(packet.HasVlan);
        Assert.Equal(PacketType.Host, packet.Type);
        Assert.InRange(packet.Time, before.AddSeconds(-1), DateTime.UtcNow.AddSeconds(1));
        Assert.Equal(HardwareType.Ethernet, ring.HardwareType);
        Assert.Equal(LinkType.Ethernet, ring.LinkType);
        Assert.Equal(0, ring.MalformedBlocks);
    }

    [Fact]
    public void Read_TaggedFrame_CarriesItsTagBeside()
    {
        using PacketRing ring = Open();
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        sender.Send(Frames.Tagged(0x6007, 0x800, Frames.Icmp()));
        sender.Send(Frames.Tagged(0x0008, 0x800, Frames.Icmp(), 0x88a8));

        List<Captured> packets = Capture(ring, 2);

        Assert.All(packets, packet => Assert.True(packet.HasVlan));
        Assert.Equal([(0x6007, 0x8100), (0x0008, 0x88a8)], packets.Select(packet => ((int)packet.VlanTci, (int)packet.VlanTpid)));
        Assert.All(packets, packet => Assert.Equal(Frames.Ethernet(0x800, Frames.Icmp()), packet.Data));
    }

    [Fact]
    public void Read_DoublyTaggedFrame_KeepsTheInnerTag()
    {
        using PacketRing ring = Open();
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        sender.Send(Frames.Tagged(7, 0x8100, [0, 9, 8, 0, .. Frames.Icmp()], 0x88a8));

        Captured packet = Assert.Single(Capture(ring, 1));

        Assert.Equal((7, 0x88a8), ((int)packet.VlanTci, (int)packet.VlanTpid));
        Assert.Equal(Frames.Tagged(9, 0x800, Frames.Icmp()), packet.Data);
    }

    [Theory]
    [InlineData("icmp", "plain-icmp tagged-icmp")]
    [InlineData("vlan and icmp", "tagged-icmp")]
    [InlineData("vlan 7", "tagged-icmp tagged-udp")]
    [InlineData("vlan 8", "")]
    [InlineData("not vlan", "plain-icmp plain-udp")]
    [InlineData("udp port 53 or (vlan and udp port 53)", "plain-udp tagged-udp")]
    public void Read_WithFilter_SeesWhatItTakes(string expression, string expected)
    {
        Tools.RequirePcap();

        // The end mark comes first: what follows "vlan" is looked for behind a tag.
        using PacketRing ring = Open(options => options with { Filter = BpfCompiler.Compile($"ether proto 0x9999 or ({expression})") });
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        sender.Send(Frames.Ethernet(0x800, Frames.Icmp()));
        sender.Send(Frames.Ethernet(0x800, Frames.Udp(1, 53)));
        sender.Send(Frames.Tagged(7, 0x800, Frames.Icmp()));
        sender.Send(Frames.Tagged(7, 0x800, Frames.Udp(1, 53)));
        SendEnd(sender);

        List<Captured> packets = CaptureToEnd(ring);

        Assert.Equal(expected, string.Join(' ', packets.Select(packet =>
            (packet.HasVlan ? "tagged-" : "plain-") + (packet.Data[23] == 1 ? "icmp" : "udp"))));
    }

    [Fact]
    public void Read_SnapLength_CutsButKnowsTheLength()
    {
        using PacketRing ring = Open(options => options with { SnapLength = 64 });
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        sender.Send(Frames.Ethernet(0x9999, new byte[1000]));

        Captured packet = Assert.Single(Capture(ring, 1));

        Assert.Equal(64, packet.Data.Length);
        Assert.Equal(1014, packet.OriginalLength);
    }

    [Fact]
    public void Read_SnapLengthAndFilter_BothHold()
    {
        Tools.RequirePcap();
        using PacketRing ring = Open(options => options with { SnapLength = 60, Filter = BpfCompiler.Compile("ether proto 0x9999") });
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        sender.Send(Frames.Ethernet(0x800, Frames.Icmp()));
        sender.Send(Frames.Ethernet(0x9999, new byte[1000]));

        Captured packet = Assert.Single(Capture(ring, 1));

        Assert.Equal((60, 1014), (packet.Data.Length, packet.OriginalLength));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public void Read_OutgoingPackets_AreSeenUnlessIgnored(bool ignore, int expected)
    {
        using PacketRing ring = Open(options => options with { IgnoreOutgoing = ignore });
        using PacketSender here = PacketSender.Open("b0", _test.Network);
        using PacketSender there = PacketSender.Open("a0", _test.Network);
        here.Send(Frames.Ethernet(0x9998, [1]));
        SendEnd(there);

        List<Captured> packets = CaptureToEnd(ring);

        Assert.Equal(expected - 1, packets.Count);
        Assert.All(packets, packet => Assert.Equal(PacketType.Outgoing, packet.Type));
    }

    [Fact]
    public void Read_ManyPackets_LosesNoneAndKeepsOrder()
    {
        const int Count = 20_000;

        // At the sending end: between the ends stands a queue of the kernel, which may drop on its own account.
        // Read only after the sending, so that blocks must not be closed before they are full.
        using PacketRing ring = Open(options => options with
        {
            InterfaceName = "a0",
            BlockSizeBytes = 1 << 20,
            BlockCount = 16,
            BlockTimeout = TimeSpan.FromSeconds(1),
        });
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        byte[] frame = Frames.Ethernet(0x9998, new byte[100]);
        for (int i = 0; i < Count; i++)
        {
            BitConverter.TryWriteBytes(frame.AsSpan(20), i);
            sender.Send(frame);
        }

        List<Captured> packets = Capture(ring, Count);

        Assert.Equal(Enumerable.Range(0, Count), packets.Select(packet => BitConverter.ToInt32(packet.Data, 20)));
        PacketRingStatistics statistics = ring.GetStatistics();
        Assert.Equal(new PacketRingStatistics(Count, 0, 0), statistics);
        Assert.Equal(statistics, ring.GetStatistics());
    }

    [Fact]
    public void Read_RingFull_CountsDropsAndGoesOn()
    {
        using PacketRing ring = Open(options => options with { BlockSizeBytes = Environment.SystemPageSize, BlockCount = 2 });
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        byte[] frame = Frames.Ethernet(0x9998, new byte[1000]);
        for (int i = 0; i < 200; i++)
        {
            sender.Send(frame);
        }

        Assert.True(ring.GetStatistics().Drops > 100);
        Capture(ring, 1);
        sender.Send(frame);
        Assert.NotEmpty(Capture(ring, 1));
    }

    [Fact]
    public void Read_InterfaceGoesDown_SaysSoOnceAndComesBack()
    {
        using PacketRing ring = Open();
        _test.Ip("link set b0 down");

        Assert.Equal(PacketRingStatus.InterfaceDown, Read(ring));
        Assert.Equal(PacketRingStatus.TimedOut, ring.Read(TimeSpan.FromMilliseconds(10), CancellationToken.None, out _));

        SetUp("link set b0 up");
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        sender.Send(Frames.Ethernet(0x9999, [1]));
        Assert.NotEmpty(Capture(ring, 1));
    }

    [Fact]
    public void Read_InterfaceDownFromTheStart_SaysSo()
    {
        _test.Ip("link set b0 down");
        using PacketRing ring = Open();

        Assert.Equal(PacketRingStatus.InterfaceDown, Read(ring));
    }

    [Fact]
    public void Read_InterfaceRemoved_SaysSoForGood()
    {
        using PacketRing ring = Open();
        _test.Ip("link del a0");

        PacketRingStatus status = Read(ring);
        if (status == PacketRingStatus.InterfaceDown)
        {
            status = Read(ring);
        }

        Assert.Equal(PacketRingStatus.InterfaceRemoved, status);
        Assert.Equal(PacketRingStatus.InterfaceRemoved, Read(ring));
    }

    [Fact]
    public void Read_Cancelled_ReturnsAtOnce()
    {
        using PacketRing ring = Open();
        using var cancellation = new CancellationTokenSource();
        using var waiting = new ManualResetEventSlim();
        var status = PacketRingStatus.Block;
        var thread = new Thread(() =>
        {
            waiting.Set();
            status = ring.Read(Timeout.InfiniteTimeSpan, cancellation.Token, out _);
        });
        thread.Start();
        Assert.True(waiting.Wait(Tools.Patience));

        cancellation.Cancel();

        Assert.True(thread.Join(Tools.Patience));
        Assert.Equal(PacketRingStatus.Cancelled, status);
    }

    [Fact]
    public void Dispose_WhileWaiting_EndsTheWait()
    {
        PacketRing ring = Open();
        using var waiting = new ManualResetEventSlim();
        var status = PacketRingStatus.Block;
        var thread = new Thread(() =>
        {
            waiting.Set();
            status = ring.Read(Timeout.InfiniteTimeSpan, CancellationToken.None, out _);
        });
        thread.Start();
        Assert.True(waiting.Wait(Tools.Patience));

        ring.Dispose();

        Assert.True(thread.Join(Tools.Patience));
        Assert.Equal(PacketRingStatus.Cancelled, status);
        Assert.Equal(PacketRingStatus.Cancelled, ring.Read(TimeSpan.Zero, CancellationToken.None, out _));
    }

    [Fact]
    public void Dispose_BlockInHand_StaysReadable()
    {
        PacketRing ring = Open();
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        byte[] frame = Frames.Ethernet(0x9999, [1, 2, 3]);
        sender.Send(frame);
        Assert.Equal(PacketRingStatus.Block, ring.Read(Tools.Patience, CancellationToken.None, out PacketBlock block));

        ring.Dispose();

        Assert.True(block.MoveNext());
        Assert.Equal(frame, block.Current.Data.ToArray());
        block.Dispose();
        block.Dispose();
    }

    [Fact]
    public void Read_LastBlockNotDisposed_Throws()
    {
        using PacketRing ring = Open();
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        sender.Send(Frames.Ethernet(0x9999, [1]));
        Assert.Equal(PacketRingStatus.Block, ring.Read(Tools.Patience, CancellationToken.None, out PacketBlock block));

        Assert.Throws<InvalidOperationException>(() => ring.Read(TimeSpan.Zero, CancellationToken.None, out _));
        block.Dispose();
        Assert.Equal(PacketRingStatus.TimedOut, ring.Read(TimeSpan.Zero, CancellationToken.None, out _));
    }

    [Fact]
    public void Read_ManyBlocks_AllocatesNothing()
    {
        using PacketRing ring = Open(options => options with { BlockTimeout = TimeSpan.FromMilliseconds(1) });
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        byte[] frame = Frames.Ethernet(0x9999, new byte[50]);
        long allocated = 0;
        for (int round = 0; round < 20; round++)
        {
            sender.Send(frame);
            long before = GC.GetAllocatedBytesForCurrentThread();
            PacketRingStatus status = ring.Read(Tools.Patience, CancellationToken.None, out PacketBlock block);
            int count = 0;
            foreach (PacketFrame packet in block)
            {
                count += packet.Data.Length;
            }

            block.Dispose();
            long after = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(PacketRingStatus.Block, status);

            // The first rounds compile the code.
            allocated = round < 5 ? 0 : allocated + after - before;
            Assert.Equal(64, count);
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Open_ByIndexAndPromiscuous_SetsTheMode()
    {
        using RtnetlinkClient client = RtnetlinkClient.Open(_test.Network);
        int index = client.GetLink("b0").Index;
        using (PacketRing ring = PacketRing.Open(new PacketRingOptions { InterfaceIndex = index, Namespace = _test.Network, Promiscuous = true }))
        {
            Assert.Equal(index, ring.InterfaceIndex);
            Assert.Equal(1u, client.GetLink("b0").Promiscuity);
        }

        Assert.Equal(0u, client.GetLink("b0").Promiscuity);
    }

    [Fact]
    public void Open_Fanout_SharesThePackets()
    {
        const int Count = 100;
        var fanout = new PacketFanout(4242, PacketFanoutMode.RoundRobin);
        using PacketRing first = Open(options => options with { Fanout = fanout });
        using PacketRing second = Open(options => options with { Fanout = fanout });
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        for (int i = 0; i < Count; i++)
        {
            sender.Send(Frames.Ethernet(0x9998, [1]));
        }

        Assert.Equal(Count / 2, Capture(first, Count / 2).Count);
        Assert.Equal(Count / 2, Capture(second, Count / 2).Count);
    }

    [Fact]
    public void Open_NoSuchInterface_IsNotFound()
    {
        Assert.Equal(LinuxErrorReason.NotFound, Fails(new PacketRingOptions { InterfaceName = "none0", Namespace = _test.Network }));
        Assert.Equal(LinuxErrorReason.NotFound, Fails(new PacketRingOptions { InterfaceIndex = 9999, Namespace = _test.Network }));
        Assert.Equal(LinuxErrorReason.NotFound, Fails(new PacketRingOptions { InterfaceName = new string('x', 16), Namespace = _test.Network }));
    }

    [Fact]
    public void Open_BadSizes_AreRefused()
    {
        var good = new PacketRingOptions { InterfaceName = "b0", Namespace = _test.Network };

        Assert.Throws<ArgumentException>(() => PacketRing.Open(good with { BlockSizeBytes = 1000 }));
        Assert.Throws<ArgumentException>(() => PacketRing.Open(good with { BlockSizeBytes = 0 }));
        Assert.Throws<ArgumentException>(() => PacketRing.Open(good with { BlockCount = 0 }));
        Assert.Throws<ArgumentException>(() => PacketRing.Open(good with { BlockSizeBytes = 1 << 20, BlockCount = 1 << 20 }));
        Assert.Throws<ArgumentException>(() => PacketRing.Open(good with { SnapLength = 0 }));
        Assert.Throws<ArgumentException>(() => PacketRing.Open(good with { BlockTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => PacketRing.Open(new PacketRingOptions()));
    }

    [Fact]
    public void Open_FilterTooLong_IsRefused()
    {
        var instructions = new BpfInstruction[5000];
        Array.Fill(instructions, new BpfInstruction(0x30, 0, 0, 0));
        instructions[^1] = new BpfInstruction(0x06, 0, 0, 1);

        Assert.Equal(
            LinuxErrorReason.InvalidArgument,
            Fails(new PacketRingOptions { InterfaceName = "b0", Namespace = _test.Network, Filter = new BpfProgram(instructions) }));
    }

    [Fact]
    public void Open_Tun_KnowsThatThereIsNoLinkLayer()
    {
        if (!File.Exists("/dev/net/tun"))
        {
            Assert.Skip("needs /dev/net/tun");
        }

        _test.Ip("tuntap add mode tun name tun0");
        _test.Ip("addr add 10.66.0.1/24 dev tun0");
        _test.Ip("link set tun0 up");
        using PacketRing ring = Open(options => options with { InterfaceName = "tun0" });

        Assert.Equal(HardwareType.None, ring.HardwareType);
        Assert.Equal(LinkType.RawIp, ring.LinkType);
    }

    [Fact]
    public void Send_InterfaceDown_SaysSo()
    {
        using PacketSender sender = PacketSender.Open("a0", _test.Network);
        _test.Ip("link set a0 down");

        Assert.Equal(Errno.NetworkDown, sender.TrySend(Frames.Ethernet(0x9999, [1])));
        Assert.Equal(LinuxErrorReason.InterfaceDown, Assert.Throws<LinuxException>(() => sender.Send(Frames.Ethernet(0x9999, [1]))).Reason);
    }

    [Fact]
    public void Send_FrameLongerThanTheMtu_IsRefused()
    {
        using PacketSender sender = PacketSender.Open("a0", _test.Network);

        Assert.Equal(Errno.MessageTooLong, sender.TrySend(Frames.Ethernet(0x9999, new byte[3000])));
    }

    private static LinuxErrorReason Fails(PacketRingOptions options) => Assert.Throws<LinuxException>(() => PacketRing.Open(options)).Reason;

    private static PacketRingStatus Read(PacketRing ring)
    {
        PacketRingStatus status = ring.Read(Tools.Patience, CancellationToken.None, out PacketBlock block);
        block.Dispose();
        return status;
    }

    private static void SendEnd(PacketSender sender) => sender.Send(Frames.Ethernet(0x9999, "end"u8.ToArray()));

    /// <summary>All packets before the one that <see cref="SendEnd"/> sent.</summary>
    private static List<Captured> CaptureToEnd(PacketRing ring)
    {
        var packets = new List<Captured>();
        while (packets.Count == 0 || !packets[^1].Data.AsSpan().EndsWith("end"u8))
        {
            packets.AddRange(Capture(ring, 1));
        }

        packets.RemoveAt(packets.Count - 1);
        return packets;
    }

    /// <summary>At least so many packets.</summary>
    private static List<Captured> Capture(PacketRing ring, int count)
    {
        var packets = new List<Captured>();
        while (packets.Count < count)
        {
            Assert.Equal(PacketRingStatus.Block, ring.Read(Tools.Patience, CancellationToken.None, out PacketBlock block));
            while (block.MoveNext())
            {
                PacketFrame frame = block.Current;
                packets.Add(new Captured(
                    frame.Data.ToArray(),
                    frame.OriginalLength,
                    DateTime.UnixEpoch.AddTicks(frame.TimestampNanoseconds / 100),
                    frame.HasVlan,
                    frame.VlanTci,
                    frame.VlanTpid,
                    frame.Type));
            }

            block.Dispose();
        }

        return packets;
    }

    /// <summary>
    /// Runs commands that bring both ends up, and waits until the kernel says that they work: before, it drops what is sent in silence.
    /// </summary>
    private void SetUp(params string[] commands)
    {
        using RtnetlinkListener listener = RtnetlinkListener.Open(_test.Network, RtnetlinkGroups.Links);
        _test.Batch(commands);
        var working = new HashSet<string>();
        var events = new List<RtnetlinkEvent>();
        using var patience = new CancellationTokenSource(Tools.Patience);
        while (working.Count < 2)
        {
            events.Clear();
            Assert.Equal(NetlinkReceiveStatus.Messages, listener.Receive(events, Timeout.InfiniteTimeSpan, patience.Token));
            working.UnionWith(events
                .Where(change => change.Link is { OperationalState: OperationalState.Up })
                .Select(change => change.Link!.Name));
        }
    }

    private PacketRing Open(Func<PacketRingOptions, PacketRingOptions>? change = null)
    {
        var options = new PacketRingOptions
        {
            InterfaceName = "b0",
            Namespace = _test.Network,
            BlockSizeBytes = 64 << 10,
            BlockCount = 16,
            BlockTimeout = TimeSpan.FromMilliseconds(5),
        };
        return PacketRing.Open(change?.Invoke(options) ?? options);
    }

    private sealed record Captured(
        byte[] Data, int OriginalLength, DateTime Time, bool HasVlan, ushort VlanTci, ushort VlanTpid, PacketType Type);
}
