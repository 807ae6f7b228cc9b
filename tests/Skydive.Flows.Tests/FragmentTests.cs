using System.Buffers.Binary;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class FragmentTests : IDisposable
{
    private readonly FlowCollector _collector = new();
    private readonly FlowTable _table;
    private long _time = Epoch;

    public FragmentTests() => _table = new FlowTable(new FlowTableOptions { Defragment = true, MaxFragmentBytes = 100_000 }, _collector);

    public void Dispose() => _table.Dispose();

    [Theory]
    [InlineData("0,1,2")]
    [InlineData("2,1,0")]
    [InlineData("1,2,0")]
    [InlineData("0,0,2,2,1")] // some twice
    public void Process_OfAllFragments_GivesTheDatagramsFlow(string order)
    {
        byte[][] fragments = FragmentsOf(UdpDatagram(1000), 400);
        int[] sent = [.. order.Split(',').Select(int.Parse)];
        foreach (int index in sent)
        {
            Assert.Empty(SearchAll());
            Process(fragments[index]);
        }

        Flow flow = Assert.Single(SearchAll());
        Assert.Equal(("Ethernet/IPv4/Fragment/UDP", "UDP"), (flow.LayersPath, flow.Application));
        Assert.Equal((4000, 5000), (flow.Transport!.A, flow.Transport.B));
        Assert.Equal((sent.Length, sent.Sum(index => fragments[index].Length)), (flow.Metric!.ABPackets, flow.Metric.ABBytes));
        Assert.Equal((1, 0), (flow.IPMetric!.Fragments, flow.IPMetric.FragmentErrors));
    }

    [Fact]
    public void Process_OfIPv6Fragments_GivesTheDatagramsFlow()
    {
        // Fragments behind the first may name any protocol.
        byte[] datagram = UdpDatagram(100);
        FrameBuilder Header(byte first, int offset, bool hasMore) => new FrameBuilder().Ethernet(MacA, MacB).IPv6(AddressA6, AddressB6, nextHeader: IpProtocol.Fragment)
            .Payload([first, 0, (byte)(offset >> 8), (byte)(offset | (hasMore ? 1 : 0)), 0, 0, 0, 9]);
        Process(Header(99, 64, hasMore: false).Payload(datagram.AsSpan(64)).Build());
        Process(Header(IpProtocol.Udp, 0, hasMore: true).Payload(datagram.AsSpan(0, 64)).Build());
        Flow flow = Assert.Single(SearchAll());
        Assert.Equal("Ethernet/IPv6/IPv6Fragment/Fragment/UDP", flow.LayersPath);
        Assert.Equal((4000, 2, 1), (flow.Transport!.A, flow.Metric!.ABPackets, flow.IPMetric!.Fragments));
    }

    [Fact]
    public void Process_OfFragmentsAndWholeDatagrams_CountsInOneFlow()
    {
        byte[][] fragments = FragmentsOf(UdpDatagram(1000), 400);
        Process(Whole(UdpDatagram(10)));
        Array.ForEach(fragments, Process);
        Flow flow = Assert.Single(SearchAll());
        Assert.Equal("Ethernet/IPv4/UDP", flow.LayersPath);
        Assert.Equal((4, 1), (flow.Metric!.ABPackets, flow.IPMetric!.Fragments));
    }

    [Fact]
    public void Process_OfInterleavedDatagrams_KeepsThemApart()
    {
        byte[][][] datagrams = [.. Enumerable.Range(0, 20).Select(id => FragmentsOf(UdpDatagram(1000, port: 100 + id), 400, identification: id))];
        for (int i = 0; i < 3; i++)
        {
            for (int n = 0; n < datagrams.Length; n++)
            {
                Process(datagrams[n][i]);
            }
        }

        IReadOnlyList<Flow> flows = SearchAll();
        Assert.Equal(Enumerable.Range(100, 20), flows.Select(static flow => flow.Transport!.A).Order());
        Assert.All(flows, static flow => Assert.Equal(3, flow.Metric!.ABPackets));
    }

    [Fact]
    public void Tick_WhenAFragmentIsMissing_CountsTheOthersAsFragments()
    {
        byte[][] fragments = FragmentsOf(UdpDatagram(1000), 400);
        _table.Tick(_time);
        Process(fragments[0]);
        Process(fragments[2]);
        Assert.True(_table.NextTickNanoseconds <= _time + (30 * Second));
        _table.Tick(_time + (29 * Second));
        Assert.Empty(SearchAll());
        _table.Tick(_time + (31 * Second));
        Flow flow = Assert.Single(SearchAll());
        Assert.Equal(("Ethernet/IPv4/Fragment", "Fragment"), (flow.LayersPath, flow.Application));
        Assert.Equal((2, fragments[0].Length + fragments[2].Length), (flow.Metric!.ABPackets, flow.Metric.ABBytes));
        Assert.Equal((0, 1), (flow.IPMetric!.Fragments, flow.IPMetric.FragmentErrors));
        Assert.Null(flow.Transport);

        // The late one finds nothing left.
        Process(fragments[1]);
        _table.Finish(_time + (40 * Second));
        Assert.Equal((3, 2), (_collector.Flows[^1].Metric!.ABPackets, _collector.Flows[^1].IPMetric!.FragmentErrors));
    }

    [Theory]
    [InlineData(0, 400, 392, 400)] // overlaps the begin of the other
    [InlineData(400, 400, 392, 400)]
    [InlineData(0, 400, 200, 100)] // lies inside
    [InlineData(200, 104, 0, 800)] // lies around
    [InlineData(0, 400, 0, 392)] // the same begin, another end
    public void Process_OfOverlappingFragments_GivesUpTheDatagram(int offset, int length, int otherOffset, int otherLength)
    {
        byte[] datagram = UdpDatagram(2000);
        Process(Fragment(datagram, offset, length, hasMore: true));
        Process(Fragment(datagram, otherOffset, otherLength, hasMore: true));
        Flow flow = Assert.Single(SearchAll());
        Assert.Equal(("Ethernet/IPv4/Fragment", 2, 1), (flow.LayersPath, (int)flow.Metric!.ABPackets, (int)flow.IPMetric!.FragmentErrors));
    }

    public static TheoryData<int, int, bool> Malformed => new()
    {
        { 0, 401, true }, // not in units of 8 bytes
        { 8, 0, true },
        { 65528, 64, false }, // beyond 64 KiB
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Process_OfAMalformedFragment_CountsItAsAFragment(int offset, int length, bool hasMore)
    {
        Process(Fragment(UdpDatagram(66_000), offset, length, hasMore));
        Assert.Equal(1, Assert.Single(SearchAll()).IPMetric!.FragmentErrors);
    }

    [Fact]
    public void Process_OfTwoEnds_GivesUpTheDatagram()
    {
        byte[] datagram = UdpDatagram(2000);
        Process(Fragment(datagram, 800, 400, hasMore: false));
        Process(Fragment(datagram, 1200, 400, hasMore: false));
        Assert.Equal(1, Assert.Single(SearchAll()).IPMetric!.FragmentErrors);
        Process(Fragment(datagram, 800, 400, hasMore: false, identification: 2));
        Process(Fragment(datagram, 1600, 400, hasMore: true, identification: 2));
        Assert.Equal(2, Assert.Single(SearchAll()).IPMetric!.FragmentErrors);
    }

    [Fact]
    public void Process_OfMoreThanThereIsRoomFor_GivesUpTheOldest()
    {
        byte[] datagram = UdpDatagram(2000);
        for (int i = 0; i < 500; i++)
        {
            Process(Fragment(datagram, 0, 1024, hasMore: true, identification: i));
        }

        FlowStats stats = _table.GetStats();
        Assert.InRange(stats.DatagramsDropped, 300, 499);
        Assert.InRange(_table.SizeBytes, 0, 1_200_000);
        Flow flow = Assert.Single(SearchAll());
        Assert.Equal(stats.DatagramsDropped, flow.IPMetric!.FragmentErrors);

        // The youngest can still be completed; in the end every packet has been counted.
        Process(Fragment(datagram, 1024, 984, hasMore: false, identification: 499));
        Assert.Single(SearchAll(), static flow => flow.Application == "UDP");
        _table.Finish(_time);
        Assert.Equal(501, _collector.Flows.Sum(static flow => flow.Metric!.ABPackets));
    }

    [Fact]
    public void Process_OfTinyFragments_IsBounded()
    {
        byte[] datagram = UdpDatagram(60_000);
        for (int offset = 0; offset < 50_000; offset += 8)
        {
            Process(Fragment(datagram, offset, 8, hasMore: true));
        }

        Assert.InRange(_table.SizeBytes, 0, 1_200_000);
        _table.Finish(_time);
        Assert.Equal(6250, _collector.Flows.Sum(static flow => flow.Metric!.ABPackets));
    }

    [Fact]
    public void Process_OfTruncatedFragments_UsesWhatWasCaptured()
    {
        byte[][] fragments = FragmentsOf(UdpDatagram(1000), 400);
        foreach (byte[] fragment in fragments)
        {
            _table.Process(fragment.AsSpan(0, 60), fragment.Length, _time += Millisecond);
        }

        Flow flow = Assert.Single(SearchAll());
        Assert.Equal((4000, 3, fragments.Sum(static fragment => fragment.Length)), (flow.Transport!.A, (int)flow.Metric!.ABPackets, (int)flow.Metric.ABBytes));
    }

    [Fact]
    public void Process_OfAFragmentedTunnel_FindsTheFlowInside()
    {
        byte[] datagram = new FrameBuilder().IPv4(AddressA, AddressB).Udp(50000, 4789).Vxlan(5).Ethernet(MacA, MacB).IPv4(AddressB, AddressA)
            .Tcp(1, 2, TcpFlags.Syn).Payload(new byte[1400]).Build()[20..];
        Array.ForEach(FragmentsOf(datagram, 1000), Process);
        IReadOnlyList<Flow> flows = SearchAll();
        Assert.Equal(2, flows.Count);
        Flow outer = Assert.Single(flows, static flow => flow.LayersPath == "Ethernet/IPv4/Fragment/UDP/VXLAN");
        Flow inner = Assert.Single(flows, flow => flow.ParentUUID == outer.UUID);
        Assert.Equal(("Ethernet/IPv4/TCP", 54 + 1400), (inner.LayersPath, inner.Metric!.ABBytes));
    }

    [Fact]
    public void Process_OfFragmentsInATunnel_FindsTheFlowInside()
    {
        byte[] datagram = UdpDatagram(1000);
        byte[] Tunnel(int vni, byte[] fragment) => new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB).Udp(50000, 4789).Vxlan(vni).Payload(fragment).Build();
        byte[][] fragments = FragmentsOf(datagram, 600);

        // The same fragments in another tunnel are other fragments.
        Process(Tunnel(1, fragments[0]));
        Process(Tunnel(2, fragments[1]));
        Assert.Equal(2, SearchAll().Count);
        Process(Tunnel(1, fragments[1]));
        IReadOnlyList<Flow> flows = SearchAll();
        Flow inner = Assert.Single(flows, static flow => flow.ParentUUID.Length > 0);
        Assert.Equal("Ethernet/IPv4/Fragment/UDP", inner.LayersPath);
        Assert.Equal((2, fragments.Sum(static fragment => fragment.Length)), (inner.Metric!.ABPackets, inner.Metric.ABBytes));
        Assert.Equal(1, Assert.Single(flows, flow => flow.UUID == inner.ParentUUID).Network!.ID);

        // What is left in the other tunnel counts there.
        _table.Finish(_time);
        Flow left = Assert.Single(_collector.Flows, static flow => flow.LayersPath == "Ethernet/IPv4/Fragment");
        Assert.Equal(2, Assert.Single(_collector.Flows, flow => flow.UUID == left.ParentUUID).Network!.ID);
    }

    [Fact]
    public void Process_OfWholeDatagrams_HasCountersOfZero()
    {
        Process(Whole(UdpDatagram(10)));
        Assert.Equal(new IpMetric(), Assert.Single(SearchAll()).IPMetric);
        Process(Arp());
        Assert.Null(Assert.Single(SearchAll(), static flow => flow.Application == "ARP").IPMetric);
    }

    [Fact]
    public void Process_OfRandomFragments_LosesNone()
    {
        // Any offsets, lengths and flags, of few datagrams.
        var random = new Random(9);
        const int Count = 50_000;
        byte[] datagram = UdpDatagram(2000);
        long bytes = 0;
        for (int i = 0; i < Count; i++)
        {
            int offset = random.Next(8) * 64;
            int length = random.Next(5) == 0 ? random.Next(200) : 64 * random.Next(1, 4);
            byte[] frame = Fragment(datagram, offset, length, hasMore: random.Next(3) != 0, identification: random.Next(8));
            bytes += frame.Length;
            _table.Process(frame.AsSpan(0, random.Next(34, frame.Length + 1)), frame.Length, _time += random.Next((int)Second));
            if (i % 100 == 0)
            {
                _table.Tick(_time);
            }
        }

        _table.Finish(_time);
        Assert.Equal(Count, _collector.Flows.Sum(static flow => flow.LastUpdateMetric!.ABPackets));
        Assert.Equal(bytes, _collector.Flows.Sum(static flow => flow.LastUpdateMetric!.ABBytes));
        Assert.Contains(_collector.Flows, static flow => flow.IPMetric!.Fragments > 0);
    }

    // A UDP header and payload.
    private static byte[] UdpDatagram(int payload, int port = 4000)
    {
        byte[] datagram = new byte[8 + payload];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), 5000);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        return datagram;
    }

    private static byte[] Whole(byte[] datagram) => new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB, protocol: IpProtocol.Udp).Payload(datagram).Build();

    private static byte[] Fragment(byte[] datagram, int offset, int length, bool hasMore, int identification = 1) => new FrameBuilder().Ethernet(MacA, MacB)
        .IPv4(AddressA, AddressB, protocol: IpProtocol.Udp, identification: (ushort)identification, fragment: (ushort)((offset / 8) | (hasMore ? 0x2000 : 0)))
        .Payload(datagram.AsSpan(offset, length)).Build();

    private static byte[][] FragmentsOf(byte[] datagram, int size, int identification = 1) =>
    [
        .. Enumerable.Range(0, (datagram.Length + size - 1) / size)
            .Select(i => Fragment(datagram, i * size, Math.Min(size, datagram.Length - (i * size)), (i + 1) * size < datagram.Length, identification)),
    ];

    private void Process(byte[] frame) => _table.Process(frame, _time += Millisecond);

    private IReadOnlyList<Flow> SearchAll()
    {
        _table.Flush();
        return _table.Search(new FlowSearch());
    }
}
