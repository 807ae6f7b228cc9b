using Skydive.Contracts.Flows;
using Skydive.Flows.Table;

namespace Skydive.Flows.Tests;

/// <summary>What Skydive's own tests expect of its traces, as far as the layers are decoded.</summary>
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
        Assert.Equal(FinishType.TcpFin, flow.FinishType);
        Assert.Equal(("192.168.0.2", "192.168.0.1"), (flow.Network!.A, flow.Network.B));
        Assert.Equal((36108, 3333), (flow.Transport!.A, flow.Transport.B));
        Assert.Equal(string.Empty, flow.ParentUUID);
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
    public void ArpDnsHttp_GivesSixFlows()
    {
        List<Flow> flows = Traces.Flows("eth-ip4-arp-dns-req-http-google.pcap");
        Assert.Equal(6, flows.Count);
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
    public void Dns_GivesOneFlowPerSourcePort()
    {
        List<Flow> flows = Traces.Flows("dns.pcap");
        Assert.Equal(6, flows.Count);
        Assert.All(flows, static flow =>
        {
            Assert.Equal(("10.0.0.12", "10.0.0.138"), (flow.Network!.A, flow.Network.B));
            Assert.Equal(53, flow.Transport!.B);
        });
        AssertPort(41278, 2, 150, 2, 683);
        AssertPort(33823, 1, 77, 1, 294);
        AssertPort(56656, 2, 148, 2, 510);
        AssertPort(54893, 1, 77, 1, 354);
        AssertPort(42992, 1, 74, 1, 440);
        AssertPort(57048, 1, 70, 1, 154);

        void AssertPort(int port, long abPackets, long abBytes, long baPackets, long baBytes) =>
            AssertMetric(Assert.Single(flows, flow => flow.Transport!.A == port), abPackets, abBytes, baPackets, baBytes);
    }

    [Fact]
    public void IPv4Fragments_WithoutReassembly_GiveAFlowOfTheirOwn()
    {
        List<Flow> flows = Traces.Flows("ipv4-fragments.pcap");
        Assert.Equal(2, flows.Count);
        Flow fragments = Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/Fragment");
        AssertMetric(fragments, 2, 1010 + 466, 0, 0);
        Assert.Equal("Fragment", fragments.Application);
        Assert.Null(fragments.ICMP);
        Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/ICMPv4");
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
    public void GreInGre_OuterFlowIsNamed()
    {
        Flow flow = Assert.Single(Traces.Flows("gre-gre-icmpv4.pcap"));
        Assert.Equal("Ethernet/IPv4/GRE", flow.LayersPath);
        AssertMetric(flow, 5, 810, 5, 810);
    }

    [Fact]
    public void TruncatedFrames_CountTheirLengthOnTheWire()
    {
        // Each tunnel end sends from 55091 to 4789; as long as VXLAN is not looked into, these are two flows.
        List<Flow> flows = Traces.Flows("vxlan-icmpv4-truncated.pcap");
        Assert.Equal(2, flows.Count);
        Assert.All(flows, static flow =>
        {
            Assert.Equal("Ethernet/IPv4/UDP", flow.LayersPath);
            AssertMetric(flow, 1, 1116, 0, 0);
        });
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
