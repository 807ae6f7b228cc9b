using Skydive.Contracts.Queries;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

/// <summary>What a query asks of its source.</summary>
public sealed class SourceTests
{
    private static readonly long s_now = Fixtures.Now.ToUnixTimeMilliseconds();

    public static TheoryData<string, long, long> Times => new()
    {
        { "G.At(NOW)", s_now, s_now },
        { "G.At('-1m')", s_now - 60_000, s_now - 60_000 },
        { "G.Context('-1h30m')", s_now - 5_400_000, s_now - 5_400_000 },
        { "G.At('-500ms')", s_now - 500, s_now - 500 },
        { "G.At('-1.5s')", s_now - 1500, s_now - 1500 },
        { "G.At('-0s')", s_now, s_now },
        { "G.At('-1m', 30)", s_now - 90_000, s_now - 60_000 },
        { "G.At('-1m', '1h')", s_now - 3_660_000, s_now - 60_000 },
        { "G.At(NOW, FOREVER)", 0, s_now },
        { "G.At(100, 1000)", 0, 100_000 },
        { "G.At(2147483647)", 2147483647000, 2147483647000 },
        { "G.At(2147483648)", 2147483648, 2147483648 },
        { "G.At('Sun, 06 Nov 2016 08:49:37 GMT')", 1478422177000, 1478422177000 },
        { "G.At('Sun, 06 Nov 2016 08:49:37 UTC')", 1478422177000, 1478422177000 },
        { "G.At('Sun, 06 Nov 2016 09:49:37 +01:00')", 1478422177000, 1478422177000 },
        { "G.At('2016-11-06T08:49:37Z')", 1478422177000, 1478422177000 },
        { "G.At('2016-11-06T09:49:37.250+01:00', 1)", 1478422176250, 1478422177250 },
    };

    [Theory]
    [MemberData(nameof(Times))]
    public async Task Execute_TimeContext_AsksForTheSlice(string query, long start, long last)
    {
        var source = Fixtures.Lab();
        var options = new GremlinOptions { Time = new FixedTime(Fixtures.Now) };
        await GremlinEngine.ExecuteAsync($"{query}.V().Flows()", source, options, default);
        Assert.Equal([new TimeSlice(start, last)], source.Slices);

        // As for a live agent, which holds flows for ten minutes after their last packet.
        Assert.Equal(new TimeSlice(Math.Max(0, start - 600_000), last), Assert.Single(((FakeFlowSource)source.Flows!).Searches).Slice);
    }

    [Theory]
    [InlineData("G.At('-1m').Flows().Count()", 0)]
    [InlineData("G.At('-1m').Flows('Application', 'TCP').Has('Metric.ABBytes', Gt(1)).Dedup().Sort().Limit(3).Metrics().Aggregates(10)", 0)]
    [InlineData("G.At('-1m').Flows().Group().MoreThan(1)", 0)]
    [InlineData("G.At('-1m').Flows().RawPackets()", 0)]
    [InlineData("G.At('-1m').Flows().Nodes()", 1)]
    [InlineData("G.At('-1m').V().Flows()", 1)]
    [InlineData("G.At('-1m')", 1)]
    public async Task Execute_PastOfFlowsAlone_DoesNotFetchTheGraph(string query, int count)
    {
        var source = Fixtures.Lab();
        (await GremlinEngine.ExecuteAsync(query, source, new GremlinOptions { Time = new FixedTime(Fixtures.Now) }, default)).ToJson();
        Assert.Equal(count, source.Slices.Count);
    }

    [Fact]
    public async Task Execute_CompiledQuery_RelativeTimeMovesOn()
    {
        var time = new FixedTime(Fixtures.Now);
        var source = Fixtures.Lab();
        var query = GremlinEngine.Compile("G.At('-1m').V()");
        await query.ExecuteAsync(source, new GremlinOptions { Time = time }, default);
        time.Advance(TimeSpan.FromSeconds(10));
        await query.ExecuteAsync(source, new GremlinOptions { Time = time }, default);
        Assert.Equal([TimeSlice.At(s_now - 60_000), TimeSlice.At(s_now - 50_000)], source.Slices);
    }

