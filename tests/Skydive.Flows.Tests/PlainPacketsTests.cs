using Skydive.Contracts.Flows;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

/// <summary>What is read the short way is what the full decoder reads.</summary>
public sealed class PlainPacketsTests
{
    private static byte[][] Seeds() =>
    [
        Tcp(TcpFlags.Syn, payload: 20), Tcp(TcpFlags.Fin | TcpFlags.Ack, isFromB: true), Tcp(TcpFlags.Ack), Tcp(TcpFlags.Rst), Udp(payload: 30), Udp(isFromB: true),
        new FrameBuilder().Ethernet(MacA, MacB).Vlan(4).IPv4(AddressA, AddressB).Tcp(1, 2, TcpFlags.Ack).Build(),
        new FrameBuilder().Ethernet(MacA, MacB).Vlan(4).Vlan(5).IPv4(AddressA, AddressB).Udp(1, 2).Build(),
        new FrameBuilder().Ethernet(MacA, MacB).Vlan(4).Vlan(5).Vlan(6).IPv4(AddressA, AddressB).Udp(1, 2).Build(),
        new FrameBuilder().Ethernet(MacA, MacB).IPv6(AddressA6, AddressB6).Tcp(1000, 2000, TcpFlags.Syn | TcpFlags.Ack).Payload(new byte[5]).Build(),
        new FrameBuilder().Ethernet(MacB, MacA).Vlan(7).IPv6(AddressB6, AddressA6).Udp(1000, 3000).Payload(new byte[5]).Build(),
        new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressA).Udp(1000, 3000).Build(),
        new FrameBuilder().Ethernet(MacA, MacA).IPv4(AddressA, AddressA).Tcp(2000, 1000, TcpFlags.Ack).Build(),
        new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB).Udp(40000, 53).Payload(new byte[40]).Build(),
        new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB).Udp(40000, 4789).Payload(new byte[40]).Build(),
    ];

    [Fact]
    public void TryRead_OfMutatedFrames_GivesWhatTheFullDecoderGives() => Compare(400_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void TryRead_OfTenMillionMutatedFrames_GivesWhatTheFullDecoderGives() => Compare(10_000_000);

    [Fact]
    public unsafe void TryRead_OfPlainFrames_TakesThem()
    {
        byte[][] seeds = Seeds();
        PendingPacket pending = default;
        for (int i = 0; i < seeds.Length; i++)
        {
            // Three tags, and the ports of other protocols, are for the full decoder.
            bool isPlain = i is not (8 or 13 or 14);
            Assert.Equal(isPlain, PlainPackets.TryRead(seeds[i], seeds[i].Length, Epoch, default, useLink: true, &pending));
        }
    }

    private static unsafe void Compare(int count)
    {
        byte[][] seeds = Seeds();
        var random = new Random(3);
        using var memory = new GuardedMemory();
        using var linkTable = new FlowTable(new FlowTableOptions(), new NoSink());
        using var networkTable = new FlowTable(new FlowTableOptions { LayerKeyMode = LayerKeyMode.L3 }, new NoSink());
        PendingPacket expected = default;
        PendingPacket actual = default;
        byte[] buffer = new byte[256];
        int plain = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] seed = seeds[random.Next(seeds.Length)];
            seed.CopyTo(buffer, 0);
            for (int n = random.Next(4); n > 0; n--)
            {
                // Header bytes of plain packets, and what makes them others, rather than any.
                buffer[random.Next(seed.Length)] = (random.Next(4)) switch { 0 => 0, 1 => 0xff, 2 => (byte)random.Next(256), _ => seed[random.Next(seed.Length)] };
            }

            int length = random.Next(4) == 0 ? random.Next(seed.Length + 1) : seed.Length;
            ReadOnlySpan<byte> frame = memory.Put(buffer.AsSpan(0, length));
            VlanTag tag = random.Next(4) == 0 ? new VlanTag((ushort)random.Next(65536)) : default;
            int originalLength = random.Next(-5, 2000);
            bool useLink = random.Next(2) == 0;

            // What is not written must not be what the other wrote.
            new Span<byte>(&expected, sizeof(PendingPacket)).Clear();
            new Span<byte>(&actual, sizeof(PendingPacket)).Fill(0xcc);
            if (!PlainPackets.TryRead(frame, originalLength, Epoch + i, tag, useLink, &actual))
            {
                continue;
            }

            plain++;
            FlowTable table = useLink ? linkTable : networkTable;
            Assert.True(PacketDecoder.TryDecode(frame, LinkType.Ethernet, tag, out DecodedPacket packet));
            Assert.Equal(PacketTraits.None, packet.Traits);
            table.Fill(&expected, in packet, frame.Length, originalLength, Epoch + i, tag);
            Assert.True(expected.Key == actual.Key);
            Assert.Equal(
                (expected.TimestampNanoseconds, expected.Path, expected.VlanIdentifiers, expected.SourceMac, expected.DestinationMac, expected.Length, expected.Signals),
                (actual.TimestampNanoseconds, actual.Path, actual.VlanIdentifiers, actual.SourceMac, actual.DestinationMac, actual.Length, actual.Signals));
            Assert.Equal(
                (expected.IcmpSequence, expected.TunnelIdentifier, expected.SourcePort, expected.DestinationPort, expected.Order, expected.HasLink, expected.Level),
                (actual.IcmpSequence, actual.TunnelIdentifier, actual.SourcePort, actual.DestinationPort, actual.Order, actual.HasLink, actual.Level));
        }

        Assert.True(plain > count / 3);
    }

    private sealed class NoSink : IFlowSink
    {
        public void OnFlows(FlowBatch flows)
        {
        }
    }
}
