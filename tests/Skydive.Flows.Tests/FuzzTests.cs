using System.Diagnostics;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Flows.Layers;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;
using Skydive.Flows.Layers;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

/// <summary>Frames that are as good as random: none is read beyond its end, throws, takes long or gets lost.</summary>
public sealed class FuzzTests
{
    private static readonly byte[] s_dns =
    [
        0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 1, 3, .. "www"u8, 7, .. "example"u8, 0, 0, 1, 0, 1,
        0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, 2, 0xc0, 16, 0xc0, 16, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1,
        0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 6, 0, 10, 0, 2, 1, 2,
    ];

    private static FrameBuilder There => new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB);

    public static TheoryData<LinkType, bool> Kinds
    {
        get
        {
            var kinds = new TheoryData<LinkType, bool>();
            foreach (LinkType linkType in new[] { LinkType.Ethernet, LinkType.Raw, LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.IPv6 })
            {
                kinds.Add(linkType, false);
                kinds.Add(linkType, true);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Process_OfMutatedFrames_KeepsEveryPacketAccountedFor(LinkType linkType, bool withOptions) => Fuzz(linkType, withOptions, 40_000);

    [Theory(Explicit = true)]
    [Trait("Category", "Fuzz")]
    [MemberData(nameof(Kinds))]
    public void Process_OfTenMillionMutatedFrames_KeepsEveryPacketAccountedFor(LinkType linkType, bool withOptions) =>
        Fuzz(linkType, withOptions, linkType == LinkType.Ethernet ? 10_000_000 : 1_000_000);

    [Fact]
    public void Decode_OfMutatedDnsMessages_GivesWhatIsWhole() => FuzzDns(40_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Decode_OfTenMillionMutatedDnsMessages_GivesWhatIsWhole() => FuzzDns(10_000_000);

    [Fact]
    public void Decode_OfMutatedDhcpMessages_GivesWhatIsWhole() => FuzzDhcp(40_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Decode_OfTenMillionMutatedDhcpMessages_GivesWhatIsWhole() => FuzzDhcp(10_000_000);

    [Fact]
    public void Decode_OfMutatedVrrpAdvertisements_GivesWhatIsWhole() => FuzzVrrp(40_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Decode_OfTenMillionMutatedVrrpAdvertisements_GivesWhatIsWhole() => FuzzVrrp(10_000_000);

    private static byte[][] Seeds()
    {
        byte[] Inner(FrameBuilder outer) => outer.IPv4(AddressB, AddressA).Tcp(1, 2, TcpFlags.Syn).Payload(new byte[20]).Build();
        FrameBuilder There6() => new FrameBuilder().Ethernet(MacB, MacA).IPv6(AddressB6, AddressA6);
        return
        [
            Arp(), Tcp(TcpFlags.Syn, payload: 20), Tcp(TcpFlags.Fin | TcpFlags.Ack, isFromB: true), Udp(payload: 30), Echo(), Vlans(1, 2, 3),
            There6().IPv6Extension(IpProtocol.HopByHop, new byte[6]).IPv6Extension(IpProtocol.Fragment, new byte[6]).Tcp(1, 2, TcpFlags.Fin).Payload(new byte[9]).Build(),
            There6().IPv6Extension(IpProtocol.Fragment, [0, 1, 0, 0, 0, 9]).Payload(new byte[64]).Build(),
            There6().IPv6Extension(IpProtocol.Fragment, [0, 64, 0, 0, 0, 9]).Payload(new byte[30]).Build(),
            There6().IcmpV6(IcmpV6Type.EchoRequest, 0, 1, 2).Build(),
            new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB, protocol: IpProtocol.Udp, identification: 3, fragment: 0x2000).Payload(new byte[64]).Build(),
            new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB, protocol: IpProtocol.Udp, identification: 3, fragment: 8).Payload(new byte[40]).Build(),
            Inner(There.Gre()), Inner(There.Gre(key: 1, sequence: 2, hasChecksum: true)), Inner(There.Gre(sequence: 1).Erspan(3).Ethernet(MacA, MacB)),
            Inner(There.Gre().Mpls(1).Mpls(2)), Inner(There.Udp(9, 4789).Vxlan(7).Ethernet(MacB, MacA)), Inner(There6().Udp(9, 8472).Vxlan(7).Ethernet(MacB, MacA).Vlan(2)),
            Inner(There.Udp(9, 6081).Geneve(7, [1, 2, 3, 4]).Ethernet(MacB, MacA)), Inner(There.Udp(9, 51234).Mpls(5)), Inner(There), Inner(There6()),
            Inner(new FrameBuilder().Ethernet(MacA, MacB).Mpls(3).Payload(new byte[4]).Ethernet(MacA, MacB)),
            Inner(There.Udp(9, 4789).Vxlan(7).Ethernet(MacB, MacA).IPv4(AddressB, AddressA).Gre(key: 3).IPv6(AddressA6, AddressB6)),
            There.Udp(40000, 53).Payload(s_dns).Build(), There.Udp(68, 67).Payload([1, 1, 6, 0, .. new byte[232], 0x63, 0x82, 0x53, 0x63, 255]).Build(),
            new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB, protocol: IpProtocol.Vrrp).Payload([0x21, 1, 100, 1, 0, 1, 0, 0, 10, 0, 0, 1]).Build(),
            There.Udp(1, 123).Payload([0x23, .. new byte[47]]).Build(), There.Udp(5060, 5060).Payload("INVITE sip:a SIP/2.0\r\n"u8).Build(),
            new FrameBuilder().Ethernet(MacA, MacB, 0x8864).Payload([0x11, 0, 0, 1, 0, 24, 0, 0x21, 0x45, .. new byte[30]]).Build(),
            new FrameBuilder().Ethernet(MacA, MacB, 0x88cc).Payload(new byte[30]).Build(), new FrameBuilder().Ethernet(MacA, MacB, 38).Payload([0xaa, 0xaa, 3, 0, 0, 0, 8, 0]).Build(),
        ];
    }

    private static void Fuzz(LinkType linkType, bool withOptions, int count)
    {
        const long BetweenFrames = 10_000;
        byte[][] seeds = Seeds();
        var random = new Random(7);
        var counter = new Counter();
        var options = new FlowTableOptions { LinkType = linkType, MaxEntries = 1000, UpdateInterval = TimeSpan.FromSeconds(1) };
        if (withOptions)
        {
            options = options with
            {
                Defragment = true,
                ReassembleTcp = true,
                ExtraTcpMetric = true,
                ExtraLayers = ExtraLayers.All,
                RawPacketLimit = 3,
                HeaderSize = 100,
                MplsUdpPort = 51234,
                MaxFragmentBytes = 50_000,
                MaxWaitingSegments = 100,
                MaxRawPacketBytes = 200_000,
            };
        }

        using var memory = new GuardedMemory();
        using var table = new FlowTable(options, counter);
        byte[] buffer = new byte[2048];
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> frame = Mutate(seeds, buffer, random, linkType);
            table.Process(memory.Put(frame), random.Next(-5, 2000), Epoch + (i * BetweenFrames), random.Next(8) == 0 ? new VlanTag((ushort)random.Next(65536)) : default);
            if (i % 1000 == 0)
            {
                table.Tick(Epoch + (i * BetweenFrames));
            }
        }

        table.Flush();
        FlowStats stats = table.GetStats();
        Assert.InRange(table.Search(new FlowSearch()).Count, 1, 1000);
        Assert.InRange(table.SizeBytes, 1, 8 << 20);
        table.Finish(Epoch + (count * BetweenFrames));
        Assert.Equal(count, stats.PacketsReceived);

        // What each outermost flow was sent with adds up to every packet that was valid.
        Assert.Equal(count - stats.PacketsInvalid, counter.OutermostPackets);
        Assert.True(counter.InnerFlows > 0 || count < 1000);
        Assert.True(stats.PacketsInvalid < count && stats.TunnelsInvalid > 0);

        // A hundred times what it takes: a frame that costs more than its bytes would show.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10 + (count * 100e-6));
    }

    // A seed with some bytes changed, of another link type, cut short, or with more of another one behind it.
    private static ReadOnlySpan<byte> Mutate(byte[][] seeds, byte[] buffer, Random random, LinkType linkType)
    {
        byte[] seed = seeds[random.Next(seeds.Length)];
        int prefix = linkType switch
        {
            LinkType.LinuxSll => 16,
            LinkType.LinuxSll2 => 20,
            _ => 0,
        };
        int start = linkType == LinkType.Ethernet ? 0 : 14;
        buffer.AsSpan(0, prefix).Clear();
        if (prefix > 0)
        {
            seed.AsSpan(12, 2).CopyTo(buffer.AsSpan(linkType == LinkType.LinuxSll ? 14 : 0));
        }

        seed.AsSpan(start).CopyTo(buffer.AsSpan(prefix));
        int length = prefix + seed.Length - start;
        if (random.Next(10) == 0)
        {
            byte[] other = seeds[random.Next(seeds.Length)];
            int position = random.Next(length);
            other.CopyTo(buffer, position);
            length = position + other.Length;
        }

        for (int n = random.Next(6); n > 0; n--)
        {
            buffer[random.Next(length)] = random.Next(4) switch
            {
                0 => 0xff,
                1 => 0,
                _ => (byte)random.Next(256),
            };
        }

        return buffer.AsSpan(0, random.Next(4) == 0 ? random.Next(length + 1) : length);
    }

    private static void FuzzDns(int count)
    {
        var random = new Random(13);
        using var memory = new GuardedMemory();
        int records = 0;
        for (int i = 0; i < count; i++)
        {
            records += DnsDecoder.Decode(memory.Put(MutateMessage(s_dns, random)), i)?.Answers?.Count ?? 0;
        }

        Assert.True(records > count / 2);
    }

    private static void FuzzDhcp(int count)
    {
        byte[] seed = [1, 1, 6, 0, 1, 2, 3, 4, 0, 7, 0x80, 0, .. new byte[32], .. "server"u8, .. new byte[58], .. "file"u8, .. new byte[124], 0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255];
        var random = new Random(14);
        using var memory = new GuardedMemory();
        int whole = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> message = memory.Put(MutateMessage(seed, random));
            DhcpV4Layer? layer = DhcpV4Decoder.Decode(message);
            Assert.Equal(message.Length < 12, layer is null);
            Assert.Equal(message.Length < 108, layer?.ServerName is null);
            Assert.Equal(message.Length < 236, layer?.File is null);
            whole += layer?.File is { Length: 128 } ? 1 : 0;
        }

        Assert.True(whole > count / 2);
    }

    private static void FuzzVrrp(int count)
    {
        byte[] seed = [0x21, 1, 100, 1, 0, 1, 0, 0, 10, 0, 0, 1];
        var random = new Random(15);
        using var memory = new GuardedMemory();
        int whole = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> message = memory.Put(MutateMessage(seed, random));
            VrrpV2Layer? layer = VrrpV2Decoder.Decode(message);
            Assert.Equal(message.Length < 8 || message[0] >> 4 != 2, layer is null);
            whole += layer is null ? 0 : 1;
        }

        Assert.True(whole > count / 4);
    }

    // A message with some bytes changed, at times cut short.
    private static ReadOnlySpan<byte> MutateMessage(byte[] seed, Random random)
    {
        byte[] message = (byte[])seed.Clone();
        for (int n = random.Next(8); n > 0; n--)
        {
            message[random.Next(message.Length)] = (byte)random.Next(256);
        }

        return message.AsSpan(0, random.Next(4) == 0 ? random.Next(message.Length + 1) : message.Length);
    }

    private sealed class Counter : IFlowSink
    {
        public long OutermostPackets { get; private set; }

        public long InnerFlows { get; private set; }

        public void OnFlows(FlowBatch flows)
        {
            // By way of the codec, so that it meets them too.
            foreach (Flow flow in FlowChunk.Decode(FlowChunk.Encode(flows, compress: false)))
            {
                if (flow.ParentUUID.Length == 0)
                {
                    OutermostPackets += flow.LastUpdateMetric!.ABPackets + flow.LastUpdateMetric.BAPackets;
                }
                else
                {
                    InnerFlows++;
                }
            }
        }
    }
}
