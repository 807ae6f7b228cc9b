using System.Buffers.Binary;
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

public sealed class ExtraLayerTests
{
    // A response with a question, an answer of each kind that is decoded, and names that point back.
    private static readonly byte[] s_response =
    [
        0x12, 0x34, 0x84, 0x20, 0, 1, 0, 10, 0, 1, 0, 1,
        3, .. "www"u8, 7, .. "example"u8, 0, 0, 1, 0, 1,
        .. Record(1, [192, 0, 2, 1]),
        .. Record(28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        .. Record(5, [0xc0, 16]),
        .. Record(12, [1, (byte)'p', 0xc0, 16]),
        .. Record(16, [3, .. "v=1"u8, 0, 2, 0xc3, 0xa9]),
        .. Record(15, [0, 10, 2, .. "mx"u8, 0xc0, 16]),
        .. Record(33, [0, 1, 0, 2, 1, 187, 1, (byte)'s', 0]),
        .. Record(65, [1, 2, 3]),
        .. Record(1, [1, 2]),
        .. Record(13, [1, (byte)'A', 1, (byte)'B']),
        .. Record(6, [1, (byte)'m', 0, 1, (byte)'r', 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff]),
        0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 12, 0, 10, 0, 4, 1, 2, 3, 4, 0xff, 0xfe, 0, 0,
    ];

    [Fact]
    public void Decode_OfAResponse_GivesEveryField()
    {
        DnsLayer dns = DnsDecoder.Decode(s_response, 1_500_000_000_123_456_789)!;
        DnsRecord Record(string type, int length) => new() { Name = "www.example", Type = type, Class = "IN", TTL = 300, DataLength = length };
        Assert.Equal(
            new DnsLayer
            {
                ID = 0x1234,
                QR = true,
                OpCode = "Query",
                AA = true,
                Z = 2,
                ResponseCode = "No Error",
                QDCount = 1,
                ANCount = 10,
                NSCount = 1,
                ARCount = 1,
                Questions = [new DnsQuestion { Name = "www.example", Type = "A", Class = "IN" }],
                Answers =
                [
                    Record("A", 4) with { IP = "192.0.2.1" },
                    Record("AAAA", 16) with { IP = "2001:db8::1" },
                    Record("CNAME", 2) with { CName = "example" },
                    Record("PTR", 4) with { PTR = "p.example" },
                    Record("TXT", 8) with { TXTs = ["v=1", "", "é"] },
                    Record("MX", 7) with { MX = new DnsMailExchange { Preference = 10, Name = "mx.example" } },
                    Record("SRV", 9) with { SRV = new DnsService { Priority = 1, Weight = 2, Port = 443, Name = "s" } },
                    Record("HTTPS", 3),
                    Record("A", 2),
                    Record("HINFO", 4) with { TXTs = ["A", "B"] },
                ],
                Authorities =
                [
                    Record("SOA", 26) with
                    {
                        SOA = new DnsStartOfAuthority { MName = "m", RName = "r", Serial = 1, Refresh = 2, Retry = 3, Expire = 4, Minimum = uint.MaxValue },
                    },
                ],
                Additionals =
                [
                    new DnsRecord
                    {
                        Type = "OPT",
                        Class = "CLASS1232",
                        TTL = 0x8000,
                        DataLength = 12,
                        OPT = [new DnsOption { Code = "Cookie", Data = "01020304" }, new DnsOption { Code = "65534" }],
                    },
                ],
                Timestamp = new WireTimestamp { Seconds = 1_500_000_000, Nanos = 123_456_789 },
            },
            dns);
    }

    [Fact]
    public void Decode_OfAMessageCutAnywhere_GivesWhatIsWhole()
    {
        int records = 0;
        for (int length = 0; length <= s_response.Length; length++)
        {
            DnsLayer? dns = DnsDecoder.Decode(s_response.AsSpan(0, length).ToArray(), 0);
            Assert.Equal(length < 12, dns is null);
            int count = (dns?.Questions?.Count ?? 0) + (dns?.Answers?.Count ?? 0) + (dns?.Authorities?.Count ?? 0) + (dns?.Additionals?.Count ?? 0);
            Assert.InRange(count, records, records + 1);
            records = count;
        }

        Assert.Equal(13, records);
    }

    [Theory]
    [InlineData("c00c")] // points to itself
    [InlineData("c0ff")] // points beyond
    [InlineData("4141")] // a label of a kind that there is not
    [InlineData("3f41")] // a label that ends beyond
    public void Decode_OfABrokenName_EndsTheMessage(string name)
    {
        byte[] message = [0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, .. Convert.FromHexString(name), 0, 1, 0, 1];
        DnsLayer dns = DnsDecoder.Decode(message, 0)!;
        Assert.Equal((1, 1), (dns.QDCount, dns.ANCount));
        Assert.Null(dns.Questions);
        Assert.Null(dns.Answers);
    }

    [Fact]
    public void Decode_OfUnusualBytesInAName_EscapesThem()
    {
        byte[] message = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, (byte)'a', (byte)'.', (byte)'\\', 0, 0xff, 0, 0x12, 0x34, 0, 9];
        DnsQuestion question = Assert.Single(DnsDecoder.Decode(message, 0)!.Questions!);
        Assert.Equal((@"a\.\\\000\255", "TYPE4660", "CLASS9"), (question.Name, question.Type, question.Class));
    }

