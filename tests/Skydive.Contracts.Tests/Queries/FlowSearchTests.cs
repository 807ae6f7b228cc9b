using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Contracts.Tests.Queries;

public sealed class FlowSearchTests
{
    [Fact]
    public void Matches_NodesTimeAndFilter_AllCount()
    {
        var flow = MakeFlow("u", 100, 200, "t1", "TCP");

        Assert.True(new FlowSearch().Matches(flow));
        Assert.True(new FlowSearch { NodeTIDs = ["t0", "t1"] }.Matches(flow));
        Assert.False(new FlowSearch { NodeTIDs = ["t0"] }.Matches(flow));
        Assert.False(new FlowSearch { NodeTIDs = [] }.Matches(flow));
        Assert.False((new FlowSearch { NodeTIDs = ["t1"] } with { NodeTIDs = ["t2"] }).Matches(flow));
        Assert.True((new FlowSearch { NodeTIDs = ["t2"] } with { NodeTIDs = null }).Matches(flow));
        Assert.True(new FlowSearch { Filter = Filter.Equal("Application", "TCP") }.Matches(flow));
        Assert.False(new FlowSearch { Filter = Filter.Equal("Application", "UDP"), NodeTIDs = ["t1"] }.Matches(flow));
    }

    [Theory]
    [InlineData(0, 99, false)]
    [InlineData(0, 100, true)]
    [InlineData(120, 130, true)]
    [InlineData(200, 300, true)]
    [InlineData(201, 300, false)]
    [InlineData(150, 150, true)]
    public void Matches_Slice_BothEndsIncluded(long start, long last, bool isMet) =>
        Assert.Equal(isMet, new FlowSearch { Slice = new(start, last) }.Matches(MakeFlow("u", 100, 200, "t", "TCP")));

    [Fact]
    public void Finish_NothingAsked_OrdersByStartThenUuid() =>
        Assert.Equal("a,b,c,d", Finish(new(), ("d", 2, 0), ("b", 1, 0), ("c", 2, 0), ("a", 1, 0)));

    [Fact]
    public void Finish_Sort_PutsFlowsWithoutTheFieldLastAndKeepsTheOrderOfEquals()
    {
        (string, long, long)[] flows = [("a", 1, 5), ("b", 2, -1), ("c", 3, 9), ("d", 4, 5), ("e", 5, -1)];

        Assert.Equal("a,d,c,b,e", Finish(new() { SortBy = "Metric.ABBytes" }, flows));
        Assert.Equal("c,a,d,b,e", Finish(new() { SortBy = "Metric.ABBytes", Descending = true }, flows));
    }

    [Fact]
    public void Finish_Deduplicate_KeepsTheFirstAndAllWithoutTheField()
    {
        (string, long, long)[] flows = [("a", 1, 5), ("b", 2, -1), ("c", 3, 9), ("d", 4, 5), ("e", 5, -1)];

        Assert.Equal("a,b,c,e", Finish(new() { DeduplicateBy = "Metric.ABBytes" }, flows));
    }

    [Fact]
    public void Finish_DeduplicateSortAndCut_HappenInThatOrder()
    {
        (string, long, long)[] flows = [("a", 1, 5), ("b", 2, 7), ("c", 3, 9), ("d", 4, 5), ("e", 5, 9)];

        Assert.Equal("b,a", Finish(new() { DeduplicateBy = "Metric.ABBytes", SortBy = "Metric.ABBytes", Descending = true, Skip = 1, Limit = 2 }, flows));
        Assert.Equal(string.Empty, Finish(new() { Limit = 0 }, flows));
        Assert.Equal(string.Empty, Finish(new() { Skip = 10 }, flows));
        Assert.Equal("e", Finish(new() { Skip = 4, Limit = 10 }, flows));
    }

    [Fact]
    public void Finish_DeduplicateByAnEndpointPair_TakesNoQuadraticTime()
    {
        // One host that talks to many: lists that begin alike must not meet in one bucket.
        var flows = Enumerable.Range(0, 100_000).Select(static i => new Flow
        {
            UUID = "u",
            LayersPath = "p",
            Application = "a",
            Start = i,
            Last = i,
            Network = new() { Protocol = "IPV4", A = "10.0.0.1", B = "b" + i },
        });
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(100_000, new FlowSearch { DeduplicateBy = "Network" }.Finish(flows).Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    private static string Finish(FlowSearch search, params (string UUID, long Start, long Bytes)[] flows) => string.Join(
        ',',
        search.Finish(flows.Select(static flow =>
            MakeFlow(flow.UUID, flow.Start, flow.Start, "t", "TCP") with { Metric = flow.Bytes < 0 ? null : new() { ABBytes = flow.Bytes } })).Select(static flow => flow.UUID));

    private static Flow MakeFlow(string uuid, long start, long last, string tid, string application) =>
        new() { UUID = uuid, LayersPath = "Ethernet/IPv4/TCP", Application = application, Start = start, Last = last, NodeTID = tid };
}
