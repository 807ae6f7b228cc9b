using System.Globalization;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Conformance;

/// <summary>What searches and sums over flows find, compared with looking at each flow.</summary>
public abstract partial class HistoryStoreConformance
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task SearchAndSumFlows_RandomUpdates_EqualTheDefinition(int seed)
    {
        await using var store = Open();
        var random = new Random(seed);
        var model = new Dictionary<string, Flow>();
        for (int batch = 0; batch < 40; batch++)
        {
            var flows = new List<Flow>();
            for (int i = random.Next(60); i >= 0; i--)
            {
                var flow = RandomUpdate(random, model);
                model[flow.UUID] = flow;
                flows.Add(flow);
            }

            await store.AppendFlowsAsync(flows, None);
            if (batch == 25)
            {
                await store.CompactAsync(None);
            }
        }

        for (int question = 0; question < 150; question++)
        {
            long start = random.Next(100_000);
            var search = new FlowSearch
            {
                Slice = random.Next(4) == 0 ? null : random.Next(4) == 0 ? new(-1, 1_000_000) : new(start, start + random.Next(30_000)),
                NodeTIDs = random.Next(4) == 0 ? [$"tid-{random.Next(4)}", "nobody"] : null,
                Filter = RandomFilter(random),
                SortBy = random.Next(3) switch { 0 => null, 1 => "Metric.ABBytes", _ => "Transport.A" },
                Descending = random.Next(2) == 0,
                DeduplicateBy = random.Next(6) == 0 ? "TrackingID" : null,
                Skip = random.Next(3) == 0 ? random.Next(10) : 0,
                Limit = random.Next(3) == 0 ? null : random.Next(20),
            };
            var matches = model.Values.Where(flow => search.Matches(flow)).ToList();
            Assert.Equal(search.Finish(matches), await store.SearchFlowsAsync(search, None));

            string? groupBy = random.Next(6) switch { 0 => null, 1 => "Network.A", 2 => "Transport.B", 3 => "Network", 4 => "IPV4.A", _ => "Application" };
            string[] fields = random.Next(2) == 0 ? ["Metric.ABBytes"] : ["Metric.BAPackets", "TCP.A", "Nothing", "Application"];
            var except = random.Next(4) == 0 ? model.Keys.Take(random.Next(model.Count)).ToList() : null;
            var groups = groupBy is null ? null : FieldPath.Parse(groupBy);
            var expected = matches.Where(flow => except?.Contains(flow.UUID) != true)
                .GroupBy(flow => groups is not null && flow.TryGetField(groups, out var value) ? value : default)
                .Select(group => new FlowSum(group.Key, group.Count(), [.. fields.Select(field => group.Sum(flow => Integer(flow, field)))]));
            var sums = await store.SumFlowsAsync(new() { Search = search, Fields = fields, GroupBy = groupBy, Except = except }, None);
            Assert.Equal(
                expected.OrderByDescending(static sum => sum.Count).ThenBy(static sum => sum.Group, MetadataOrder.Instance).Select(Describe).Order(StringComparer.Ordinal),
                sums.Select(Describe).Order(StringComparer.Ordinal));
            Assert.Equal(sums.OrderByDescending(static sum => sum.Count).ThenBy(static sum => sum.Group, MetadataOrder.Instance).Select(Describe), sums.Select(Describe));
        }
    }

    [Fact]
    public async Task SumFlows_BeyondSixtyFourBits_StaysAtTheLargest()
    {
        await using var store = Open();
        await store.AppendFlowsAsync([.. Enumerable.Range(0, 3).Select(static i => Make.Flow($"{i + 1}", 1, 2) with { Metric = new() { ABBytes = long.MaxValue, BABytes = long.MinValue } })], None);
        var sum = Assert.Single(await store.SumFlowsAsync(new() { Search = new(), Fields = ["Metric.ABBytes", "Metric.BABytes"] }, None));
        Assert.Equal((3, long.MaxValue, long.MinValue), (sum.Count, sum.Sums[0], sum.Sums[1]));
        Assert.True(sum.Group.IsNull);
        Assert.Empty(await store.SumFlowsAsync(new() { Search = new() { Slice = new(5, 6) }, Fields = [] }, None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SumFlowsAsync(new() { Search = new(), Fields = [] }, new(canceled: true)));
    }

    private static string Describe(FlowSum sum) => string.Create(CultureInfo.InvariantCulture, $"{sum.Group} {sum.Group.Kind}: {sum.Count} {string.Join(' ', sum.Sums)}");

    private static long Integer(Flow flow, string field) => flow.TryGetField(FieldPath.Parse(field), out var value) && value.TryGetInteger(out long number) ? number : 0;

    private static Flow RandomUpdate(Random random, Dictionary<string, Flow> known)
    {
        if (known.Count > 0 && random.Next(3) == 0)
        {
            var flow = known.Values.ElementAt(random.Next(known.Count));
            long last = flow.Last + random.Next(20_000);
            return flow with
            {
                Last = last,
                Metric = new() { ABBytes = (flow.Metric?.ABBytes ?? 0) + random.Next(1000), BAPackets = random.Next(10), Start = flow.Start, Last = last },
                LastUpdateMetric = new() { ABBytes = random.Next(1000), Start = flow.Last, Last = last },
                Application = random.Next(3) == 0 ? "HTTP" : "TCP",
            };
        }

        long start = random.Next(100_000);
        return new()
        {
            UUID = random.Next(10) == 0 ? $"not hexadecimal {random.Next()}" : random.NextInt64().ToString("x", CultureInfo.InvariantCulture),
            LayersPath = "Ethernet/IPv4/TCP",
            Application = "TCP",
            Network = random.Next(5) == 0 ? null : random.Next(5) == 0
                ? new() { Protocol = "IPV6", A = $"fd00::{random.Next(5)}", B = "fd00::ffff" }
                : new() { Protocol = "IPV4", A = $"10.0.0.{random.Next(5)}", B = $"10.0.{random.Next(300)}.1" },
            Transport = random.Next(5) == 0 ? null : new() { Protocol = "TCP", A = 40000 + random.Next(50), B = random.Next(2) == 0 ? 443 : 80 },
            Metric = random.Next(5) == 0 ? null : new() { ABBytes = random.Next(1000), Start = start, Last = start + 100 },
            Start = start,
            Last = start + random.Next(1000),
            NodeTID = $"tid-{random.Next(4)}",
            TrackingID = $"{random.Next(100):x}",
        };
    }

    private static Filter? RandomFilter(Random random) => random.Next(8) switch
    {
        0 or 1 => null,
        2 => Filter.Equal("Network.A", $"10.0.0.{random.Next(5)}"),
        3 => Filter.Equal("Network", "fd00::1"),
        4 => new AllFilter([Filter.Equal("Transport.B", 443), new NotFilter(new CompareFilter("Metric.ABBytes", Comparison.LessThan, random.Next(1000)))]),
        5 => new AnyFilter([Filter.Equal("Application", "HTTP"), Filter.Equal("IPV4.A", "10.0.0.3")]),
        6 => new ExistsFilter("Metric.ABBytes"),
        _ => new AddressRangeFilter("Network", "10.0.0.0/30"),
    };
}
