using System.Net;
using Skydive.Packets.Collectors;

namespace Skydive.Packets.Tests.Collectors;

public sealed class NetFlowDecoderTests
{
    private const uint Now = 1_700_000_000;
    private const long NowNanoseconds = Now * 1_000_000_000L;
    private const long Millisecond = 1_000_000;

    private static readonly IPAddress s_exporter = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_other = IPAddress.Parse("2001:db8::1");

    private readonly RecordCollector _collector = new();
    private readonly NetFlowDecoder _decoder;

    public NetFlowDecoderTests() => _decoder = new(_collector);

    [Fact]
    public void Version5_Record_IsRead()
    {
        Assert.True(_decoder.Decode(V5(sampling: 0x4000 | 100, new Bytes().U32(0x0a000001, 0x0a000002, 0).U16(1, 2).U32(7, 900, 5_000, 9_000).U16(1234, 80).U8(0, 0x13, 6, 0).U16(0, 0).U8(24, 24, 0, 0)), s_exporter));

        var record = Assert.Single(_collector.Records);
        Assert.Equal((LayerType.IPv4, 0x0a000001UL, 0x0a000002UL), (record.Network, record.SourceLow, record.DestinationLow));
        Assert.Equal((6, 1234, 80), (record.Protocol, record.SourcePort, record.DestinationPort));
        Assert.Equal((7, 900), (record.Packets, record.Bytes));
        Assert.Equal(TcpFlags.Fin | TcpFlags.Syn | TcpFlags.Ack, record.TcpFlags);
        Assert.Equal(100u, record.SamplingRate);

        // The uptime of the header is 10,000 ms.
        Assert.Equal(NowNanoseconds - (5_000 * Millisecond), record.StartNanoseconds);
        Assert.Equal(NowNanoseconds - (1_000 * Millisecond), record.LastNanoseconds);
    }

    [Fact]
    public void Version5_UptimeOverflowed_TimesAreRightAllTheSame()
    {
        Assert.True(_decoder.Decode(V5(0, RecordV5(first: uint.MaxValue - 999, last: 4_000)), s_exporter));

        var record = Assert.Single(_collector.Records);
        Assert.Equal(NowNanoseconds - (11_000 * Millisecond), record.StartNanoseconds);
        Assert.Equal(NowNanoseconds - (6_000 * Millisecond), record.LastNanoseconds);
    }

    [Fact]
    public void Version5_Icmp_TypeAndCodeAreInThePort()
    {
        _decoder.Decode(V5(0, new Bytes().U32(1, 2, 0).U16(1, 2).U32(1, 84, 0, 0).U16(0, 0x0301).U8(0, 0, 1, 0).U16(0, 0).U8(0, 0, 0, 0)), s_exporter);

        var record = Assert.Single(_collector.Records);
        Assert.Equal((3, 1), (record.IcmpType, record.IcmpCode));
    }

    [Fact]
    public void Version5_UnknownProtocol_IsARecordLikeOthers()
    {
        _decoder.Decode(V5(0, new Bytes().U32(1, 2, 0).U16(1, 2).U32(1, 84, 0, 0).U16(0, 0).U8(0, 0, 253, 0).U16(0, 0).U8(0, 0, 0, 0)), s_exporter);

        Assert.Equal(253, Assert.Single(_collector.Records).Protocol);
    }

    [Fact]
    public void Version9_TemplateThenData_IsRead()
    {
        var template = new Bytes().U16(256, 9, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 1, 4, 2, 4, 22, 4, 21, 4);
        var data = new Bytes().U32(0x0a000001, 0x0a000002).U16(5000, 53).U8(17).U32(120, 2, 1_000, 2_000).U8(0, 0, 0);

        Assert.True(_decoder.Decode(V9(1, (0, template), (256, data)), s_exporter));

        var record = Assert.Single(_collector.Records);
        Assert.Equal((17, 5000, 53), (record.Protocol, record.SourcePort, record.DestinationPort));
        Assert.Equal((2, 120), (record.Packets, record.Bytes));
        Assert.Equal(NowNanoseconds - (9_000 * Millisecond), record.StartNanoseconds);
        Assert.Equal(1u, record.SamplingRate);
        Assert.Equal(1, _decoder.Statistics.Templates);
    }