    [Fact]
    public async Task Execute_FlowsOfNodes_SearchNamesCapturableNodesOnce()
    {
        var search = await Search("G.V().Both().Flows().Has('Application', 'TCP').Dedup('Application').Sort(DESC, 'Start').Range(1, 3)");
        Assert.Equal(["tid-br0", "tid-ns1/eth0", "tid-ns2/eth0", "tid-veth1", "tid-veth2"], search.NodeTIDs!.Order(StringComparer.Ordinal));
        Assert.Equal(Filter.Equal("Application", "TCP"), search.Filter);
        Assert.Equal("Application", search.DeduplicateBy);
        Assert.Equal("Start", search.SortBy);
        Assert.True(search.Descending);
        Assert.Equal(1, search.Skip);
        Assert.Equal(2, search.Limit);
        Assert.Null(search.Slice);
    }

    [Fact]
    public async Task Execute_FlowsOfGraph_SearchNamesNoNodes() => Assert.Null((await Search("G.Flows()")).NodeTIDs);

    [Fact]
    public async Task Execute_FlowsOfNoCapturableNode_SourceNotAsked()
    {
        var source = Fixtures.Lab();
        var result = await GremlinEngine.ExecuteAsync("G.V().Has('Type', 'netns').Flows()", source, null, default);
        Assert.Equal("[]", result.ToJson());
        Assert.Empty(((FakeFlowSource)source.Flows!).Searches);
    }

    [Theory]
    [InlineData("G", GremlinKind.Graph)]
    [InlineData("G.V().SubGraph()", GremlinKind.Graph)]
    [InlineData("G.V()", GremlinKind.Nodes)]
    [InlineData("G.Flows().Nodes()", GremlinKind.Nodes)]
    [InlineData("G.E()", GremlinKind.Edges)]
    [InlineData("G.V().ShortestPathTo(Metadata('a', 'b'))", GremlinKind.Paths)]
    [InlineData("G.Flows()", GremlinKind.Flows)]
    [InlineData("G.V().Keys()", GremlinKind.Values)]
    [InlineData("G.V().Sum('a')", GremlinKind.Value)]
    public void Validate_Query_Kind(string query, GremlinKind kind)
    {
        Assert.Equal(kind, GremlinEngine.Validate(query));
        Assert.Equal(kind, GremlinEngine.Compile(query).Kind);
    }

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("-1m", -60)]
    [InlineData("+1.5s", 1.5)]
    [InlineData("0", 0)]
    [InlineData("1us", 0.000001)]
    [InlineData("1µs", 0.000001)]
    [InlineData("100ns", 0.0000001)]
    [InlineData("2h3m4s5ms", 7384.005)]
    [InlineData(".5s", 0.5)]
    public void GoDuration_Valid_Parsed(string text, double seconds)
    {
        Assert.True(Time.GoDuration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1")]
    [InlineData("1d")]
    [InlineData("h")]
    [InlineData("1m1")]
    [InlineData("--1m")]
    [InlineData("1..5s")]
    [InlineData(".s")]
    [InlineData("1 m")]
    [InlineData("99999999999999h")]
    [InlineData("999999999999999999999999999999999999999h")]
    [InlineData("2562047h2562047h")]
    public void GoDuration_Invalid_False(string text) => Assert.False(Time.GoDuration.TryParse(text, out _));

    private static async Task<FlowSearch> Search(string query)
    {
        var source = Fixtures.Lab();
        await GremlinEngine.ExecuteAsync(query, source, null, TestContext.Current.CancellationToken);
        return Assert.Single(((FakeFlowSource)source.Flows!).Searches);
    }
}
