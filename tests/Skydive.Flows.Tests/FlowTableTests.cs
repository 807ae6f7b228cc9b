using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class FlowTableTests : IDisposable
{
    private readonly FlowCollector _collector = new();
    private readonly FlowTable _table;

    public FlowTableTests() => _table = new FlowTable(
        new FlowTableOptions
        {
            NodeTid = "node",
            CaptureId = "capture",
            UpdateInterval = TimeSpan.FromSeconds(1),
            ExpireAfter = TimeSpan.FromHours(1),
            ApplicationTimeouts = new Dictionary<string, TimeSpan> { ["arp"] = TimeSpan.FromSeconds(10), ["UDP"] = TimeSpan.FromSeconds(20) },
        },
        _collector);

    public void Dispose() => _table.Dispose();

    [Fact]
    public void Tick_WithNewPackets_SendsTheDifference()
    {
        // TBL-01
        _table.Tick(Epoch);
        _table.Process(Udp(payload: 58), Epoch + (100 * Millisecond));
        Assert.Null(Assert.Single(SearchAll()).LastUpdateMetric);

        _table.Tick(Epoch + Second);
        Flow first = Assert.Single(_collector.Take());
        AssertWindow(first, 1, 100, Epoch + (100 * Millisecond), Epoch + Second);

        _table.Tick(Epoch + (2 * Second));
        Assert.Empty(_collector.Take());
        AssertWindow(Assert.Single(SearchAll()), 0, 0, Epoch + Second, Epoch + (2 * Second));

        _table.Process(Udp(payload: 58), Epoch + (2100 * Millisecond));
        _table.Process(Udp(payload: 58), Epoch + (2200 * Millisecond));
        _table.Tick(Epoch + (3 * Second));
        Flow third = Assert.Single(_collector.Take());
        AssertWindow(third, 2, 200, Epoch + (2 * Second), Epoch + (3 * Second));
        Assert.Equal(3, third.Metric!.ABPackets);
        Assert.Equal(300, third.Metric.ABBytes);
        Assert.Equal(first.UUID, third.UUID);

        _table.Process(Udp(isFromB: true), Epoch + (3100 * Millisecond));
        _table.Tick(Epoch + (4 * Second));
        Flow fourth = Assert.Single(_collector.Take());
        AssertWindow(fourth, 0, 0, Epoch + (3 * Second), Epoch + (4 * Second));
        Assert.Equal(1, fourth.LastUpdateMetric!.BAPackets);
        Assert.Equal(FinishType.NotFinished, fourth.FinishType);
    }

    [Fact]
    public void Tick_BeforeTheIntervalIsOver_SendsNothing()
    {
        _table.Tick(Epoch);
        _table.Process(Udp(), Epoch);
        _table.Tick(Epoch + Second - 1);
        Assert.Empty(_collector.Flows);
        Assert.Equal(Epoch + Second, _table.NextTickNanoseconds);
    }

    [Fact]
    public void Finish_BeforeAnyUpdate_FillsTheLastWindow()
    {
        // TBL-02
        _table.Process(Udp(payload: 58), Epoch);
        _table.Finish(Epoch + Second);
        Flow flow = Assert.Single(_collector.Flows);
        AssertWindow(flow, 1, 100, Epoch, Epoch + Second);
        Assert.Equal(FinishType.Timeout, flow.FinishType);
        Assert.Empty(SearchAll());
        Assert.Equal(0, _table.GetStats().FlowCount);
    }

    [Fact]
    public void Tick_WhenOneApplicationTimesOutEarlier_EndsOnlyItsFlows()
    {
        // TBL-03
        _table.Tick(Epoch);
        _table.Process(Arp(), Epoch);
        _table.Process(Udp(), Epoch);
        _table.Tick(Epoch + Second);
        Assert.Equal(2, _collector.Take().Count);

        _table.Tick(Epoch + (15 * Second));
        Flow arp = Assert.Single(_collector.Take());
        Assert.Equal(("ARP", FinishType.Timeout), (arp.Application, arp.FinishType));
        AssertWindow(arp, 0, 0, Epoch + Second, Epoch + (15 * Second));
        Assert.Equal("UDP", Assert.Single(SearchAll()).Application);

        _table.Tick(Epoch + (20 * Second));
        Assert.Empty(_collector.Take());
        _table.Tick(Epoch + (20 * Second) + Second);
        Assert.Equal("UDP", Assert.Single(_collector.Take()).Application);
    }

    [Fact]
    public void Tick_AfterAConnectionHasEnded_KeepsItForFifteenSeconds()
    {
        // TBL-04
        _table.Tick(Epoch);
        Connect();
        _table.Tick(Epoch + (5 * Second));
        Assert.Equal(FinishType.TcpFin, Assert.Single(_collector.Take()).FinishType);
        Assert.Single(SearchAll());
        _table.Tick(Epoch + (15 * Second) - 1);
        Assert.Single(SearchAll());
        _table.Tick(Epoch + (16 * Second));
        Assert.Empty(SearchAll());
        Assert.Empty(_collector.Take());
    }

    [Fact]
    public void Tick_AfterAConnectionHasReopened_KeepsIt()
    {
        // TBL-04
        _table.Tick(Epoch);
        Connect();
        _table.Tick(Epoch + (5 * Second));
        _table.Process(Tcp(TcpFlags.Syn), Epoch + (6 * Second));
        _table.Tick(Epoch + (30 * Second));
        Assert.Equal(FinishType.NotFinished, Assert.Single(SearchAll()).FinishType);
    }

    [Fact]
    public void FinishType_WhenOneSideCloses_IsNotFinished()
    {
        _table.Process(Tcp(TcpFlags.Syn), Epoch);
        _table.Process(Tcp(TcpFlags.Fin | TcpFlags.Ack), Epoch);
        _table.Process(Tcp(TcpFlags.Fin | TcpFlags.Ack), Epoch);
        Assert.Equal(FinishType.NotFinished, Assert.Single(SearchAll()).FinishType);
        _table.Process(Tcp(TcpFlags.Fin | TcpFlags.Ack, isFromB: true), Epoch);
        Assert.Equal(FinishType.TcpFin, Assert.Single(SearchAll()).FinishType);
        _table.Process(Tcp(TcpFlags.Rst), Epoch);
        Assert.Equal(FinishType.TcpFin, Assert.Single(SearchAll()).FinishType);
    }

    [Fact]
    public void FinishType_AfterAReset_IsReset()
    {
        _table.Process(Tcp(TcpFlags.Syn), Epoch);
        _table.Process(Tcp(TcpFlags.Rst | TcpFlags.Ack, isFromB: true), Epoch + 7000);
        Flow flow = Assert.Single(SearchAll());
        Assert.Equal(FinishType.TcpRst, flow.FinishType);
        Assert.Equal(7000, flow.Metric!.RTT);
    }

    [Fact]
    public void Rtt_WhenTheSideThatAskedResets_IsUnknown()
    {
        _table.Process(Tcp(TcpFlags.Syn), Epoch);
        _table.Process(Tcp(TcpFlags.Rst), Epoch + 7000);
        Assert.Equal(0, Assert.Single(SearchAll()).Metric!.RTT);
    }

    [Fact]
    public void Rtt_OfARetransmittedSyn_IsThatOfTheLastOne()
    {
        _table.Process(Tcp(TcpFlags.Syn), Epoch);
        _table.Process(Tcp(TcpFlags.Syn), Epoch + Second);
        _table.Process(Tcp(TcpFlags.Syn | TcpFlags.Ack, isFromB: true), Epoch + Second + 5000);
        Assert.Equal(5000, Assert.Single(SearchAll()).Metric!.RTT);
    }

    [Fact]
    public void Rtt_OfEchoes_IsRefreshedAndMatchesSequenceNumbers()
    {
        _table.Process(Echo(sequence: 1), Epoch);
        _table.Process(Echo(isReply: true, sequence: 1), Epoch + 1000);
        Assert.Equal(1000, Rtt());

        // Faster than the answers come: the first is measured.
        _table.Process(Echo(sequence: 2), Epoch + 10_000);
        _table.Process(Echo(sequence: 3), Epoch + 12_000);
        _table.Process(Echo(isReply: true, sequence: 2), Epoch + 13_000);
        _table.Process(Echo(isReply: true, sequence: 3), Epoch + 20_000);
        Assert.Equal(3000, Rtt());

        // The answer to 4 is lost.
        _table.Process(Echo(sequence: 4), Epoch + Second);
        _table.Process(Echo(sequence: 5), Epoch + (2 * Second));
        _table.Process(Echo(isReply: true, sequence: 5), Epoch + (2 * Second) + 2000);
        Assert.Equal(2000, Rtt());

        long Rtt() => Assert.Single(SearchAll()).Metric!.RTT;
    }

    [Fact]
    public void Tick_WhenFlowsAreIdle_ExpiresThem()
    {
        _table.Tick(Epoch);
        _table.Process(Tcp(TcpFlags.Ack), Epoch);
        _table.Tick(Epoch + Second);
        _collector.Take();
        _table.Tick(Epoch + (3600 * Second));
        Assert.Empty(_collector.Take());
        _table.Tick(Epoch + (3601 * Second) + 1);
        Assert.Equal(FinishType.Timeout, Assert.Single(_collector.Take()).FinishType);
        Assert.Empty(SearchAll());
    }

    [Fact]
    public void Tick_WhenExpiryComesBeforeUpdate_ExpiresWithTheWindow()
    {
        using var table = new FlowTable(
            new FlowTableOptions { UpdateInterval = TimeSpan.FromHours(1), ExpireAfter = TimeSpan.FromSeconds(10) }, _collector);
        table.Tick(Epoch);
        table.Process(Tcp(TcpFlags.Ack), Epoch);
        table.Process(Udp(), Epoch + (9 * Second));
        table.Tick(Epoch + (11 * Second));
        Flow flow = Assert.Single(_collector.Take());
        Assert.Equal((FinishType.Timeout, "TCP"), (flow.FinishType, flow.Application));
        AssertWindow(flow, 1, 54, Epoch, Epoch + (11 * Second));
        Assert.Equal(1, table.GetStats().FlowCount);
    }

    [Fact]
    public void Process_OfBothDirections_CountsThemApart()
    {
        _table.Process(Udp(isFromB: true, payload: 10), Epoch);
        _table.Process(Udp(payload: 20), Epoch + Millisecond);
        _table.Process(Udp(payload: 20), Epoch + (2 * Millisecond));
        Flow flow = Assert.Single(SearchAll());
        Assert.Equal((AddressB.ToString(), AddressA.ToString()), (flow.Network!.A, flow.Network.B));
        Assert.Equal((MacB.ToString(), MacA.ToString()), (flow.Link!.A, flow.Link.B));
        Assert.Equal((9000, 40000), (flow.Transport!.A, flow.Transport.B));
        Assert.Equal((1, 52, 2, 124), (flow.Metric!.ABPackets, flow.Metric.ABBytes, flow.Metric.BAPackets, flow.Metric.BABytes));
        Assert.Equal((Epoch / Millisecond, (Epoch / Millisecond) + 2), (flow.Start, flow.Last));
    }

    [Fact]
    public void Process_OfTruncatedFrames_CountsTheWireLength()
    {
        byte[] frame = Udp(payload: 1000);
        _table.Process(frame.AsSpan(0, 60), frame.Length, Epoch);
        Assert.Equal(frame.Length, Assert.Single(SearchAll()).Metric!.ABBytes);
    }

    [Fact]
    public void Process_WithoutLinkLayer_CountsTheNetworkLength()
    {
        byte[] frame = [.. Udp(payload: 7), 0, 0, 0];
        using var table = new FlowTable(new FlowTableOptions { LinkType = LinkType.Raw }, _collector);
        table.Process(frame.AsSpan(14), frame.Length - 14, Epoch);
        table.Finish(Epoch);
        Flow flow = Assert.Single(_collector.Flows);
        Assert.Equal("IPv4/UDP", flow.LayersPath);
        Assert.Null(flow.Link);
        Assert.Equal(20 + 8 + 7, flow.Metric!.ABBytes);
        Assert.Equal(flow.L3TrackingID, flow.TrackingID);
    }

    [Fact]
    public void Process_OfGarbage_CountsItAsInvalid()
    {
        _table.Process([1, 2, 3], Epoch);
        FlowStats stats = _table.GetStats(packetsDropped: 5);
        Assert.Equal((1, 1, 5, 0), (stats.PacketsReceived, stats.PacketsInvalid, stats.PacketsDropped, stats.FlowCount));
        Assert.Equal(("capture", "node"), (stats.CaptureID, stats.NodeTID));
    }

    [Fact]
    public void Application_OfAConfiguredPort_IsItsNameInUpperCase()
    {
        var options = new FlowTableOptions { TcpApplications = new Dictionary<int, string> { [80] = "http" } };
        Assert.Equal("HTTP", FlowOf(Tcp(TcpFlags.Syn), options).Application);
        Assert.Equal("HTTP", FlowOf(Tcp(TcpFlags.Syn, isFromB: true), options).Application);
        Assert.Equal("UDP", FlowOf(Udp(80), options).Application);
        Assert.Equal("Ethernet/IPv4/TCP", FlowOf(Tcp(TcpFlags.Syn), options).LayersPath);
    }

    [Fact]
    public void LayerKeyMode_L3_MergesWhatDiffersInMac()
    {
        using var table = new FlowTable(new FlowTableOptions { LayerKeyMode = LayerKeyMode.L3 }, _collector);
        byte[] frame = Udp();
        table.Process(frame, Epoch);
        frame[11] ^= 0xff;
        table.Process(frame, Epoch);
        table.Process(Arp(), Epoch);
        table.Finish(Epoch);
        Assert.Equal(2, _collector.Flows.Count);
        Flow udp = Assert.Single(_collector.Flows, static flow => flow.Application == "UDP");
        Assert.Equal(2, udp.Metric!.ABPackets);
        Assert.Equal(udp.L3TrackingID, udp.TrackingID);
    }

    [Fact]
    public void Process_WhenFull_SendsTheLeastRecentlyUpdatedFlow()
    {
        using var table = new FlowTable(new FlowTableOptions { MaxEntries = 3 }, _collector);
        table.Process(Udp(1), Epoch);
        table.Process(Udp(2), Epoch + 1);
        table.Process(Udp(3), Epoch + 2);
        table.Process(Udp(1), Epoch + 3);
        table.Process(Udp(4), Epoch + 4);
        table.Tick(Epoch + 5);
        Flow evicted = Assert.Single(_collector.Take());
        Assert.Equal((2, FinishType.Timeout), (evicted.Transport!.A, evicted.FinishType));
        AssertWindow(evicted, 1, 42, Epoch + 1, Epoch + 4);
        Assert.Equal(1, table.GetStats().FlowDropped);
        Assert.Equal([1, 3, 4], table.Search(new FlowSearch()).Select(static flow => flow.Transport!.A).Order());
    }

    [Fact]
    public void Process_WhenFullForLong_AlwaysEvictsTheOldest()
    {
        // Against a plain model: a dictionary of last timestamps.
        const int Capacity = 500;
        using var table = new FlowTable(new FlowTableOptions { MaxEntries = Capacity }, _collector);
        var random = new Random(1);
        var model = new Dictionary<int, long>();
        var expected = new List<int>();
        for (int i = 0; i < 20_000; i++)
        {
            int port = 1 + random.Next(1500);
            if (!model.ContainsKey(port) && model.Count == Capacity)
            {
                int oldest = model.MinBy(static pair => pair.Value).Key;
                expected.Add(oldest);
                model.Remove(oldest);
            }

            model[port] = i;
            table.Process(Udp(port), Epoch + i);
        }

        table.Tick(Epoch + 20_000);
        Assert.Equal(expected, _collector.Take().Select(static flow => flow.Transport!.A));
        Assert.Equal(expected.Count, table.GetStats().FlowDropped);
        Assert.Equal(model.Keys.Order(), table.Search(new FlowSearch()).Select(static flow => flow.Transport!.A).Order());
    }

    [Fact]
    public void Tick_WithManyFlows_SendsThemInBoundedBatchesAndGivesMemoryBack()
    {
        using var table = new FlowTable(new FlowTableOptions { UpdateInterval = TimeSpan.FromSeconds(1) }, _collector);
        Assert.True(table.SizeBytes < 1 << 20);
        table.Tick(Epoch);
        for (int i = 0; i < 50_000; i++)
        {
            table.Process(Udp(i), Epoch + i);
        }

        table.Tick(Epoch + Second);
        Assert.All(_collector.BatchSizes, static size => Assert.InRange(size, 1, FlowBatch.MaxCount));
        Assert.Equal(50_000, _collector.Take().Select(static flow => flow.Transport!.A).Distinct().Count());
        Assert.True(table.SizeBytes > 10 << 20);

        // All but one expire; the one that stays is found at its new place.
        table.Process(Udp(77), Epoch + (600 * Second));
        table.Tick(Epoch + (602 * Second));
        Assert.Equal(50_000, _collector.Take().Count);
        Assert.True(table.SizeBytes < 1 << 20);
        table.Process(Udp(77), Epoch + (603 * Second));
        Flow flow = Assert.Single(table.Search(new FlowSearch()));
        Assert.Equal((77, 2), (flow.Transport!.A, flow.Metric!.ABPackets));
    }

    [Fact]
    public void Process_OfKnownFlows_DoesNotAllocate()
    {
        byte[][] frames = [Tcp(TcpFlags.Syn), Tcp(TcpFlags.Fin, isFromB: true), Udp(), Echo(), Echo(isReply: true), Arp(), Vlans(1, 2, 3)];
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                _table.Process(frames[i % frames.Length], Epoch + i);
            }

            _table.Flush();
        }));
    }

    [Fact]
    public void Process_AfterDispose_Throws()
    {
        _table.Process(Udp(), Epoch);
        _table.Dispose();
        Assert.Throws<ObjectDisposedException>(_table.Flush);
        Assert.Empty(_table.Search(new FlowSearch()));
        Assert.Equal(0, _table.GetStats().FlowCount);
        _table.Dispose();
    }

    [Fact]
    public void Constructor_WithSenselessOptions_Throws()
    {
        Assert.ThrowsAny<ArgumentException>(() => new FlowTable(new FlowTableOptions { MaxEntries = 0 }, _collector));
        Assert.ThrowsAny<ArgumentException>(() => new FlowTable(new FlowTableOptions { UpdateInterval = TimeSpan.Zero }, _collector));
        Assert.ThrowsAny<ArgumentException>(() => new FlowTable(new FlowTableOptions { ExpireAfter = TimeSpan.FromSeconds(-1) }, _collector));
        Assert.ThrowsAny<ArgumentException>(() => new FlowTable(new FlowTableOptions { LinkType = (LinkType)9999 }, _collector));
    }

    [Fact]
    public void Tick_AtTheEndOfTime_DoesNotOverflow()
    {
        _table.Tick(0);
        _table.Process(Udp(), long.MaxValue);
        _table.Process(Udp(2), 0);
        _table.Tick(long.MaxValue);
        _table.Finish(long.MaxValue);
        Assert.Equal(3, _collector.Flows.Count);
    }

    private static void AssertWindow(Flow flow, long packets, long bytes, long startNanoseconds, long lastNanoseconds)
    {
        FlowMetric window = Assert.IsType<FlowMetric>(flow.LastUpdateMetric);
        Assert.Equal(
            (packets, bytes, startNanoseconds / Millisecond, lastNanoseconds / Millisecond),
            (window.ABPackets, window.ABBytes, window.Start, window.Last));
    }

    private void Connect()
    {
        _table.Process(Tcp(TcpFlags.Syn), Epoch);
        _table.Process(Tcp(TcpFlags.Syn | TcpFlags.Ack, isFromB: true), Epoch);
        _table.Process(Tcp(TcpFlags.Fin | TcpFlags.Ack), Epoch);
        _table.Process(Tcp(TcpFlags.Fin | TcpFlags.Ack, isFromB: true), Epoch);
    }

    private IReadOnlyList<Flow> SearchAll()
    {
        _table.Flush();
        return _table.Search(new FlowSearch());
    }
}
