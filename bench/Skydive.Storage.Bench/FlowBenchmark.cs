using System.Diagnostics;
using System.Globalization;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Storage.Bench;

/// <summary>A million flow records.</summary>
internal static class FlowBenchmark
{
    private const long Begin = 1_700_000_000_000;
    private const int Records = 1_000_000;
    private const int BatchSize = 5000;

    /// <summary>One record each 10 ms: 10,000 s.</summary>
    private const int MillisecondsPerRecord = 10;

    public static async Task RunAsync(string directory, int runs)
    {
        var batches = Enumerable.Range(0, Records / BatchSize).Select(static batch => Generate(batch)).ToList();
        IHistoryStore? store = null;
        try
        {
            var rates = new List<double>();
            var processorRates = new List<double>();
            for (int run = 0; run <= runs; run++)
            {
                if (store is not null)
                {
                    await store.DisposeAsync();
                }

                string path = Path.Combine(directory, run.ToString(CultureInfo.InvariantCulture));
                store = HistoryStore.Open(new() { Directory = path });
                TimeSpan used = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();

                // As the analyzer does it when flows come fast: some batches in flight, encoded by threads of the pool.
                await Parallel.ForEachAsync(
                    batches, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (batch, token) => await store.AppendFlowsAsync(batch, token));
                if (run > 0)
                {
                    rates.Add(Records / Stopwatch.GetElapsedTime(start).TotalSeconds);
                    processorRates.Add(Records / (Environment.CpuUsage.TotalTime - used).TotalSeconds);
                    Directory.Delete(Path.Combine(directory, (run - 1).ToString(CultureInfo.InvariantCulture)), recursive: true);
                }
            }

            Report.Print($"{Records:N0} flow records in batches of {BatchSize:N0}: {Report.Median(rates):N0}/s in, {Report.Median(processorRates):N0} per processor second");
            await store!.CompactAsync(default);
            var statistics = await store.GetStatisticsAsync(default);
            Report.Print($"they take {store.GetStatus().SizeBytes / 1e6:F1} MB, {statistics.FlowBytes / (double)statistics.FlowRecords:F1} bytes each");
            batches.Clear();
            foreach (int percent in (int[])[1, 10, 100])
            {
                var slice = SliceOf(percent);
                await Report.MeasureAsync($"search with a filter, {percent} % of the time", runs, async () =>
                {
                    var found = await store.SearchFlowsAsync(new() { Slice = slice, Filter = Filter.Equal("Network.A", "172.17.3.77") }, default);
                    return $"{found.Count} flows";
                });
            }

            foreach (int percent in (int[])[1, 10, 100])
            {
                var search = new FlowSearch { Slice = SliceOf(percent) };
                await Report.MeasureAsync($"sum of bytes by source, {percent} % of the time", runs, () => SumAsync(store, search));
            }

            await Report.MeasureAsync("the same where each update counts, 100 % of the time", runs, () => SumAsync(store, new() { Slice = SliceOf(100), EveryUpdate = true }));
            await Report.MeasureAsync("the ten largest, 10 % of the time", runs, async () =>
            {
                var found = await store.SearchFlowsAsync(new() { Slice = SliceOf(10), SortBy = "Metric.ABBytes", Descending = true, Limit = 10 }, default);
                return $"{found.Count} flows";
            });
        }
        finally
        {
            if (store is not null)
            {
                await store.DisposeAsync();
            }
        }
    }

    private static async Task<string> SumAsync(IHistoryStore store, FlowSearch search)
    {
        var sums = await store.SumFlowsAsync(new() { Search = search, Fields = ["Metric.ABBytes"], GroupBy = "Network.A" }, default);
        return $"{sums.Sum(static sum => sum.Sums[0]) / 1e9:F2} GB of {sums.Sum(static sum => sum.Count)} flows of {sums.Count} sources";
    }

    /// <summary>A part from the middle.</summary>
    private static TimeSlice SliceOf(int percent)
    {
        const long Whole = (long)Records * MillisecondsPerRecord;
        long length = Whole * percent / 100;
        long start = Begin + ((Whole - length) / 2);
        return percent == 100 ? new(Begin - 1_000_000, Begin + Whole + 1_000_000) : new(start, start + length);
    }

    private static Flow[] Generate(int batch)
    {
        var random = new Random(batch);
        var flows = new Flow[BatchSize];
        for (int i = 0; i < flows.Length; i++)
        {
            // Short flows mostly, as a table expires them.
            long last = Begin + (((batch * (long)BatchSize) + i) * MillisecondsPerRecord);
            long start = last - random.Next(random.Next(10) == 0 ? 60_000 : 2_000);
            int packets = random.Next(1, 500);
            flows[i] = new()
            {
                UUID = random.NextInt64().ToString("x", CultureInfo.InvariantCulture),
                LayersPath = "Ethernet/IPv4/TCP",
                Application = random.Next(4) == 0 ? "HTTP" : "TCP",
                Link = new() { Protocol = "ETHERNET", A = "02:42:ac:11:00:02", B = $"02:42:ac:11:00:{random.Next(256):x2}" },
                Network = new() { Protocol = "IPV4", A = $"172.17.{random.Next(16)}.{random.Next(256)}", B = $"10.0.{random.Next(4)}.{random.Next(256)}" },
                Transport = new() { Protocol = "TCP", A = random.Next(32768, 61000), B = random.Next(4) == 0 ? 80 : 443 },
                Metric = new() { ABPackets = packets, ABBytes = packets * (long)random.Next(60, 1500), BAPackets = packets / 2, BABytes = packets * (long)random.Next(60, 700), Start = start, Last = last, RTT = random.Next(5_000_000) },
                LastUpdateMetric = new() { ABPackets = packets / 3, ABBytes = packets * (long)random.Next(20, 500), BAPackets = packets / 6, BABytes = packets * (long)random.Next(20, 200), Start = start, Last = last },
                TCPMetric = new() { ABSynStart = start, BASynStart = start + 1, ABSynTTL = 64, BASynTTL = 60 + random.Next(5), ABFinStart = last, BAFinStart = last },
                Start = start,
                Last = last,
                TrackingID = random.NextInt64().ToString("x", CultureInfo.InvariantCulture),
                L3TrackingID = random.NextInt64().ToString("x", CultureInfo.InvariantCulture),
                NodeTID = $"8d2a7c60-6c1b-51d8-5f0e-00000000000{random.Next(8)}",
                CaptureID = "0c0fe2bd-4e3c-4b8b-9d0a-6f1f8f8a1a11",
                FinishType = random.Next(3) == 0 ? FinishType.TcpFin : FinishType.NotFinished,
            };
        }

        return flows;
    }
}
