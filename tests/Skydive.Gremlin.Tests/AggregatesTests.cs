using System.Globalization;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

/// <summary>GRM-15 of the reference, and that nothing is lost.</summary>
public sealed class AggregatesTests
{
    /// <summary>Samples as <c>start-last:value</c> by node, the context as <c>at, duration</c> in seconds, then slices of ten seconds.</summary>
    [Theory]
    [InlineData("0-10:1000", "10, 10", "0-10:1000")]
    [InlineData("0-20:1000", "10, 10", "0-10:500")]
    [InlineData("0-20:1000", "20, 10", "10-20:500")]
    [InlineData("10-20:1000", "15, 10", "5-15:500")]
    [InlineData("10-20:1000", "25, 10", "15-25:500")]
    [InlineData("1-5:1000", "10, 10", "0-10:1000")]
    [InlineData("0-60:1", "10, 10", "0-10:1")]
    [InlineData("0-60:1", "20, 10", "10-20:0")]
    [InlineData("0-30:18000", "30, 30", "0-10:6000 10-20:6000 20-30:6000")]
    [InlineData("0-30:18000", "30, 20", "10-20:6000 20-30:6000")]
    [InlineData("0-15:6000 15-30:6000", "30, 20", "10-20:4000 20-30:4000")]
    [InlineData("0-15:6000 15-30:6000 | 5-10:6000 10-20:6000", "30, 25", "5-15:13000 15-25:7000 25-30:2000")]
    [InlineData("0-15:6000 15-30:6000 | 5-10:6000 10-25:6000 25-30:6000", "30, 30", "0-10:10000 10-20:8000 20-30:12000")]
    [InlineData("0-15:6000 15-30:6000 | 5-10:6000 10-20:6000 20-30:2000", "30, 25", "5-15:13000 15-25:8000 25-30:3000")]
    [InlineData("0-30:180", "30, 30", "0-10:60 10-20:60 20-30:60")]
    [InlineData("0-30:5", "30, 30", "0-10:1 10-20:2 20-30:2")]
    [InlineData("0-60:7", "60, 60", "0-10:1 10-20:1 20-30:1 30-40:1 40-50:1 50-60:2")]

    // Where Skydive loses samples: after one that is zero, and those of no length at the end.
    [InlineData("0-10:0 10-20:5", "20, 20", "10-20:5")]
    [InlineData("20-20:5 0-0:3", "20, 20", "0-10:3 10-20:5")]
    [InlineData("5-5:5", "", "5-5:5")]
    [InlineData("", "20, 20", "")]
    public async Task Aggregates_Samples_AsInReference(string samples, string context, string expected)
    {
        string query = context.Length == 0 ? "G.V().Metrics().Aggregates(10)" : $"G.At({context}).V().Metrics().Aggregates(10)";
        var result = await GremlinEngine.ExecuteAsync(query, Source(samples), null, TestContext.Current.CancellationToken);
        var group = Assert.Single(result.Records);
        Assert.Equal("Aggregated", group.Key);
        Assert.Equal(expected, string.Join(' ', group.Items.Select(static sample => string.Create(
            CultureInfo.InvariantCulture,
            $"{Number(sample, "Start") / 1000}-{Number(sample, "Last") / 1000}:{Number(sample, "RxPackets")}"))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Aggregates_RandomSamples_SumsAreExact(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            var samples = new List<(long Start, long Last, long Value)>();
            for (int i = random.Next(1, 20); i > 0; i--)
            {
                long start = random.Next(100);
                samples.Add((start, start + random.Next(0, 50), random.Next(4) == 0 ? random.NextInt64(long.MaxValue / 40) : random.Next(10)));
            }

            string text = string.Join(' ', samples.Select(static sample => string.Create(CultureInfo.InvariantCulture, $"{sample.Start}-{sample.Last}:{sample.Value}")));
            string query = $"G.At(200, 200).V().Metrics().Aggregates({random.Next(1, 60)}).Sum('RxPackets')";
            var result = await GremlinEngine.ExecuteAsync(query, Source(text), null, TestContext.Current.CancellationToken);
            Assert.True(result.Value == samples.Sum(static sample => sample.Value), $"{query} of {text}: {result.Value}");
        }
    }

    [Fact]
    public async Task Aggregates_TooManySlices_Error()
    {
        var source = Source("0-1:1 100000-100001:1");
        var error = await Assert.ThrowsAsync<GremlinException>(
            async () => await GremlinEngine.ExecuteAsync("G.At(100001, FOREVER).V().Metrics().Aggregates(10)", source, null, TestContext.Current.CancellationToken));
        Assert.Equal(GremlinErrorReason.InvalidArgument, error.Reason);
        Assert.Contains("10001 slices", error.Message, StringComparison.Ordinal);
        var result = await GremlinEngine.ExecuteAsync("G.At(100001, FOREVER).V().Metrics().Aggregates(20)", source, null, TestContext.Current.CancellationToken);
        Assert.Equal(2, Assert.Single(result.Records).Items.Count);
    }

    private static long Number(MetadataMap sample, string key) => sample[key].TryGetInteger(out long number) ? number : 0;

    private static FakeSource Source(string text)
    {
        var samples = new List<MetricSample>();
        string[] nodes = text.Split('|');
        for (int i = 0; i < nodes.Length; i++)
        {
            foreach (string sample in nodes[i].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = sample.Split('-', ':');
                samples.Add(new($"n{i}", "LastUpdateMetric", MetadataMap.Create(
                    ("Start", long.Parse(parts[0], CultureInfo.InvariantCulture) * 1000),
                    ("Last", long.Parse(parts[1], CultureInfo.InvariantCulture) * 1000),
                    ("RxPackets", long.Parse(parts[2], CultureInfo.InvariantCulture)))));
            }
        }

        var graph = new LiveGraph("h", "o");
        graph.Write(t =>
        {
            for (int i = 0; i < nodes.Length; i++)
            {
                var live = samples.LastOrDefault(sample => sample.ElementId == $"n{i}");
                t.AddNode($"n{i}", live is null ? MetadataMap.Empty : MetadataMap.Create(("LastUpdateMetric", live.Values)));
            }
        });
        return new(graph.Current)
        {
            Metrics = new FakeMetricSource(samples),
            History = slice => new RevisionView(slice, graph.Current.GetNodes(), graph.Current.GetEdges()),
        };
    }
}
