using Skydive.Contracts.Flows;
using Skydive.Contracts.Flows.Layers;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;

namespace Skydive.Flows.Tests;

/// <summary>What Skydive's own tests expect of its traces.</summary>
public sealed class TraceTests
{
    [Fact]
    public void SimpleTcpV4_GivesOneConnection()
    {
        Flow flow = Assert.Single(Traces.Flows("simple-tcpv4.pcap"));
        Assert.Equal("Ethernet/IPv4/TCP", flow.LayersPath);
        Assert.Equal("TCP", flow.Application);
        AssertMetric(flow, 5, 344, 3, 206);
        Assert.Equal(33000, flow.Metric!.RTT);
        TcpMetric tcp = flow.TCPMetric!;
        Assert.Equal((1490086703768, 64, 1490086703768, 64), (tcp.ABSynStart, tcp.ABSynTTL, tcp.BASynStart, tcp.BASynTTL));
        Assert.Equal((1490086707507, 1490086707507, 0L, 0L), (tcp.ABFinStart, tcp.BAFinStart, tcp.ABRstStart, tcp.BARstStart));
        Assert.Equal((1L, 1L, 1L, 1L), (tcp.ABSawStart, tcp.BASawStart, tcp.ABSawEnd, tcp.BASawEnd));
        Assert.Equal(FinishType.TcpFin, flow.FinishType);
        Assert.Equal(("192.168.0.2", "192.168.0.1"), (flow.Network!.A, flow.Network.B));
        Assert.Equal((36108, 3333), (flow.Transport!.A, flow.Transport.B));
        Assert.Equal(string.Empty, flow.ParentUUID);
    }

    [Fact]
    public void SimpleTcpV4_BeforeAnyUpdate_HasNoWindow()
    {
        using var table = new FlowTable(new FlowTableOptions(), new FlowCollector());
        foreach ((byte[] frame, int length, long timestamp) in Traces.Packets("simple-tcpv4.pcap"))
        {
            table.Process(frame, length, timestamp);
        }

        table.Flush();
        Assert.Null(Assert.Single(table.Search(new FlowSearch())).LastUpdateMetric);
    }

    [Fact]
    public void SimpleTcpV6_GivesOneConnection()
    {
        Flow flow = Assert.Single(Traces.Flows("simple-tcpv6.pcap"));
        Assert.Equal("Ethernet/IPv6/TCP", flow.LayersPath);
        Assert.Equal(28000, flow.Metric!.RTT);
        Assert.Equal("IPV6", flow.Network!.Protocol);
        Assert.Equal("fd49:37c8:5229::2", flow.Network.A);
        Assert.Equal("fd49:37c8:5229::1", flow.Network.B);
    }

    [Fact]
    public void IcmpV4Symmetric_GivesOneFlowPerPair()
    {
        List<Flow> flows = Traces.Flows("icmpv4-symetric.pcap");
        Assert.Equal(100, flows.Count);
        Assert.Equal(100, flows.Select(static flow => flow.UUID).Distinct().Count());
        Assert.All(flows, static flow =>
        {
            Assert.Equal("Ethernet/IPv4/ICMPv4", flow.LayersPath);
            Assert.Equal("ECHO", flow.ICMP!.Type);
            AssertMetric(flow, 1, 98, 1, 98);
            Assert.True(flow.Metric!.RTT > 0);
        });
    }

    [Fact]
    public void IcmpV4Symmetric_IsSearchedAndExpired()
    {
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions { NodeTid = "node" }, collector);
        foreach ((byte[] frame, int length, long timestamp) in Traces.Packets("icmpv4-symetric.pcap"))
        {
            table.Process(frame, length, timestamp);
        }

