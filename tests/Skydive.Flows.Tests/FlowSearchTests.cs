using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class FlowSearchTests : IDisposable
{
    private readonly FlowTable _table = new(new FlowTableOptions { NodeTid = "probe-1", CaptureId = "c" }, new FlowCollector());

    public FlowSearchTests()
    {
        for (int i = 0; i < 3000; i++)
        {
            _table.Process(Udp(i, payload: i % 100), Epoch + (i * Millisecond));
        }

        _table.Process(Tcp(TcpFlags.Syn), Epoch);
        _table.Flush();
    }

    public void Dispose() => _table.Dispose();

    [Fact]
    public void Search_ByNode_FindsAllOrNothing()
    {
        Assert.Equal(3001, _table.Search(new FlowSearch { NodeTIDs = ["x", "probe-1"] }).Count);
        Assert.Equal(3001, _table.Search(new FlowSearch { Filter = Filter.Equal("NodeTID", "probe-1") }).Count);
        Assert.Empty(_table.Search(new FlowSearch { NodeTIDs = ["x"] }));
        Assert.Empty(_table.Search(new FlowSearch { NodeTIDs = [] }));
    }

    [Fact]
    public void Search_ByFilter_FindsWhatMatches()
    {
        Assert.Equal("TCP", Assert.Single(_table.Search(new FlowSearch { Filter = Filter.Equal("Application", "TCP") })).Application);
        Assert.Equal(17, Assert.Single(_table.Search(new FlowSearch { Filter = Filter.Equal("UDP.A", 17) })).Transport!.A);
        Assert.Equal(3001, _table.Search(new FlowSearch { Filter = Filter.Equal("Network", AddressA.ToString()) }).Count);
        Assert.Empty(_table.Search(new FlowSearch { Filter = new ExistsFilter("LastUpdateMetric.ABBytes") }));
    }

    [Fact]
    public void Search_WithSortSkipAndLimit_GivesThatPart()
    {
        IReadOnlyList<Flow> flows = _table.Search(new FlowSearch
        {
            Filter = Filter.Equal("Application", "UDP"),
            SortBy = "Transport.A",
            Descending = true,
            Skip = 10,
            Limit = 3,
        });
        Assert.Equal([2989, 2988, 2987], flows.Select(static flow => flow.Transport!.A));
    }

    [Fact]
    public void Search_WithoutOrder_IsInOrderOfStart()
    {
        IReadOnlyList<Flow> flows = _table.Search(new FlowSearch { Limit = 100 });
        Assert.Equal(flows.Select(static flow => flow.Start).Order(), flows.Select(static flow => flow.Start));
    }

    [Fact]
    public void Search_WithDeduplication_KeepsOneOfEach() =>
        Assert.Equal(2, _table.Search(new FlowSearch { DeduplicateBy = "Application" }).Count);

    [Fact]
    public void Search_InASlice_FindsFlowsThatOverlapIt()
    {
        long start = (Epoch / Millisecond) + 100;
        IReadOnlyList<Flow> flows = _table.Search(new FlowSearch { Slice = new TimeSlice(start, start + 9) });
        Assert.Equal(Enumerable.Range(100, 10), flows.Select(static flow => flow.Transport!.A));
    }

    [Fact]
    public void FieldsOfACopiedFlow_AreThoseOfItsWireRecord()
    {
        // The view answers some fields without a wire record: the answers must be the same.
        byte[][] frames =
        [
            Arp(), Tcp(TcpFlags.Syn), Udp(isFromB: true), Echo(), Vlans(1, 2),
            new FrameBuilder().Ethernet(MacB, MacA).IPv6(AddressB6, AddressA6).Sctp(1, 2).Build(),
            new FrameBuilder().Ethernet(MacB, MacA).IPv4(AddressB, AddressA, protocol: IpProtocol.Gre).Payload(new byte[8]).Build(),
        ];
        var options = new FlowTableOptions
        {
            NodeTid = "n",
            CaptureId = "c",
            TcpApplications = new Dictionary<int, string> { [80] = "http" },
        };
        var seen = new List<string>();
        var search = new FlowSearch { Filter = new RecordingFilter(seen) };
        using var table = new FlowTable(options, new FlowCollector());
        foreach (byte[] frame in frames)
        {
            table.Process(frame, Epoch);
        }

        table.Tick(Epoch);
        table.Tick(Epoch + (61 * Second));
        table.Process(Tcp(TcpFlags.Rst, isFromB: true), Epoch + (62 * Second));
        table.Flush();
        Assert.NotEmpty(table.Search(search));
        Assert.Empty(seen);
    }

    [Fact]
    public async Task Search_WhileTheOwnerWorks_SeesConsistentFlows()
    {
        // Every flow gets packets of 60 bytes in one direction only, so bytes must always be 60 times packets.
        using var table = new FlowTable(
            new FlowTableOptions { MaxEntries = 8_000, UpdateInterval = TimeSpan.FromSeconds(1), ExpireAfter = TimeSpan.FromSeconds(5) },
            new FlowCollector());
        using var stop = new CancellationTokenSource();
        int searches = 0;
        Task searcher = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                IReadOnlyList<Flow> flows = table.Search(new FlowSearch());
                Assert.All(flows, static flow =>
                {
                    Assert.Equal(flow.Metric!.ABPackets * 60, flow.Metric.ABBytes);
                    Assert.Equal(0, flow.Metric.BAPackets);
                    Assert.Equal(9000, flow.Transport!.B);
                });
                Interlocked.Increment(ref searches);
            }
        });
        var random = new Random(1);
        byte[] frame = new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB).Udp(1, 9000).Payload(new byte[18]).Build();
        long now = Epoch;
        for (int i = 0; Volatile.Read(ref searches) < 10 || i < 450_000; i++)
        {
            // Addresses come and go, so that the table grows, evicts, expires and shrinks meanwhile.
            frame[28] = (byte)(i >> 15);
            frame[29] = (byte)random.Next(i % 150_000 < 75_000 ? 256 : 2);
            frame[34] = (byte)random.Next(i % 150_000 < 75_000 ? 256 : 2);
            now += 20_000;
            table.Process(frame, now);
            if (i % 1000 == 0)
            {
                table.Tick(now);
            }

            if (searcher.IsCompleted)
            {
                break;
            }
        }

        await stop.CancelAsync();
        await searcher;
    }

    // Matches always; notes the fields whose value differs from the wire record's.
    private sealed record RecordingFilter(List<string> Differences) : Filter
    {
        public override bool Matches(IFieldSource element)
        {
            var view = Assert.IsType<FlowRecordView>(element);
            foreach (string name in FlowFields.Names)
            {
                var path = FieldPath.Parse(name);
                bool found = element.TryGetField(path, out MetadataValue value);
                bool expectedFound = view.ToFlow().TryGetField(path, out MetadataValue expected);
                if (found != expectedFound || value != expected)
                {
                    Differences.Add(name);
                }
            }

            return true;
        }
    }

    public static TheoryData<FlowSearch> Searches => new()
    {
        new FlowSearch(),
        new FlowSearch { Skip = 7, Limit = 5 },
        new FlowSearch { Skip = 7 },
        new FlowSearch { Skip = 100_000, Limit = 5 },
        new FlowSearch { Limit = 0 },
        new FlowSearch { Limit = -1 },
        new FlowSearch { DeduplicateBy = "TrackingID" },
        new FlowSearch { DeduplicateBy = "Network.A", Limit = 3 },
        new FlowSearch { DeduplicateBy = "Transport" },
        new FlowSearch { DeduplicateBy = "ICMP.ID" },
        new FlowSearch { SortBy = "Metric.ABBytes", Limit = 10 },
        new FlowSearch { SortBy = "Metric.ABBytes", Descending = true, Skip = 3, Limit = 10 },
        new FlowSearch { SortBy = "Transport.A", Descending = true },
        new FlowSearch { SortBy = "ICMP.ID" },
        new FlowSearch { SortBy = "Network", DeduplicateBy = "Application" },
        new FlowSearch { SortBy = "UUID", Filter = Filter.Equal("Application", "UDP") },
        new FlowSearch { Filter = Filter.Equal("Network.A", "192.0.2.9"), SortBy = "Nothing" },
    };

    [Theory]
    [MemberData(nameof(Searches))]
    public void Search_OfManyFlows_IsWhatTheRuleSays(FlowSearch search)
    {
        var random = new Random(2);
        using var table = new FlowTable(new FlowTableOptions { NodeTid = "n" }, new FlowCollector());
        for (int i = 0; i < 3000; i++)
        {
            byte[] frame = random.Next(5) switch
            {
                0 => Arp(),
                1 => Echo(identifier: random.Next(100)),
                2 => Tcp(TcpFlags.Ack, port: random.Next(500), payload: random.Next(100)),
                3 => Vlans(random.Next(10)),
                _ => Udp(random.Next(500), payload: random.Next(10)),
            };
            frame[6 + random.Next(2)] ^= (byte)random.Next(4);
            if (frame[12] == 8 && frame[13] == 0)
            {
                frame[29] = (byte)random.Next(20);
            }

            // Many begin in the same millisecond.
            table.Process(frame, Epoch + (random.Next(20) * Millisecond));
        }

        table.Flush();
        Flow[] all = [.. table.Search(new FlowSearch())];
        Assert.True(all.Length > 1000);
        Flow[] shuffled = [.. all.Where(search.Matches)];
        random.Shuffle(shuffled);
        Assert.Equal(search.Finish(shuffled), table.Search(search));
        Assert.Equal(table.Search(search).Count, table.Search(search).Count());
        Assert.Equal([.. table.Search(search).Select(static flow => flow.UUID)], table.Search(search).ToArray().Select(static flow => flow.UUID));
    }
}