    [Fact]
    public void Version9_DataBeforeItsTemplate_WaitsForIt()
    {
        var template = new Bytes().U16(256, 1, 2, 4);
        Assert.True(_decoder.Decode(V9(1, (256, new Bytes().U32(7))), s_exporter));
        Assert.Empty(_collector.Records);
        Assert.Equal(1, _decoder.Statistics.SetsWithoutTemplate);

        _decoder.Decode(V9(2, (0, template)), s_exporter);
        Assert.Equal(7, Assert.Single(_collector.Records).Packets);
        Assert.Equal(0, _decoder.Statistics.SetsWithoutTemplate);
        _collector.Records.Clear();

        // Another exporter, another source of the same one and another version have templates of their own.
        _decoder.Decode(V9(1, (256, new Bytes().U32(7))), s_other);
        _decoder.Decode(V9(1, sourceId: 9, (256, new Bytes().U32(7))), s_exporter);
        _decoder.Decode(Ipfix(0, (256, new Bytes().U32(7))), s_exporter);
        Assert.Empty(_collector.Records);

        _decoder.Decode(V9(3, (256, new Bytes().U32(7, 8, 9))), s_exporter);
        Assert.Equal([7L, 8, 9], _collector.Records.Select(static record => record.Packets));
    }

    [Fact]
    public void Version9_MoreDataThanThereIsRoomFor_TheLatestWaits()
    {
        for (uint i = 0; i < 300; i++)
        {
            _decoder.Decode(V9(1 + i, (256, new Bytes().U32(i))), s_exporter);
        }

        // Who comes when all room is taken by others has none.
        _decoder.Decode(V9(1, (256, new Bytes().U32(1))), s_other);
        Assert.Equal(301, _decoder.Statistics.SetsWithoutTemplate);

        _decoder.Decode(V9(301, (0, new Bytes().U16(256, 1, 2, 4))), s_exporter);
        Assert.Equal(Enumerable.Range(44, 256).Select(static i => (long)i), _collector.Records.Select(static record => record.Packets));
        Assert.Equal(45, _decoder.Statistics.SetsWithoutTemplate);

        _decoder.Decode(V9(2, (256, new Bytes().U32(5))), s_other);
        _decoder.Decode(V9(3, (0, new Bytes().U16(256, 1, 2, 4))), s_other);
        Assert.Equal(5, _collector.Records[^1].Packets);
    }

    [Fact]
    public void Version9_OptionsSayHowSamplingIsDone_RecordsSayItToo()
    {
        var options = new Bytes().U16(257, 4, 8, 1, 4, 34, 4, 35, 1);
        _decoder.Decode(V9(1, (1, options), (257, new Bytes().U32(0, 512).U8(1)), (0, new Bytes().U16(256, 1, 2, 4)), (256, new Bytes().U32(7))), s_exporter);

        Assert.Equal(512u, Assert.Single(_collector.Records).SamplingRate);
    }

    [Fact]
    public void Ipfix_FieldsOfEveryKind_AreRead()
    {
        // Addresses of IPv6, a variable-length field, one of an enterprise, counters with fewer bytes, MAC addresses, VLAN, absolute times.
        var template = new Bytes().U16(300, 13)
            .U16(27, 16, 28, 16, 0x8000 | 99, 65535).U32(9).U16(7, 2, 11, 2, 4, 1, 2, 3, 1, 8, 56, 6, 80, 6, 58, 2, 152, 8, 155, 8);
        var data = new Bytes().U64(0x20010db800000000, 1, 0x20010db800000000, 2).U8(3, 1, 2, 3).U16(1000, 443).U8(6, 1, 0, 0).U64(1UL << 33)
            .U8(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2).U16(0xe00 | 8).U64(1_700_000_000_123, ((Now + 2_208_988_800UL) << 32) | 0x80000000);

        Assert.True(_decoder.Decode(Ipfix(0, (2, template), (300, data)), s_exporter));

        var record = Assert.Single(_collector.Records);
        Assert.Equal((LayerType.IPv6, 0x20010db800000000UL, 1UL, 2UL), (record.Network, record.SourceHigh, record.SourceLow, record.DestinationLow));
        Assert.Equal((65536, 1L << 33), (record.Packets, record.Bytes));
        Assert.Equal((0x020000000001UL, 0x020000000002UL, (ushort)(0xe00 | 8)), (record.SourceMac, record.DestinationMac, record.Vlan));
        Assert.Equal(1_700_000_000_123 * Millisecond, record.StartNanoseconds);
        Assert.Equal(NowNanoseconds + (500 * Millisecond), record.LastNanoseconds);
    }

