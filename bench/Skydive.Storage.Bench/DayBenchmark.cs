using System.Diagnostics;
using System.Globalization;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Storage.Bench;

/// <summary>A day of a busy host.</summary>
internal static class DayBenchmark
{
    private const int Interfaces = 1000;
    private const int MetricInterval = 30;
    private const int SecondsPerDay = 86_400;

    /// <summary>2026-03-01 00:00 UTC.</summary>
    private const long Begin = 1_772_323_200_000;

    public static async Task RunAsync(string directory, int runs)
    {
        var time = new BenchTime(Begin);
        var options = new HistoryStoreOptions { Directory = directory };
        var host = new BusyHost(Interfaces, Begin);
        await using (var store = HistoryStore.Open(options, time))
        {
            await WriteAsync(store, host, time);
            await AskAsync(store, host, runs);
        }

        await ShrinkAsync(options, host, time);
    }

    private static async Task WriteAsync(IHistoryStore store, BusyHost host, BenchTime time)
    {
        await store.AppendAsync(new([.. host.Nodes, .. host.Edges]), default);
        TimeSpan metricsProcessor = default, graphProcessor = default, upkeepProcessor = default;
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        var slowest = TimeSpan.Zero;
        for (int second = 1; second <= SecondsPerDay; second++)
        {
            time.Milliseconds = Begin + (second * 1000L);
            var change = host.Change(time.Milliseconds);
            await CountAsync(() => store.AppendAsync(new([change]), default), spent => graphProcessor += spent);
            if (second % MetricInterval == 0)
            {
                var samples = host.Sample(time.Milliseconds - (MetricInterval * 1000), time.Milliseconds);
                await CountAsync(() => store.AppendMetricsAsync(samples, default), spent => metricsProcessor += spent);
            }

            if (second % 60 == 0)
            {
                await CountAsync(
                    async () =>
                    {
                        while (await store.PruneAsync(default))
                        {
                        }

                        await store.CompactAsync(default);
                    },
                    spent => upkeepProcessor += spent);
            }
        }

        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double processor = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        var statistics = await store.GetStatisticsAsync(default);
        Report.Print($"a day of {Interfaces:N0} interfaces: {statistics.Revisions:N0} revisions, {statistics.MetricSamples:N0} metric samples");
        Report.Print($"written in {wall:F1} s, {processor:F1} s of processor time with what makes the data: revisions {graphProcessor.TotalSeconds:F1} s, metrics {metricsProcessor.TotalSeconds:F1} s, upkeep {upkeepProcessor.TotalSeconds:F1} s");
        Report.Print($"revisions: {SecondsPerDay / graphProcessor.TotalSeconds:N0} per processor second, one commit each; metrics: {statistics.MetricSamples / (metricsProcessor + upkeepProcessor).TotalSeconds:N0} per processor second");
        Report.Print($"the file takes {store.GetStatus().SizeBytes / 1e6:F1} MB: metrics {statistics.MetricBytes / 1e6:F1} MB, {statistics.MetricBytes / (double)statistics.MetricSamples:F2} bytes a sample");
    }

    private static async Task AskAsync(IHistoryStore store, BusyHost host, int runs)
    {
        long at = Begin + (((3 * 60) + 12) * 60_000);
        await Report.MeasureAsync("the graph at 03:12", runs, async () => $"{(await store.GetGraphAsync(TimeSlice.At(at), default)).NodeCount} nodes");
        await Report.MeasureAsync("all revisions of a node in an hour", runs, async () =>
            $"{(await store.GetGraphAsync(new(at, at + 3_600_000), default)).GetNodeRevisions(host.Nodes[7].Id).Count()} revisions");
        await Report.MeasureAsync("what differs between 03:12 and 03:17", runs, async () => $"{(await store.GetDifferencesAsync(at, at + 300_000, default)).Count} elements");
        await Report.MeasureAsync("the metrics of an interface in a day", runs, async () =>
            $"{(await store.SearchMetricsAsync(new() { ElementIds = [host.Nodes[7].Id], Path = MetricSample.LastUpdate, Slice = new(Begin, Begin + 86_400_000) }, default)).Count} samples");
        await Report.MeasureAsync("the metrics of an interface in an hour", runs, async () =>
            $"{(await store.SearchMetricsAsync(new() { ElementIds = [host.Nodes[7].Id], Path = MetricSample.LastUpdate, Slice = new(at, at + 3_600_000) }, default)).Count} samples");
        await Report.MeasureAsync("the metrics of all interfaces in five minutes", runs, async () =>
            $"{(await store.SearchMetricsAsync(new() { Path = MetricSample.LastUpdate, Slice = new(at, at + 300_000) }, default)).Count} samples");
        await Report.MeasureAsync("the newest metrics of all interfaces at 03:12", runs, async () =>
            $"{(await store.SearchMetricsAsync(new() { Path = MetricSample.LastUpdate, Slice = TimeSlice.At(at) }, default)).Count} samples");
        await Report.MeasureAsync("the sum over all interfaces in an hour", runs, async () =>
        {
            var samples = await store.SearchMetricsAsync(new() { Path = MetricSample.LastUpdate, Slice = new(at, at + 3_600_000) }, default);
            return $"{samples.Sum(static sample => sample.Values["RxBytes"].TryGetInteger(out long bytes) ? bytes : 0) / 1e9:F1} GB of {samples.Count} samples";
        });
    }

    /// <summary>Halves what the day took, with a revision written after each step as by somebody who waits for it.</summary>
    private static async Task ShrinkAsync(HistoryStoreOptions options, BusyHost host, BenchTime time)
    {
        long size;
        await using (var store = HistoryStore.Open(options, time))
        {
            size = store.GetStatus().SizeBytes;
        }

        await using var limited = HistoryStore.Open(options with { MaximumSizeBytes = size / 2 }, time);
        var steps = new List<double>();
        long began = Stopwatch.GetTimestamp();
        for (bool isMore = true; isMore;)
        {
            time.Milliseconds++;
            var change = host.Change(time.Milliseconds);
            long start = Stopwatch.GetTimestamp();
            var pruning = limited.PruneAsync(default);
            await limited.AppendAsync(new([change]), default);
            isMore = await pruning;
            steps.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        double pruned = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await limited.CompactAsync(default);
        double compacted = Stopwatch.GetElapsedTime(began).TotalSeconds - pruned;
        steps.Sort();
        Report.Print($"halved by size: {steps.Count} steps in {pruned:F1} s, a write beside one waits {steps[steps.Count / 2]:F1} ms, {steps[steps.Count * 99 / 100]:F1} ms at the 99th percentile, {steps[^1]:F1} ms at most; file given back in {compacted:F1} s: {size / 1e6:F1} MB -> {limited.GetStatus().SizeBytes / 1e6:F1} MB");
        var revisions = await limited.GetGraphAsync(new(Begin, time.Milliseconds), default);
        long oldestRevision = revisions.GetNodeRevisions(host.Nodes[7].Id).Min(static node => node.UpdatedAt);
        var samples = await limited.SearchMetricsAsync(new() { ElementIds = [host.Nodes[7].Id], Path = MetricSample.LastUpdate, Slice = new(Begin, time.Milliseconds) }, default);
        Report.Print($"what is left reaches back {(time.Milliseconds - oldestRevision) / 3.6e6:F1} h in revisions, {(time.Milliseconds - samples.Min(static sample => sample.Last)) / 3.6e6:F1} h in metrics");
    }

    private static async Task CountAsync(Func<Task> body, Action<TimeSpan> spent)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        await body();
        spent(Environment.CpuUsage.TotalTime - before);
    }
}
