using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Conformance;

/// <summary>What every history store does with metrics.</summary>
public abstract partial class HistoryStoreConformance
{
    [Fact]
    public async Task AppendMetrics_ValuesOfAllKinds_ComeBackAsTheyWere()
    {
        await using var store = Open();
        MetricSample[] samples =
        [
            new("n1", "LastUpdateMetric", MetadataMap.Create(("Start", 1), ("Last", 2), ("RxBytes", long.MaxValue), ("Zero", 0))),
            new(MakeMetrics.Uuid(7), "LastUpdateMetric", MetadataMap.Create(("Start", 2), ("Last", 3), ("Rate", 0.5), ("Name", "x"), ("Inner", MetadataMap.Create(("a", 1))))),
            new("日本語", "LastUpdateMetric", MetadataMap.Create(("Start", 3), ("Last", 3), ("Negative", -1))),
            new("", "LastUpdateMetric", MetadataMap.Create(("Start", 4), ("Last", 9))),
        ];
        await store.AppendMetricsAsync(samples, None);
        Assert.Equal(samples, await SearchAsync(store, new(0, 100)));
        await store.AppendMetricsAsync([], None);
        Assert.Equal(4, (await store.GetStatisticsAsync(None)).MetricSamples);
        Assert.Equal(1, (await store.GetStatisticsAsync(None)).OldestMetric);
    }

    [Theory]
    [InlineData(0, 99, "")]
    [InlineData(0, 100, "a:100-130=1")]
    [InlineData(105, 110, "a:100-130=1 b:105-135=4")]
    [InlineData(130, 134, "a:100-130=1 b:105-135=4 a:130-160=2")]
    [InlineData(161, 189, "")]
    [InlineData(0, 1000, "a:100-130=1 b:105-135=4 a:130-160=2 a:190-220=3")]
    [InlineData(long.MinValue, long.MaxValue, "a:100-130=1 b:105-135=4 a:130-160=2 a:190-220=3")]
    public async Task SearchMetrics_Span_FindsWhatMeetsIt(long start, long last, string expected)
    {
        await using var store = Open();
        await AppendSomeAsync(store);
        Assert.Equal(expected, Describe(await SearchAsync(store, new(start, last))));
    }

    [Theory]
    [InlineData(99, "")]
    [InlineData(100, "a:100-130=1")]
    [InlineData(104, "a:100-130=1")]
    [InlineData(105, "a:100-130=1 b:105-135=4")]
    [InlineData(129, "a:100-130=1 b:105-135=4")]
    [InlineData(130, "b:105-135=4 a:130-160=2")]
    [InlineData(1_000_000, "b:105-135=4 a:190-220=3")]
    public async Task SearchMetrics_Point_FindsTheNewestOfEachNode(long at, string expected)
    {
        await using var store = Open();
        await AppendSomeAsync(store);
        Assert.Equal(expected, Describe(await SearchAsync(store, TimeSlice.At(at))));
    }

    [Fact]
    public async Task SearchMetrics_NodesAndPath_FindsOnlyTheirs()
    {
        await using var store = Open();
        await AppendSomeAsync(store);
        Assert.Equal("b:105-135=4", Describe(await SearchAsync(store, new(0, 1000), ["b", "nobody", "b"])));
        Assert.Equal("b:105-135=4", Describe(await SearchAsync(store, TimeSlice.At(500), ["b", "nobody"])));
        Assert.Empty(await SearchAsync(store, new(0, 1000), []));
        Assert.Empty(await SearchAsync(store, TimeSlice.At(500), []));
        Assert.Equal(
            "a:100-130=77",
            Describe(await store.SearchMetricsAsync(new() { Path = "SFlow.LastUpdateMetric", Slice = new(0, 1000) }, None)));
        Assert.Empty(await store.SearchMetricsAsync(new() { Path = "Ovs.LastUpdateMetric", Slice = new(0, 1000) }, None));
    }

    [Fact]
    public async Task AppendMetrics_TheSameSampleAgain_CountsTheLast()
    {
        await using var store = Open();
        await store.AppendMetricsAsync([MakeMetrics.Sample("a", 10, 20, 1), MakeMetrics.Sample("a", 20, 30, 1)], None);
        await store.AppendMetricsAsync([MakeMetrics.Sample("a", 20, 30, 2), MakeMetrics.Sample("a", 20, 25, 3), MakeMetrics.Sample("a", 20, 30, 4)], None);
        Assert.Equal("a:10-20=1 a:20-25=3 a:20-30=4", Describe(await SearchAsync(store, new(0, 100))));
        Assert.Equal("a:20-30=4", Describe(await SearchAsync(store, TimeSlice.At(100))));
    }

    [Fact]
    public async Task SearchMetrics_MoreThanAllowed_SaysSo()
    {
        await using var store = Open(new() { MaximumMetricsPerSearch = 10 });
        await store.AppendMetricsAsync([.. Enumerable.Range(0, 11).Select(static i => MakeMetrics.Sample("a", i * 10, (i * 10) + 9))], None);
        Assert.Equal(10, (await SearchAsync(store, new(0, 99))).Count);
        Assert.Equal(HistoryErrorReason.TooLarge, (await Assert.ThrowsAsync<HistoryException>(() => SearchAsync(store, new(0, 100)))).Reason);
        Assert.Single(await SearchAsync(store, TimeSlice.At(1000)));
    }