    [Fact]
    public void Ipfix_BothDirectionsInARecord_AreTold()
    {
        var template = new Bytes().U16(300, 4, 1, 4, 2, 4, 0x8000 | 1, 4).U32(29305).U16(0x8000 | 2, 4).U32(29305);
        _decoder.Decode(Ipfix(0, (2, template), (300, new Bytes().U32(100, 1, 2000, 20))), s_exporter);

        var record = Assert.Single(_collector.Records);
        Assert.Equal((1, 100, 20, 2000), (record.Packets, record.Bytes, record.ReversePackets, record.ReverseBytes));
    }

    [Fact]
    public void Ipfix_TemplateWithdrawn_IsForgotten()
    {
        var template = new Bytes().U16(300, 1, 2, 4);
        _decoder.Decode(Ipfix(0, (2, template)), s_exporter);
        Assert.Equal(1, _decoder.Statistics.Templates);

        _decoder.Decode(Ipfix(0, (2, new Bytes().U16(300, 0))), s_exporter);

        Assert.Equal(0, _decoder.Statistics.Templates);
        _decoder.Decode(Ipfix(0, (300, new Bytes().U32(1))), s_exporter);
        Assert.Empty(_collector.Records);
    }

    /// <summary>The uptime has 32 bits: after 50 days it begins anew, and before the begin of a replayed trace it is below 0.</summary>
    [Theory]
    [InlineData(10_000, 5)]
    [InlineData(100L * 24 * 3600 * 1000, (100L * 24 * 3600 * 1000) - 700)]
    [InlineData(0, -30_000)]
    public void Ipfix_OptionsWithUptimeAndSampling_CountForTheRecords(long sinceInit, long uptime)
    {
        long init = (Now * 1000L) - sinceInit;
        var options = new Bytes().U16(301, 4, 1, 149, 4, 160, 8, 305, 4, 306, 4);
        var template = new Bytes().U16(300, 2, 22, 4, 2, 4);
        _decoder.Decode(Ipfix(0, (3, options), (301, new Bytes().U32(0).U64((ulong)init).U32(1, 99)), (2, template), (300, new Bytes().U32(unchecked((uint)uptime), 6))), s_exporter);

        var record = Assert.Single(_collector.Records);
        Assert.Equal((init + uptime) * Millisecond, record.StartNanoseconds);
        Assert.Equal(100u, record.SamplingRate);
    }

    [Fact]
    public void Sequence_Gaps_AreCounted()
    {
        var template = new Bytes().U16(300, 1, 2, 4);
        _decoder.Decode(Ipfix(10, (2, template), (300, new Bytes().U32(1, 2))), s_exporter);
        _decoder.Decode(Ipfix(12, (300, new Bytes().U32(3))), s_exporter);
        Assert.Equal(0, _decoder.Statistics.Lost);
        _decoder.Decode(Ipfix(18, (300, new Bytes().U32(3))), s_exporter);
        Assert.Equal(5, _decoder.Statistics.Lost);

        // An exporter that began anew has lost nothing.
        _decoder.Decode(Ipfix(0, (300, new Bytes().U32(3))), s_exporter);
        Assert.Equal(5, _decoder.Statistics.Lost);
    }

    [Fact]
    public void Templates_OfMany_AreBounded()
    {
        for (uint source = 0; source < 1000; source++)
        {
            for (int first = 256; first < 1056; first += 200)
            {
                var templates = new Bytes();
                for (int id = first; id < first + 200; id++)
                {
                    templates.U16(id, 10);
                    for (int field = 0; field < 10; field++)
                    {
                        templates.U16(2, 4);
                    }
                }

                Assert.True(_decoder.Decode(V9(1, source, (0, templates)), s_exporter));
            }
        }

        Assert.InRange(_decoder.Statistics.Templates, 1, 6553);
        _decoder.Decode(V9(2, 5000, (0, new Bytes().U16(256, 1, 2, 4)), (256, new Bytes().U32(7))), s_exporter);
        Assert.Equal(7, Assert.Single(_collector.Records).Packets);
    }