        table.Flush();
        Assert.Equal(100, table.Search(new FlowSearch { Filter = Filter.Equal("NodeTID", "node") }).Count);
        Assert.Single(table.Search(new FlowSearch { DeduplicateBy = "NodeTID" }));
        string[] ascending = [.. table.Search(new FlowSearch { SortBy = "Network.A" }).Select(static flow => flow.Network!.A)];
        Assert.Equal(ascending.Order(StringComparer.Ordinal), ascending);
        string[] descending = [.. table.Search(new FlowSearch { SortBy = "Network.A", Descending = true }).Select(static flow => flow.Network!.A)];
        Assert.Equal(ascending.Reverse(), descending);
        table.Finish(long.MaxValue);
        Assert.Equal(100, collector.Flows.Count);
        Assert.Empty(table.Search(new FlowSearch()));
    }

    [Fact]
    public void IcmpV4Truncated_CountsTheLengthOnTheWire()
    {
        Flow flow = Assert.Single(Traces.Flows("icmpv4-truncated.pcap"));
        AssertMetric(flow, 1, 1066, 1, 1066);
        Assert.Equal(13104000, flow.Metric!.RTT);
    }

    [Fact]
    public void ArpDnsHttp_GivesSixFlows()
    {
        List<Flow> flows = Traces.Flows("eth-ip4-arp-dns-req-http-google.pcap");
        Assert.Equal(6, flows.Count);
        Assert.Equal(2, flows.Count(static flow => flow is { LayersPath: "Ethernet/IPv4/UDP/DNS", Application: "DNS", DNS: null }));
        Flow[] arp = [.. flows.Where(static flow => flow.Application == "ARP")];
        Assert.Equal(2, arp.Length);
        Assert.All(arp, static flow =>
        {
            Assert.Equal("Ethernet/ARP", flow.LayersPath);
            Assert.Null(flow.Network);
            Assert.Null(flow.Transport);
            AssertMetric(flow, 1, 42, 0, 0);
        });
        AssertMetric(Assert.Single(flows, static flow => flow.Transport is { A: 37686, B: 53 }), 2, 148, 2, 256);
        AssertMetric(Assert.Single(flows, static flow => flow.Transport is { A: 33553, B: 53 }), 2, 146, 2, 190);
        AssertMetric(Assert.Single(flows, static flow => flow.Transport is { A: 47838, B: 80, Protocol: "TCP" }), 6, 516, 4, 760);
        AssertMetric(Assert.Single(flows, static flow => flow.Transport is { A: 54785, B: 80, Protocol: "TCP" }), 20, 1475, 18, 21080);
    }

    [Fact]
    public void Dns_GivesTheLastMessageOfEachFlow()
    {
        List<Flow> flows = Traces.Flows("dns.pcap", new FlowTableOptions { ExtraLayers = ExtraLayers.DNS });
        Assert.Equal(6, flows.Count);
        Assert.All(flows, static flow =>
        {
            Assert.Equal(("Ethernet/IPv4/UDP/DNS", "DNS"), (flow.LayersPath, flow.Application));
            Assert.Equal(("10.0.0.12", "10.0.0.138"), (flow.Network!.A, flow.Network.B));
            Assert.Equal(53, flow.Transport!.B);
            DnsLayer dns = flow.DNS!;
            Assert.Equal((true, true, true, "Query", "No Error"), (dns.QR, dns.RD, dns.RA, dns.OpCode, dns.ResponseCode));
            Assert.Equal(1, dns.QDCount);
            Assert.Equal(flow.Last, (dns.Timestamp!.Seconds * 1000) + (dns.Timestamp.Nanos / 1_000_000));
        });

        DnsLayer mpulse = Find(41278, 2, 150, 2, 683);
        Assert.Equal((38125, 2, 1, 0), (mpulse.ID, mpulse.ANCount, mpulse.NSCount, mpulse.ARCount));
        Assert.Equal([new DnsQuestion { Name = "c.go-mpulse.net", Type = "AAAA", Class = "IN" }], mpulse.Questions);
        Assert.Equal(["CNAME", "CNAME"], mpulse.Answers!.Select(static record => record.Type));
        Assert.NotNull(Assert.Single(mpulse.Authorities!).SOA);

        DnsLayer fedora = Find(33823, 1, 77, 1, 294);
        Assert.Equal(("fedoraproject.org", "AAAA"), (fedora.Questions![0].Name, fedora.Questions[0].Type));
        Assert.Equal((2, 3, 5), (fedora.Answers!.Count, fedora.Authorities!.Count, fedora.Additionals!.Count));

        DnsLayer adrta = Find(56656, 2, 148, 2, 510);
        Assert.Equal("ipv4.adrta.com", adrta.Questions![0].Name);
        Assert.NotNull(Assert.Single(adrta.Authorities!).SOA);

        DnsLayer fedoraV4 = Find(54893, 1, 77, 1, 354);
        Assert.Equal(
            ["209.132.181.16", "209.132.181.15", "8.43.85.67", "67.219.144.68", "152.19.134.198", "209.132.190.2", "140.211.169.206", "185.141.165.254", "152.19.134.142"],
            fedoraV4.Answers!.Select(static record => record.IP));
        Assert.Equal(["ns04.fedoraproject.org", "ns02.fedoraproject.org", "ns05.fedoraproject.org"], fedoraV4.Authorities!.Select(static record => record.NS));
        Assert.Equal((67329, 7), (fedoraV4.Authorities![0].TTL, fedoraV4.Authorities[0].DataLength));
        Assert.Equal(
            new DnsRecord { Name = "ns02.fedoraproject.org", Type = "AAAA", Class = "IN", TTL = 85146, DataLength = 16, IP = "2610:28:3090:3001:dead:beef:cafe:fed5" },
            fedoraV4.Additionals![3]);

        DnsLayer github = Find(42992, 1, 74, 1, 440);
        Assert.Equal((43789, 2, 8, 6), (github.ID, github.ANCount, github.NSCount, github.ARCount));
        Assert.Equal("github.com", github.Answers![0].CName);
        Assert.Equal("140.82.118.4", github.Answers[1].IP);
        Assert.Equal("ns-421.awsdns-52.COM", github.Authorities![3].NS);

        DnsLayer githubV6 = Find(57048, 1, 70, 1, 154);
        Assert.Equal(
            new DnsStartOfAuthority
            {
                MName = "ns-1707.awsdns-21.co.uk",
                RName = "awsdns-hostmaster.amazon.com",
                Serial = 1,
                Refresh = 7200,
                Retry = 900,
                Expire = 1209600,
                Minimum = 86400,
            },
            Assert.Single(githubV6.Authorities!).SOA);

        DnsLayer Find(int port, long abPackets, long abBytes, long baPackets, long baBytes)
        {
            Flow flow = Assert.Single(flows, flow => flow.Transport!.A == port);
            AssertMetric(flow, abPackets, abBytes, baPackets, baBytes);
            return flow.DNS!;
        }
    }

    [Fact]
    public void ErspanII_GivesTheMirroredFlow()
    {
        List<Flow> flows = Traces.Flows("erspanII.pcap");
        Assert.Equal(2, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/GRE");
        Assert.Equal(outer.UUID, Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4").ParentUUID);
    }

    [Fact]
    public void IPv4Fragments_WithoutReassembly_GiveAFlowOfTheirOwn()
    {
        List<Flow> flows = Traces.Flows("ipv4-fragments.pcap", plain: true);
        Assert.Equal(2, flows.Count);
        Flow fragments = Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/Fragment");
        AssertMetric(fragments, 2, 1010 + 466, 0, 0);
        Assert.Equal("Fragment", fragments.Application);
        Assert.Null(fragments.ICMP);
        Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4");
    }

    [Fact]
    public void IPv4Fragments_PutTogether_GiveTheFlowOfTheDatagram()
    {
        Flow flow = Assert.Single(Traces.Flows("ipv4-fragments.pcap"));
        Assert.Equal("Ethernet/IPv4/Fragment/ICMPv4", flow.LayersPath);
        Assert.Equal((1, 0), (flow.IPMetric!.Fragments, flow.IPMetric.FragmentErrors));
        Assert.Equal("ECHO", flow.ICMP!.Type);

        // No packet and no byte is lost.
        List<Flow> plain = Traces.Flows("ipv4-fragments.pcap", plain: true);
        Assert.Equal(3, flow.Metric!.ABPackets + flow.Metric.BAPackets);
        Assert.Equal(plain.Sum(static flow => flow.Metric!.ABBytes + flow.Metric.BABytes), flow.Metric.ABBytes + flow.Metric.BABytes);
    }

    [Fact]
    public void SegmentsOutOfOrder_AreCounted()
    {
        Flow flow = Assert.Single(Traces.Flows("eth-ipv4-tcp-http-ooo.pcap"));
        Assert.Equal("Ethernet/IPv4/TCP", flow.LayersPath);
        Assert.Equal((0, 3), (flow.TCPMetric!.ABSegmentOutOfOrder, flow.TCPMetric.BASegmentOutOfOrder));
        Assert.Equal((0, 0), (flow.TCPMetric.ABSegmentSkipped, flow.TCPMetric.BASegmentSkipped));
    }

    [Fact]
    public void MplsOverUdp_OfEthernetAndIPv4_GivesTheInnerFlows()
    {
        List<Flow> flows = Traces.Flows("contrail-udp-mpls-eth-and-ipv4.pcap", new FlowTableOptions { MplsUdpPort = 51234 });
        Assert.Equal(4, flows.Count);
        AssertMetric(Assert.Single(flows, static flow => flow is { LayersPath: "IPv4/ICMPv4", Network: { A: "10.65.65.5", B: "10.35.35.3" } }), 1, 104, 0, 0);
        AssertMetric(Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/UDP/MPLS", Transport: { A: 53580, B: 51234 } }), 1, 120, 0, 0);
        AssertMetric(Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/TCP", Transport: { A: 52477, B: 80 } }), 1, 74, 0, 0);
        AssertMetric(Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/UDP/MPLS", Transport: { A: 51822, B: 51234 } }), 1, 150, 0, 0);
    }

    [Fact]
    public void PingWithAndWithoutEthernet_HasOneL3TrackingId()
    {
        Flow[] flows = [.. Traces.Flows("ping-with-without-ethernet.pcap").Where(static flow => flow.Application == "ICMPv4")];
        Assert.Equal(2, flows.Length);
        Assert.Single(flows.Select(static flow => flow.L3TrackingID).Distinct());
    }

    [Fact]
    public void QinQ_GivesFourFlows()
    {
        List<Flow> flows = Traces.Flows("icmpv4-4vlanQinQ-id-8-10-20-30.pcap");
        AssertVlans(1, 8, 10, 1020, 8, 816);
        AssertVlans(2, 40968, 10, 1060, 10, 1060);
        AssertVlans(3, 335585288, 10, 1100, 9, 990);
        AssertVlans(4, 2061919887368, 10, 1140, 8, 912);

        void AssertVlans(int tags, long id, long abPackets, long abBytes, long baPackets, long baBytes)
        {
            string path = "Ethernet/" + string.Concat(Enumerable.Repeat("Dot1Q/", tags)) + "IPv4/ICMPv4";
            Flow flow = Assert.Single(flows, flow => flow.Link!.ID == id && flow.LayersPath == path);
            AssertMetric(flow, abPackets, abBytes, baPackets, baBytes);
        }
    }

    [Fact]
    public void IcmpInVlan_NamesTheVlan()
    {
        Flow flow = Assert.Single(Traces.Flows("icmp-vlan.pcap"));
        Assert.Equal("Ethernet/Dot1Q/IPv4/ICMPv4", flow.LayersPath);
        Assert.Equal(5, flow.Link!.ID);
        AssertMetric(flow, 2, 204, 0, 0);
    }

    [Fact]
    public void Loopback_IsToldApartByPorts()
    {
        Flow flow = Assert.Single(Traces.Flows("iperf-same-L2L3.pcap"));
        Assert.Equal("Ethernet/IPv4/TCP", flow.LayersPath);
        Assert.Equal(("127.0.0.1", "127.0.0.1"), (flow.Network!.A, flow.Network.B));
        Assert.Equal(("00:00:00:00:00:00", "00:00:00:00:00:00"), (flow.Link!.A, flow.Link.B));
        Assert.Equal((5001, 60038), (flow.Transport!.A, flow.Transport.B));
        AssertMetric(flow, 10, 668, 13, 263010);
        Assert.Equal(19000, flow.Metric!.RTT);
        Assert.Equal(FinishType.TcpFin, flow.FinishType);
    }

    [Fact]
    public void LayerKeyMode_L3_MergesWhatDiffersInMac()
    {
        Flow flow = Assert.Single(Traces.Flows("layer-key-mode.pcap", new FlowTableOptions { LayerKeyMode = LayerKeyMode.L3 }));
        AssertMetric(flow, 2, 196, 2, 196);
        Assert.Equal("9e42a86914a043b8", flow.L3TrackingID);
        Assert.Equal("9e42a86914a043b8", flow.TrackingID);
        Assert.Equal(("f2:45:25:5b:3a:bc", "2e:b9:2d:76:24:07"), (flow.Link!.A, flow.Link.B));
    }

    [Fact]
    public void LayerKeyMode_L2_KeepsWhatDiffersInMacApart()
    {
        List<Flow> flows = Traces.Flows("layer-key-mode.pcap");
        Assert.Equal(2, flows.Count);
        Assert.All(flows, static flow =>
        {
            AssertMetric(flow, 1, 98, 1, 98);
            Assert.Equal("9e42a86914a043b8", flow.L3TrackingID);
            Assert.Equal(23604, flow.ICMP!.ID);
        });
        Assert.Equal("6952cad8cd38c63c", Assert.Single(flows, static flow => flow.Link!.A == "f2:45:25:5b:3a:ac").TrackingID);
        Assert.Equal("a25d427a9f9dcdb8", Assert.Single(flows, static flow => flow.Link!.A == "f2:45:25:5b:3a:bc").TrackingID);
    }

    [Fact]
    public void NtpCorrupted_StopsAtWhatCanBeDecoded()
    {
        Flow flow = Assert.Single(Traces.Flows("ntp-corrupted.pcap"));
        Assert.Equal("Ethernet/Dot1Q/IPv4/UDP", flow.LayersPath);
        Assert.Equal("UDP", flow.Application);
        Assert.Equal(202, flow.Link!.ID);
        Assert.Equal((40820, 123), (flow.Transport!.A, flow.Transport.B));
        AssertMetric(flow, 1, 50, 0, 0);
    }

    [Fact]
    public void GreInGre_GivesThreeFlows()
    {
        List<Flow> flows = Traces.Flows("gre-gre-icmpv4.pcap");
        Assert.Equal(3, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/GRE", Application: "GRE", Network: { A: "72.205.54.70", B: "86.106.164.150" } });
        AssertMetric(outer, 5, 810, 5, 810);
        Flow middle = Assert.Single(flows, static flow => flow is { LayersPath: "IPv4/GRE", Link: null, Network: { A: "10.10.11.2", B: "10.10.13.2" } });
        AssertMetric(middle, 5, 620, 5, 620);
        Flow inner = Assert.Single(flows, static flow => flow is { LayersPath: "IPv4/ICMPv4", Network: { A: "10.10.25.1", B: "192.168.1.2" } });
        AssertMetric(inner, 5, 500, 5, 500);
        Assert.Equal((string.Empty, outer.UUID, middle.UUID), (outer.ParentUUID, middle.ParentUUID, inner.ParentUUID));
    }

    [Fact]
    public void GreWithMpls_IsOneOuterFlow()
    {
        List<Flow> flows = Traces.Flows("gre-mpls-icmpv4.pcap");
        Assert.Equal(2, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/GRE/MPLS", Application: "MPLS", Network: { A: "172.16.0.1", B: "172.16.0.2" } });
        AssertMetric(outer, 2, 252, 0, 0);
        Flow inner = Assert.Single(flows, static flow => flow is { LayersPath: "IPv4/ICMPv4", Network: { A: "172.16.0.1", B: "192.168.0.2" } });
        AssertMetric(inner, 2, 168, 0, 0);
        Assert.Equal(outer.UUID, inner.ParentUUID);
    }

    [Fact]
    public void VxlanTruncated_CountsTheLengthOnTheWire()
    {
        List<Flow> flows = Traces.Flows("vxlan-icmpv4-truncated.pcap");
        Assert.Equal(2, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/UDP/VXLAN", Application: "VXLAN" });
        Assert.Equal(("172.16.0.1", "172.16.0.2", 10), (outer.Network!.A, outer.Network.B, outer.Network.ID));
        Assert.Equal(("UDP", 55091, 4789), (outer.Transport!.Protocol, outer.Transport.A, outer.Transport.B));
        AssertMetric(outer, 1, 1116, 1, 1116);
        Flow inner = Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/ICMPv4", ICMP.Type: "ECHO", Network.ID: 0 });
        AssertMetric(inner, 1, 1066, 1, 1066);
        Assert.Equal(outer.UUID, inner.ParentUUID);
        Assert.Equal(42000, inner.Metric!.RTT);
    }

    [Fact]
    public void VxlanWithTwoSourcePorts_IsOneOuterFlow()
    {
        List<Flow> flows = Traces.Flows("vxlan-src-port.pcap");
        Assert.Equal(3, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/UDP/VXLAN", Transport: { A: 51031, B: 4789 }, Network.ID: 10 });
        AssertMetric(outer, 2, 208, 0, 0);
        AssertMetric(Assert.Single(flows, static flow => flow.Transport is { Protocol: "TCP", A: 1468, B: 8080 }), 1, 54, 0, 0);
        AssertMetric(Assert.Single(flows, static flow => flow.Transport is { Protocol: "TCP", A: 1890, B: 8080 }), 1, 54, 0, 0);
    }

    [Fact]
    public void Geneve_GivesTheFlowsInside()
    {
        List<Flow> flows = Traces.Flows("geneve.pcap");
        Flow there = Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/UDP/Geneve", Network: { A: "20.0.0.1", ID: 10 }, Transport: { A: 12618, B: 6081 } });
        AssertMetric(there, 19, 5027, 0, 0);
        Flow back = Assert.Single(flows, static flow => flow is { LayersPath: "Ethernet/IPv4/UDP/Geneve", Network: { A: "20.0.0.2", ID: 11 }, Transport: { A: 50525, B: 6081 } });
        AssertMetric(back, 20, 4253, 0, 0);
        Flow[] echoes = [.. flows.Where(static flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4")];
        Assert.Equal(2, echoes.Length);
        Assert.Single(echoes.Select(static flow => flow.TrackingID).Distinct());
        Assert.All(echoes, static flow => AssertMetric(flow, 3, 294, 0, 0));
        AssertMetric(Assert.Single(flows, static flow => flow.Transport is { Protocol: "TCP", A: 51225, B: 22 }), 17, 2959, 0, 0);
    }

    [Fact]
    public void LinkType12_IsRawIp()
    {
        // The file says Ethernet; what it holds is a packet without one.
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions { LinkType = LinkType.RawBsd }, collector);
        foreach ((byte[] frame, int length, long timestamp) in Traces.Packets("link-type-12.pcap"))
        {
            table.Process(frame, length, timestamp);
        }

        table.Finish(long.MaxValue);
        Flow flow = Assert.Single(collector.Flows);
        Assert.Equal("IPv4/TCP", flow.LayersPath);
        Assert.Equal(("10.171.169.243", "192.168.255.1"), (flow.Network!.A, flow.Network.B));
        Assert.Equal((10250, 41252), (flow.Transport!.A, flow.Transport.B));
    }

    [Fact]
    public void Lldp_IsNamed()
    {
        Flow flow = Assert.Single(Traces.Flows("lldp-detailed.pcap"));
        Assert.Equal("Ethernet/LLDP", flow.LayersPath);
        Assert.Equal("01:80:c2:00:00:0e", flow.Link!.B);
    }

    private static void AssertMetric(Flow flow, long abPackets, long abBytes, long baPackets, long baBytes)
    {
        FlowMetric metric = flow.Metric!;
        Assert.Equal((abPackets, abBytes, baPackets, baBytes), (metric.ABPackets, metric.ABBytes, metric.BAPackets, metric.BABytes));
        Assert.Equal((flow.Start, flow.Last), (metric.Start, metric.Last));
    }
}