    [Fact]
    public async Task Prune_ByAge_ForgetsMetricsByTheirArrival()
    {
        var time = new ManualTime(10_000);
        await using var store = Open(new() { MaximumAge = TimeSpan.FromSeconds(1) }, time);
        await store.AppendMetricsAsync([MakeMetrics.Sample("a", 1, 2, 1), MakeMetrics.Sample("b", 1, 2, 2)], None);
        time.Milliseconds = 10_500;
        await store.AppendMetricsAsync([MakeMetrics.Sample("a", 3, 4, 3)], None);
        time.Milliseconds = 11_001;
        Assert.False(await store.PruneAsync(None));
        Assert.Equal("a:3-4=3", Describe(await SearchAsync(store, new(0, 100))));
        time.Milliseconds = 11_501;
        Assert.False(await store.PruneAsync(None));
        Assert.Empty(await SearchAsync(store, new(0, 100)));
    }

    [Fact]
    public async Task SearchMetrics_RandomSamplesOverHours_EqualsTheDefinition()
    {
        var time = new ManualTime(1_700_000_000_000);
        await using var store = Open(time: time);
        var random = new Random(31);
        var model = new Dictionary<(string Element, string Path, long Start, long Last), MetricSample>();
        for (int round = 0; round < 400; round++)
        {
            var batch = new List<MetricSample>();
            for (int i = random.Next(12); i >= 0; i--)
            {
                string element = random.Next(2) == 0 ? $"n{random.Next(6)}" : MakeMetrics.Uuid(random.Next(6));

                // Mostly of now, but some came late, and some take an hour.
                long start = time.Milliseconds - (random.Next(10) == 0 ? random.Next(20_000_000) : random.Next(30_000));
                long last = start + (random.Next(20) == 0 ? random.Next(3_600_000) : random.Next(30_000));
                var sample = MakeMetrics.Sample(element, start, last, random.Next(1000), random.Next(5) == 0 ? "SFlow.LastUpdateMetric" : MetricSample.LastUpdate);
                batch.Add(sample);
                if (random.Next(10) == 0 && model.Count > 0)
                {
                    var again = model.Values.ElementAt(random.Next(model.Count));
                    batch.Add(again with { Values = again.Values.With("RxBytes", random.Next(1000)) });
                }
            }

            foreach (var sample in batch)
            {
                model[(sample.ElementId, sample.Path, sample.Start, sample.Last)] = sample;
            }

            await store.AppendMetricsAsync(batch, None);
            time.Milliseconds += random.Next(120_000);
            if (round % 7 == 0)
            {
                await store.CompactAsync(None);
            }
        }

        Assert.Empty(await store.CheckAsync(None));
        for (int question = 0; question < 300; question++)
        {
            string path = question % 5 == 0 ? "SFlow.LastUpdateMetric" : MetricSample.LastUpdate;
            long at = time.Milliseconds - random.Next(30_000_000);
            var slice = question % 2 == 0 ? TimeSlice.At(at) : new(at, at + (1L << random.Next(25)));
            string[]? ids = question % 3 == 0 ? null : [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => i % 2 == 0 ? $"n{random.Next(7)}" : MakeMetrics.Uuid(random.Next(7)))];
            var candidates = model.Values.Where(sample => sample.Path == path && ids?.Contains(sample.ElementId) != false);
            var expected = slice.IsPoint
                ? candidates.Where(sample => sample.Start <= at).GroupBy(static sample => sample.ElementId).Select(static group => group.OrderBy(static sample => sample.Start).ThenBy(static sample => sample.Last).Last())
                : candidates.Where(sample => sample.Start <= slice.Last && sample.Last >= slice.Start);
            var found = await store.SearchMetricsAsync(new() { Path = path, Slice = slice, ElementIds = ids }, None);
            Assert.Equal(
                expected.OrderBy(static sample => sample.Start).ThenBy(static sample => sample.ElementId, StringComparer.Ordinal).ThenBy(static sample => sample.Last).Select(MakeMetrics.Describe),
                found.Select(MakeMetrics.Describe));
        }
    }

    private static Task<IReadOnlyList<MetricSample>> SearchAsync(IHistoryStore store, TimeSlice slice, string[]? elements = null) =>
        store.SearchMetricsAsync(new() { Path = MetricSample.LastUpdate, Slice = slice, ElementIds = elements }, None);

    private static string Describe(IEnumerable<MetricSample> samples) => string.Join(' ', samples.Select(MakeMetrics.Describe));

    private static async Task AppendSomeAsync(IHistoryStore store)
    {
        await store.AppendMetricsAsync([MakeMetrics.Sample("a", 100, 130, 1), MakeMetrics.Sample("a", 100, 130, 77, "SFlow.LastUpdateMetric")], None);
        await store.AppendMetricsAsync([MakeMetrics.Sample("a", 190, 220, 3)], None);
        await store.AppendMetricsAsync([MakeMetrics.Sample("b", 105, 135, 4), MakeMetrics.Sample("a", 130, 160, 2)], None);
    }
}