    [Fact]
    public void Decode_OfManyRecordsWithLongNames_IsBounded()
    {
        // Thousands of records of 12 bytes, each with the longest name.
        byte[] message =
        [
            0, 1, 0x81, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0,
            .. Enumerable.Repeat<byte[]>([62, .. Enumerable.Repeat((byte)'x', 62)], 4).SelectMany(static label => label), 0, 0, 1, 0, 1,
            .. Enumerable.Repeat<byte[]>([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0], 5000).SelectMany(static record => record),
        ];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(127, DnsDecoder.Decode(message, 0)!.Answers!.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Process_OfDns_KeepsTheLastMessage()
    {
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions { ExtraLayers = ExtraLayers.DNS }, collector);
        byte[] query = [.. s_response];
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(2), 0x0100);
        table.Process(Message(query, 40000, 53), Epoch);
        table.Flush();
        Assert.False(Assert.Single(table.Search(new FlowSearch())).DNS!.QR);
        table.Process(Message(s_response, 53, 40000, isFromB: true), Epoch + 7_000_001);
        table.Flush();
        Flow flow = Assert.Single(table.Search(new FlowSearch { Filter = Filter.Equal("DNS.ResponseCode", "No Error") }));
        Assert.True(flow.DNS!.QR);
        Assert.Equal(("www.example", 7_000_001), (flow.DNS.Questions![0].Name, flow.DNS.Timestamp!.Nanos));
        Assert.Single(table.Search(new FlowSearch { Filter = Filter.Equal("DNS.answers.IP", "192.0.2.1") }));
        Assert.Empty(table.Search(new FlowSearch { Filter = Filter.Equal("DNS.answers.IP", "192.0.2.9") }));
        table.Finish(Epoch + Second);
        Assert.Equal(flow.DNS, Assert.Single(collector.Flows).DNS);
    }