    [Fact]
    public void Template_OfNoBytesOrTooManyFields_IsNotKept()
    {
        _decoder.Decode(V9(1, (0, new Bytes().U16(256, 1, 2, 0)), (256, new Bytes().U32(7))), s_exporter);
        var large = new Bytes().U16(257, 300);
        for (int field = 0; field < 300; field++)
        {
            large.U16(2, 4);
        }

        _decoder.Decode(V9(2, (0, large)), s_exporter);

        Assert.Equal(0, _decoder.Statistics.Templates);
        Assert.Empty(_collector.Records);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0005")]
    [InlineData("0004000000000000")]
    [InlineData("000900000000000000000000000000")]
    [InlineData("000a0010")]
    [InlineData("000a000400000000000000000000000000")]
    public void Decode_NoNetFlow_IsCounted(string hexadecimal)
    {
        Assert.False(_decoder.Decode(Convert.FromHexString(hexadecimal), s_exporter));

        Assert.Equal(1, _decoder.Statistics.Malformed);
        Assert.Empty(_collector.Records);
    }

    [Fact]
    public void Decode_CutShort_GivesTheRecordsBefore()
    {
        byte[] whole = V5(0, RecordV5(1, 2), RecordV5(3, 4));

        Assert.False(_decoder.Decode(whole.AsSpan(0, whole.Length - 1), s_exporter));

        Assert.Single(_collector.Records);
    }

    [Fact]
    public void Decode_OfMutatedDatagrams_NeverThrowsAndStaysBounded() => Fuzz(200_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Decode_OfTenMillionMutatedDatagrams_NeverThrowsAndStaysBounded() => Fuzz(10_000_000);

    private void Fuzz(int count)
    {
        byte[][] seeds =
        [
            V5(1, RecordV5(1, 2), RecordV5(3, 4)),
            V9(1, (0, new Bytes().U16(256, 3, 8, 4, 7, 2, 2, 4)), (1, new Bytes().U16(257, 4, 4, 1, 4, 34, 4)), (256, new Bytes().U32(1).U16(2).U32(3)), (257, new Bytes().U32(1, 2))),
            Ipfix(1, (2, new Bytes().U16(300, 3, 27, 16, 0x8001, 65535).U32(29305).U16(152, 8)), (300, new Bytes().U64(1, 2).U8(1, 9).U64(5)), (3, new Bytes().U16(301, 2, 1, 149, 4, 305, 4))),
        ];
        var random = new Random(11);
        var decoder = new NetFlowDecoder(new Forgetful());
        for (int i = 0; i < count; i++)
        {
            byte[] datagram = (byte[])seeds[i % seeds.Length].Clone();
            for (int n = random.Next(8); n > 0; n--)
            {
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }

            decoder.Decode(datagram.AsSpan(0, random.Next(8) == 0 ? random.Next(datagram.Length + 1) : datagram.Length), s_exporter);
        }

        var statistics = decoder.Statistics;
        Assert.Equal(count, statistics.Datagrams);
        Assert.InRange(statistics.Templates, 1, 65536);
        Assert.InRange(statistics.Malformed, 1, count);
        Assert.True(statistics.Records > count / 10);
    }

    private static byte[] V5(int sampling, params ReadOnlySpan<Bytes> records)
    {
        var datagram = new Bytes().U16(5, records.Length).U32(10_000, Now, 0, 0).U8(0, 0).U16(sampling);
        foreach (var record in records)
        {
            datagram.U8(record.ToArray());
        }

        return datagram.ToArray();
    }

    private static Bytes RecordV5(uint first, uint last) =>
        new Bytes().U32(1, 2, 0).U16(1, 2).U32(7, 900, first, last).U16(1234, 80).U8(0, 0, 6, 0).U16(0, 0).U8(24, 24, 0, 0);

    private static byte[] V9(uint sequence, params ReadOnlySpan<(int Id, Bytes Content)> sets) => V9(sequence, 0, sets);

    private static byte[] V9(uint sequence, uint sourceId, params ReadOnlySpan<(int Id, Bytes Content)> sets)
    {
        var datagram = new Bytes().U16(9, sets.Length).U32(10_000, Now, sequence, sourceId);
        Add(datagram, sets);
        return datagram.ToArray();
    }

    private static byte[] Ipfix(uint sequence, params ReadOnlySpan<(int Id, Bytes Content)> sets)
    {
        var content = new Bytes();
        Add(content, sets);
        return new Bytes().U16(10, 16 + content.Length).U32(Now, sequence, 0).U8(content.ToArray()).ToArray();
    }

    private static void Add(Bytes datagram, ReadOnlySpan<(int Id, Bytes Content)> sets)
    {
        foreach (var (id, content) in sets)
        {
            datagram.U16(id, 4 + content.Length).U8(content.ToArray());
        }
    }

    private sealed class Forgetful : INetFlowHandler
    {
        public void OnRecord(in NetFlowRecord record) => Assert.True(record.SamplingRate >= 1);
    }
}
