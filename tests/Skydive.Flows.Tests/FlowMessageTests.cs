using Skydive.Contracts.Flows;
using Skydive.Flows.Encoding;
using Skydive.Flows.Table;

namespace Skydive.Flows.Tests;

public sealed class FlowMessageTests
{
    private static readonly Guid s_run = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    [Fact]
    public void Decode_OfAMessage_GivesWhatWasEncoded()
    {
        var flow = new Flow { UUID = "1f", LayersPath = "Ethernet/IPv4/TCP", Application = "TCP", Start = 5, Last = 6 };
        var packets = RandomPackets(new Random(1));

        var whole = FlowMessage.Decode(FlowMessage.Encode(s_run, long.MaxValue, FlowChunk.Encode([flow]), RawPacketChunk.Encode(packets)));
        Assert.Equal((s_run, long.MaxValue), (whole.Run, whole.Sequence));
        Assert.Equal([flow], whole.Flows);
        AssertSame(packets, whole.Packets);

        var empty = FlowMessage.Decode(FlowMessage.Encode(s_run, 1, [], []));
        Assert.Empty(empty.Flows);
        Assert.Empty(empty.Packets);
    }

    [Fact]
    public void Decode_OfWhatIsNoMessage_SaysWhatIsWrong()
    {
        byte[] good = FlowMessage.Encode(s_run, 1, FlowChunk.Encode([]), RawPacketChunk.Encode([]));
        Assert.Contains("SkFM", Refuse([]), StringComparison.Ordinal);
        Assert.Contains("SkFM", Refuse(FlowChunk.Encode([])), StringComparison.Ordinal);
        Assert.Contains("version", Refuse(With(good, 4, 9)), StringComparison.Ordinal);
        Assert.Contains("sequence", Refuse(FlowMessage.Encode(s_run, 0, [], [])), StringComparison.Ordinal);
        Assert.Contains("sequence", Refuse(FlowMessage.Encode(s_run, -1, [], [])), StringComparison.Ordinal);
        Assert.Contains("header says", Refuse([.. good, 0]), StringComparison.Ordinal);
        Assert.Contains("header says", Refuse(good[..^1]), StringComparison.Ordinal);
        Assert.Contains("header says", Refuse(With(good, 39, 0xff)), StringComparison.Ordinal);
        Assert.Contains("checksum", Refuse(With(good, good.Length - 1, (byte)(good[^1] ^ 1))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RawPackets_OfAnyKind_ComeBackAsTheyWere(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 200; i++)
        {
            var packets = RandomPackets(random);
            AssertSame(packets, RawPacketChunk.Decode(RawPacketChunk.Encode(packets)));
        }
    }

    [Theory]
    [InlineData("eth-ip4-arp-dns-req-http-google.pcap")]
    [InlineData("gre-gre-icmpv4.pcap")]
    [InlineData("simple-tcpv6.pcap")]
    [InlineData("vxlan-icmpv4-truncated.pcap")]
    public void Message_OfATraceWithAllItsPackets_GivesFlowsAndPacketsAsTheTableSentThem(string trace)
    {
        var batches = new Batches();
        using (var reader = Packets.Pcap.PcapReader.Open(Traces.Find(trace)))
        {
            Offline.PcapFlows.Read(reader, new FlowTableOptions { RawPacketLimit = int.MaxValue, HeaderSize = 4096 }, batches, CancellationToken.None);
        }

        var packets = batches.All.SelectMany(static batch => batch.RawPackets).ToList();
        var message = FlowMessage.Decode(FlowMessage.Encode(s_run, 1, FlowChunk.EncodeBatches(batches.All), RawPacketChunk.Encode(packets)));

        Assert.Equal(batches.All.SelectMany(static batch => batch), message.Flows);
        AssertSame(packets, message.Packets);
        var newest = message.Flows.GroupBy(static flow => flow.UUID).Select(static updates => updates.MaxBy(static flow => flow.Last)!);
        Assert.Equal(newest.Sum(static flow => flow.RawPacketsCaptured), packets.Sum(static flow => flow.Packets.Count));
        Assert.Equal(newest.Sum(static flow => flow.Metric!.ABPackets + flow.Metric.BAPackets), packets.Sum(static flow => flow.Packets.Count));
    }

    [Fact]
    public void RawPackets_MutatedBytes_AreRefusedWithOneError() => Fuzz(40_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void RawPackets_TenMillionMutations_AreRefusedWithOneError() => Fuzz(10_000_000);

    // With a checksum that is right each time, or nothing behind it would be met.
    private static void Fuzz(int count)
    {
        var random = new Random(5);
        byte[][] seeds = [.. Enumerable.Range(0, 20).Select(_ => RawPacketChunk.Encode(RandomPackets(random)))];
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = [.. seeds[random.Next(seeds.Length)]];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(8, bytes.Length)] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(256);
            }

            bytes = random.Next(4) == 0 ? [.. bytes.AsSpan(0, random.Next(16, bytes.Length + 1))] : bytes;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8), Hashing.XxHash64.Hash(bytes.AsSpan(0, bytes.Length - 8)));
            try
            {
                var decoded = RawPacketChunk.Decode(bytes);
                Assert.True(decoded.Sum(static flow => flow.Packets.Sum(static packet => packet.Data.Length)) <= bytes.Length);
            }
            catch (FlowChunkException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, count / 10, count);
    }

    private static IReadOnlyList<FlowRawPackets> RandomPackets(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(5)).Select(flow => new FlowRawPackets(
            random.Next(8) == 0 ? string.Empty : $"{random.NextInt64():x}é",
            [
                .. Enumerable.Range(0, random.Next(6)).Select(_ =>
                {
                    byte[] data = new byte[random.Next(300)];
                    random.NextBytes(data);
                    return new RawPacket
                    {
                        Timestamp = random.Next(5) == 0 ? long.MinValue : 1_700_000_000_000 + random.Next(1000),
                        Index = random.Next(5) == 0 ? long.MaxValue : random.Next(100),
                        LinkType = random.Next(3) == 0 ? int.MaxValue : 1,
                        Data = data,
                    };
                }),
            ])),
    ];

    private static void AssertSame(IReadOnlyList<FlowRawPackets> expected, IReadOnlyList<FlowRawPackets> actual)
    {
        Assert.Equal(expected.Select(static flow => flow.FlowUUID), actual.Select(static flow => flow.FlowUUID));
        Assert.Equal(
            expected.SelectMany(static flow => flow.Packets).Select(static packet => (packet.Timestamp, packet.Index, packet.LinkType, Convert.ToHexString(packet.Data))),
            actual.SelectMany(static flow => flow.Packets).Select(static packet => (packet.Timestamp, packet.Index, packet.LinkType, Convert.ToHexString(packet.Data))));
    }

    private sealed class Batches : IFlowSink
    {
        public List<FlowBatch> All { get; } = [];

        public void OnFlows(FlowBatch flows) => All.Add(flows);
    }

    private static string Refuse(byte[] bytes) => Assert.Throws<FlowChunkException>(() => FlowMessage.Decode(bytes)).Message;

    private static byte[] With(byte[] bytes, int position, byte value)
    {
        byte[] changed = [.. bytes];
        changed[position] = value;
        return changed;
    }
}