    [Fact]
    public void Process_OfDhcp_KeepsTheFixedFields()
    {
        byte[] message = new byte[244];
        (message[0], message[1], message[2], message[3]) = (1, 1, 6, 2);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), 0xfeedbeef);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8), 3);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(10), 0x8000);
        "tftp"u8.CopyTo(message.AsSpan(44));
        "pxelinux.0"u8.CopyTo(message.AsSpan(108));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(236), 0x63825363);
        Flow flow = FlowOf(Message(message, 68, 67), new FlowTableOptions { ExtraLayers = ExtraLayers.All });
        Assert.Equal(("Ethernet/IPv4/UDP/DHCPv4", "DHCPv4"), (flow.LayersPath, flow.Application));
        DhcpV4Layer dhcp = flow.DHCPv4!;
        Assert.Equal((6, 2, 0xfeedbeef, 3, 0x8000), (dhcp.HardwareLen, dhcp.HardwareOpts, dhcp.Xid, dhcp.Secs, dhcp.Flags));
        Assert.Equal((64, 128), (dhcp.ServerName!.Length, dhcp.File!.Length));
        Assert.Equal("pxelinux.0", FlowFields.Get(flow, "DHCPv4.file").AsString);
        Assert.Null(FlowOf(Message(message, 68, 67), new FlowTableOptions { ExtraLayers = ExtraLayers.DNS }).DHCPv4);
    }

    [Fact]
    public void Process_OfVrrp_KeepsVersion2()
    {
        byte[] Advertisement(byte version) => new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, Address("224.0.0.18"), protocol: IpProtocol.Vrrp)
            .Payload([(byte)((version << 4) | 1), 7, 100, 1, 0, 3, 0xab, 0xcd, 192, 0, 2, 1]).Build();
        var options = new FlowTableOptions { ExtraLayers = ExtraLayers.VRRP };
        Flow flow = FlowOf(Advertisement(2), options);
        Assert.Equal("VRRP", flow.Application);
        Assert.Equal(
            new VrrpV2Layer { Version = 2, VirtualRtrID = 7, Priority = 100, CountIpaddr = 1, AdverInt = 3, Checksum = 0xabcd }, flow.VRRPv2);
        Assert.Equal(7, FlowFields.Get(flow, "VRRPv2.virtual_rtrID"));
        Assert.Null(FlowOf(Advertisement(3), options).VRRPv2);
    }

    [Fact]
    public void Process_WithoutTheOption_KeepsNothing()
    {
        Flow flow = FlowOf(Message(s_response, 53, 40000));
        Assert.Equal("Ethernet/IPv4/UDP/DNS", flow.LayersPath);
        Assert.Null(flow.DNS);
    }

    [Fact]
    public void Process_WithoutRoom_CountsWhatIsNotKept()
    {
        using var table = new FlowTable(new FlowTableOptions { ExtraLayers = ExtraLayers.DNS, MaxRawPacketBytes = 1000 }, new FlowCollector());
        for (int i = 0; i < 10; i++)
        {
            table.Process(Message(s_response, 53, 40000 + i), Epoch);
        }

        table.Flush();
        int kept = table.Search(new FlowSearch()).Count(static flow => flow.DNS is not null);
        Assert.InRange(kept, 1, 3);
        Assert.Equal(10 - kept, table.GetStats().RawPacketsDropped);
    }

    [Fact]
    public void Encode_OfTwoUpdatesOfAFlow_KeepsTheMessageOfEach()
    {
        var batches = new List<FlowBatch>();
        using var table = new FlowTable(
            new FlowTableOptions { ExtraLayers = ExtraLayers.DNS, ExtraTcpMetric = true, UpdateInterval = TimeSpan.FromSeconds(1) }, new BatchCollector(batches));
        table.Tick(Epoch);
        for (int i = 1; i <= 3; i++)
        {
            byte[] message = [.. s_response];
            message[1] = (byte)i;
            table.Process(Message(message, 53, 40000), Epoch + (i * Second) - 1);
            table.Process(Tcp(TcpFlags.Syn), Epoch + (i * Second) - 1);
            table.Tick(Epoch + (i * Second));
        }

        Flow[] flows = FlowChunk.Decode(FlowChunk.EncodeBatches(batches));
        Assert.Equal([0x1201, 0x1202, 0x1203], flows.Where(static flow => flow.DNS is not null).Select(static flow => flow.DNS!.ID));
        Assert.Equal(batches.SelectMany(static batch => batch), flows);
        Assert.Equal(
            Convert.ToHexString(FlowChunk.Encode([.. batches.SelectMany(static batch => batch)])), Convert.ToHexString(FlowChunk.EncodeBatches(batches)));
    }

    private static byte[] Record(byte type, byte[] data) => [0xc0, 12, 0, type, 0, 1, 0, 0, 1, 44, 0, (byte)data.Length, .. data];

    private static byte[] Message(byte[] message, int source, int destination, bool isFromB = false) =>
        (isFromB ? new FrameBuilder().Ethernet(MacB, MacA).IPv4(AddressB, AddressA) : new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB))
        .Udp((ushort)source, (ushort)destination).Payload(message).Build();

    private sealed class BatchCollector(List<FlowBatch> batches) : IFlowSink
    {
        public void OnFlows(FlowBatch flows) => batches.Add(flows);
    }
}
