using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Gremlin.Tests.Fakes;
using Skydive.Storage;

namespace Skydive.Gremlin.Tests;

/// <summary>The queries of the corpus asked of the past: a real history store that was told of the same graph answers as memory does.</summary>
public sealed partial class HistoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Graphs => ["small", "lab", "weights", "routers"];

    [Theory]
    [MemberData(nameof(Graphs))]
    public async Task Execute_QueriesOfTheCorpus_SqliteAnswersAsMemory(string graph)
    {
        string directory = Directory.CreateTempSubdirectory("gremlin-history-").FullName;
        try
        {
            await using var store = HistoryStore.Open(new HistoryStoreOptions { Driver = HistoryStoreOptions.SqliteDriver, Directory = directory });
            var live = Source(graph);
            var view = (GraphSnapshot)live.Live;
            await store.AppendAsync(new GraphBatch([.. view.GetNodes(), .. view.GetEdges()]), Token);
            var past = await store.GetGraphAsync(Contracts.Queries.TimeSlice.At(Fixtures.Now.ToUnixTimeMilliseconds()), Token);
            var options = new GremlinOptions { Time = new FixedTime(Fixtures.Now) };
            int compared = 0;
            foreach (var test in Corpus.Cases.Where(test => test.Graph == graph && test.Sign != "!!"))
            {
                string query = test.Query.Replace('⏎', '\r').Replace('↵', '\n').Replace('⇥', '\t');
                if (StartPattern().Match(query) is not { Success: true } start || PastPattern().IsMatch(query))
                {
                    continue;
                }

                // A source without a live graph: the answer can only be of the store.
                var source = new FakeSource(new LiveGraph("h", "o").Current) { Flows = live.Flows, History = _ => past };
                string asked = query.Insert(start.Length, ".At(NOW)");
                string expected = (await GremlinEngine.ExecuteAsync(query, live, options, Token)).ToJson();
                string actual = (await GremlinEngine.ExecuteAsync(asked, source, options, Token)).ToJson();
                Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{test}\n{asked}\n{expected}\n{actual}");
                compared++;
            }

            Assert.True(compared >= 7, $"{compared}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>All revisions of a span, one of a point, and what was deleted since (reference 13.1, TOP-11).</summary>
    [Fact]
    public async Task Execute_Revisions_SpanAndPoint()
    {
        string directory = Directory.CreateTempSubdirectory("gremlin-history-").FullName;
        try
        {
            await using var store = HistoryStore.Open(new HistoryStoreOptions { Driver = HistoryStoreOptions.SqliteDriver, Directory = directory });
            static Node Lo(long updatedAt, long revision, string state, long? deletedAt = null) => new()
            {
                Id = "lo",
                Host = "h",
                Origin = "o",
                CreatedAt = 11_000,
                UpdatedAt = updatedAt,
                Revision = revision,
                DeletedAt = deletedAt,
                Metadata = Contracts.Metadata.MetadataMap.Create(("Name", "lo"), ("Type", "device"), ("State", state)),
            };
            var netns = new Node { Id = "iu", Host = "h", Origin = "o", CreatedAt = 10_000, UpdatedAt = 10_000, Metadata = Contracts.Metadata.MetadataMap.Create(("Name", "iu"), ("Type", "netns")) };
            var edge = new Edge { Id = "e", Parent = "iu", Child = "lo", Host = "h", Origin = "o", CreatedAt = 12_000, UpdatedAt = 12_000, Metadata = Contracts.Metadata.MetadataMap.Create(("RelationType", "ownership")) };
            await store.AppendAsync(new GraphBatch([netns, Lo(11_000, 1, "DOWN"), edge, Lo(15_000, 2, "UP")]), Token);
            var source = new StoreSource(store);

            async Task<string> Ask(string query) => (await GremlinEngine.ExecuteAsync(query, source, null, Token)).ToJson();

            Assert.Equal("[\"DOWN\",\"UP\"]", await Ask("G.Context(20, 10).V().Has('Name', 'iu', 'Type', 'netns').Out().Has('Name', 'lo').Values('State')"));
            Assert.Equal("[\"DOWN\"]", await Ask("G.Context(13).V().Has('Name', 'lo').Values('State')"));
            Assert.Equal("[\"UP\"]", await Ask("G.Context(20).V('lo').Values('State')"));
            Assert.Equal("[\"DOWN\",\"UP\"]", await Ask("G.Context(20, FOREVER).V('lo').Values('State')"));
            Assert.Equal("1", await Ask("G.Context(20, FOREVER).V('lo').Dedup().Count()"));
            Assert.Equal("0", await Ask("G.Context(5).V().Count()"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>What interfaces and flows counted in a span of time (reference 13.1 TOP-12, 13.2 FLW-09).</summary>
    [Fact]
    public async Task Execute_MetricsOfASpan_AreThoseOfTheStore()
    {
        string directory = Directory.CreateTempSubdirectory("gremlin-history-").FullName;
        try
        {
            await using var store = HistoryStore.Open(new HistoryStoreOptions { Driver = HistoryStoreOptions.SqliteDriver, Directory = directory });
            await store.AppendAsync(
                new GraphBatch([new Node { Id = "lo", Host = "h", Origin = "o", CreatedAt = 1000, UpdatedAt = 1000, Metadata = Contracts.Metadata.MetadataMap.Create(("Name", "lo")) }]), Token);
            await store.AppendMetricsAsync(
                [.. Enumerable.Range(0, 6).Select(static i => new Contracts.Metrics.MetricSample("lo", "LastUpdateMetric", Contracts.Metadata.MetadataMap.Create(
                    ("TxPackets", 10), ("Start", 2000 + (i * 5000)), ("Last", 7000 + (i * 5000)))))],
                Token);
            Contracts.Flows.Flow Update(int start, int last, int packets, int total) => new()
            {
                UUID = "f",
                LayersPath = "Ethernet/IPv4/ICMPv4",
                Application = "ICMPv4",
                Start = 2000,
                Last = last,
                TrackingID = "t",
                NodeTID = "tid",
                Metric = new() { ABPackets = total, BAPackets = total, Start = 2000, Last = last },
                LastUpdateMetric = new() { ABPackets = packets, BAPackets = packets, Start = start, Last = last },
            };
            await store.AppendFlowsAsync([Update(2000, 10_000, 8, 8)], Token);
            await store.AppendFlowsAsync([Update(10_000, 20_000, 4, 12)], Token);
            await store.AppendFlowsAsync([Update(20_000, 30_000, 3, 15)], Token);
            var source = new StoreSource(store);

            async Task<string> Ask(string query) => (await GremlinEngine.ExecuteAsync(query, source, null, Token)).ToJson();

            Assert.Equal("6", await Ask("G.Context(32, 30).V('lo').Metrics().Values('TxPackets').Count()"));
            Assert.Equal("60", await Ask("G.Context(32, 30).V().Has('Name', 'lo').Metrics().Aggregates(10).Sum('TxPackets')"));
            Assert.Equal("[10]", await Ask("G.Context(13).V('lo').Metrics().Values('TxPackets')"));
            Assert.Equal("[8,4,3]", await Ask("G.Context(32, 32).Flows().Has('LayersPath', 'Ethernet/IPv4/ICMPv4').Dedup().Metrics().Values('ABPackets')"));
            Assert.Equal("15", await Ask("G.Context(32, 32).Flows().Dedup().Metrics().Aggregates(10).Sum('BAPackets')"));
            Assert.Equal("[15]", await Ask("G.Context(32, 32).Flows().Values('Metric.ABPackets')"));
            Assert.Equal("[3]", await Ask("G.Context(32, 5).Flows().Metrics().Values('ABPackets')"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static FakeSource Source(string graph) => graph switch
    {
        "small" => Fixtures.Small(),
        "lab" => Fixtures.Lab(),
        "weights" => Fixtures.Weights(),
        _ => RouterFixture.Make(),
    };

    [GeneratedRegex(@"^\s*[gG]\s*(\(\s*\)\s*)?(?=\.|$)")]
    private static partial Regex StartPattern();

    [GeneratedRegex("At\\(|Context\\(|Explain", RegexOptions.IgnoreCase)]
    private static partial Regex PastPattern();

    private sealed class StoreSource(IHistoryStore store) : IQuerySource
    {
        public Skydive.Graph.Views.IGraphView Live { get; } = new LiveGraph("h", "o").Current;

        public Contracts.Queries.IFlowSource? Flows => store;

        public Contracts.Metrics.IMetricSource? Metrics => store;

        public Task<Skydive.Graph.Views.IGraphView> GetHistoryAsync(Contracts.Queries.TimeSlice slice, CancellationToken cancellationToken) => store.GetGraphAsync(slice, cancellationToken);
    }
}
