using System.Buffers.Binary;
using System.Net;
using Skydive.Packets.Collectors;

namespace Skydive.Packets.Tests.Collectors;

/// <summary>What writers of NetFlow version 5 and IPFIX write, read by our decoder.</summary>
public sealed class NetFlowWriterTests
{
    private const long Second = 1_000_000_000;
    private const long Now = 1_700_000_000 * Second;

    private static readonly IPAddress s_exporter = IPAddress.Parse("192.0.2.1");

    private readonly RecordCollector _collector = new();
    private readonly NetFlowDecoder _decoder;

    public NetFlowWriterTests() => _decoder = new(_collector);

    public static TheoryData<bool> Formats => [false, true];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Write_Records_AreReadAsTheyWere(bool isIpfix)
    {
        INetFlowWriter writer = Make(isIpfix);
        NetFlowRecord[] records = [.. Enumerable.Range(0, 5).Select(i => Record(i, isIPv6: isIpfix && i % 2 == 1))];
        foreach (ref readonly var record in records.AsSpan())
        {
            Assert.True(writer.CanHold(in record));
            Assert.True(writer.TryAdd(in record));
        }

        Assert.True(writer.HasRecords);
        Assert.True(_decoder.Decode(writer.Finish(Now), s_exporter));
        Assert.False(writer.HasRecords);
        Assert.Equal(5, _collector.Records.Count);
        for (int i = 0; i < records.Length; i++)
        {
            var (expected, actual) = (records[i], _collector.Records[i]);
            Assert.Equal((expected.Network, expected.SourceHigh, expected.SourceLow, expected.DestinationHigh, expected.DestinationLow), (actual.Network, actual.SourceHigh, actual.SourceLow, actual.DestinationHigh, actual.DestinationLow));
            Assert.Equal((expected.Protocol, expected.SourcePort, expected.DestinationPort, expected.TcpFlags), (actual.Protocol, actual.SourcePort, actual.DestinationPort, actual.TcpFlags));
            Assert.Equal((expected.Packets, expected.Bytes, expected.StartNanoseconds, expected.LastNanoseconds), (actual.Packets, actual.Bytes, actual.StartNanoseconds, actual.LastNanoseconds));
            Assert.Equal(isIpfix ? (expected.SourceMac, expected.DestinationMac, expected.Vlan) : (0UL, 0UL, (ushort)0), (actual.SourceMac, actual.DestinationMac, actual.Vlan));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Write_ManyDatagrams_HaveTheirSequenceAndFitAnEthernet(bool isIpfix)
    {
        INetFlowWriter writer = Make(isIpfix);
        int datagrams = 0;
        for (int i = 0; i < 2000; i++)
        {
            var record = Record(i, isIPv6: false);
            if (!writer.TryAdd(in record))
            {
                Send();
                Assert.True(writer.TryAdd(in record));
            }
        }

        Send();
        Assert.Equal((2000, 0, 0), (_decoder.Statistics.Records, _decoder.Statistics.Lost, _decoder.Statistics.Malformed));

        // One that is not sent is missing.
        var last = Record(1, isIPv6: false);
        writer.TryAdd(in last);
        writer.Finish(Now);
        writer.TryAdd(in last);
        _decoder.Decode(writer.Finish(Now), s_exporter);
        Assert.Equal(1, _decoder.Statistics.Lost);
        Assert.Equal(isIpfix ? 1 : 0, Math.Min(1, _decoder.Statistics.Templates));

        void Send()
        {
            var datagram = writer.Finish(Now + (datagrams++ * 1_000_000L));
            Assert.InRange(datagram.Length, 1, 1472);
            Assert.True(_decoder.Decode(datagram, s_exporter));
        }
    }

    [Fact]
    public void Ipfix_Templates_AreRepeatedAfterMessagesAndAfterTime()
    {
        var writer = new IpfixWriter(7, 3);
        var lengths = new List<int>();
        for (int i = 0; i < 41; i++)
        {
            lengths.Add(SendOne(Now));
        }

        int long1 = lengths[0];
        Assert.Equal([0, 20, 40], lengths.Select(static (length, i) => (length, i)).Where(entry => entry.length == long1).Select(static entry => entry.i));
        Assert.True(SendOne(Now + (59 * Second)) < long1);
        Assert.Equal(long1, SendOne(Now + (60 * Second)));

        // Who comes later has them too.
        var late = new NetFlowDecoder(_collector);
        var record = Record(1, isIPv6: true);
        writer.TryAdd(in record);
        late.Decode(writer.Finish(Now + (61 * Second)), s_exporter);
        Assert.Empty(_collector.Records);
        writer.TryAdd(in record);
        late.Decode(writer.Finish(Now + (200 * Second)), s_exporter);
        Assert.Equal(2, _collector.Records.Count);

        int SendOne(long now)
        {
            var one = Record(1, isIPv6: false);
            writer.TryAdd(in one);
            return writer.Finish(now).Length;
        }
    }

    [Fact]
    public void Version5_TimesBeforeTheWriterWasMade_AreWrittenAndHeaderSaysWhatFollows()
    {
        var writer = new NetFlowV5Writer(0x1234, 70_000);
        var old = Record(1, isIPv6: false) with { StartNanoseconds = Now - (5000 * Second), LastNanoseconds = Now - Second, Protocol = 253 };
        writer.TryAdd(in old);
        var datagram = writer.Finish(Now).ToArray();

        Assert.True(_decoder.Decode(datagram, s_exporter));
        Assert.Equal((old.StartNanoseconds, old.LastNanoseconds, 253), (_collector.Records[0].StartNanoseconds, _collector.Records[0].LastNanoseconds, _collector.Records[0].Protocol));
        uint uptime = BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(4));
        Assert.True(BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(24 + 24)) < BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(24 + 28)));
        Assert.True(BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(24 + 28)) <= uptime);
        Assert.Equal((5, 1, 0x1234, ushort.MaxValue), (U16(datagram, 0), U16(datagram, 2), U16(datagram, 20), U16(datagram, 24 + 12)));

        // A hundred days later the uptime has not overflowed.
        var young = Record(2, isIPv6: false) with { StartNanoseconds = Now + (100L * 86400 * Second), LastNanoseconds = Now + (100L * 86400 * Second) };
        writer.TryAdd(in young);
        Assert.True(_decoder.Decode(writer.Finish(young.LastNanoseconds), s_exporter));
        Assert.Equal(young.StartNanoseconds, _collector.Records[1].StartNanoseconds);
        var ipv6 = Record(1, isIPv6: true);
        Assert.False(writer.CanHold(in ipv6));
    }

    private static INetFlowWriter Make(bool isIpfix) => isIpfix ? new IpfixWriter(7, 3) : new NetFlowV5Writer(7, 3);

    private static int U16(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(offset));

    private static NetFlowRecord Record(int i, bool isIPv6) => new()
    {
        Network = isIPv6 ? LayerType.IPv6 : LayerType.IPv4,
        SourceHigh = isIPv6 ? 0x20010db800000000UL : 0,
        SourceLow = 0x0a000001UL + (ulong)i,
        DestinationHigh = isIPv6 ? 0x20010db800000000UL : 0,
        DestinationLow = 0x0a010001,
        Protocol = 6,
        SourcePort = (ushort)(1000 + i),
        DestinationPort = 443,
        TcpFlags = TcpFlags.Fin,
        SourceMac = 0x020000000001,
        DestinationMac = 0x020000000002,
        Vlan = 8,
        Packets = 5 + i,
        Bytes = 500 + i,
        StartNanoseconds = Now - (2 * Second),
        LastNanoseconds = Now - (Second / 2),
    };
}
