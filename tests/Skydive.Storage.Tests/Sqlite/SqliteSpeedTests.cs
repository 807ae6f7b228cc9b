using System.Diagnostics;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Sqlite;

/// <summary>Figures of the store. What is measured is printed; what is asserted leaves room for a busy machine.</summary>
public sealed class SqliteSpeedTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AppendFlows_HundredThousandFlows_IsFast()
    {
        await using var store = HistoryStore.Open(new() { Directory = _directory.Path });
        var batches = Enumerable.Range(0, 20).Select(static seed => Make.Flows(5000, seed, 1_700_000_000_000 + (seed * 1000))).ToList();
        await store.AppendFlowsAsync(batches[0], None);

        // As the service does it: some batches in flight, encoded by the threads of the pool.
        double best = double.MaxValue;
        for (int run = 0; run < 3; run++)
        {
            var watch = Stopwatch.StartNew();
            await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = None }, async (batch, token) => await store.AppendFlowsAsync(batch, token));
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        var statistics = await store.GetStatisticsAsync(None);
        var search = Stopwatch.StartNew();
        var found = await store.SearchFlowsAsync(new() { Slice = new(1_700_000_000_000 - 700_000, 1_700_000_030_000), SortBy = "Metric.ABBytes", Descending = true, Limit = 10 }, None);
        search.Stop();
        Print($"flows: {100_000 / best:N0}/s in, {statistics.FlowBytes / (double)statistics.FlowRecords:N0} bytes each; the 10 largest of {statistics.FlowRecords:N0} in {search.Elapsed.TotalMilliseconds:N0} ms");
        Assert.Equal(10, found.Count);
        Assert.InRange(100_000 / best, 50_000, double.MaxValue);
    }

    [Fact]
    public async Task Append_TenThousandRevisionsOfFiveThousandElements_IsFastAndSmall()
    {
        await using var store = HistoryStore.Open(new() { Directory = _directory.Path });
        const long Begin = 1_700_000_000_000;
        var nodes = Enumerable.Range(0, 5000).Select(static i => Make.Interface(i, Begin)).ToArray();
        var watch = Stopwatch.StartNew();
        await store.AppendAsync(new(nodes), None);
        Print($"live elements: {5000 / watch.Elapsed.TotalSeconds:N0}/s in, {await SizeAsync(store) / 5000.0:N0} bytes each");

        long sizeBefore = await SizeAsync(store);
        var random = new Random(1);
        watch.Restart();
        for (int i = 0; i < 10_000; i++)
        {
            int index = random.Next(nodes.Length);
            var node = nodes[index];
            var metadata = node.Metadata.With("State", i % 2 == 0 ? "DOWN" : "UP").With("LinkFlags", MetadataValue.List(["BROADCAST", $"F{i % 7}"])).With("MTU", 1500 + i);
            nodes[index] = node.With(metadata, Begin + (i * 1000), node.Revision + 1);
            await store.AppendAsync(Make.Batch(nodes[index]), None);
        }

        double rate = 10_000 / watch.Elapsed.TotalSeconds;
        double bytesPerRevision = (await SizeAsync(store) - sizeBefore) / 10_000.0;
        Print($"revisions, one commit each: {rate:N0}/s in, {bytesPerRevision:N0} bytes each");

        watch.Restart();
        await store.AppendAsync(new([.. Enumerable.Range(0, 10_000).Select(i => Update(nodes, i, Begin))]), None);
        Print($"revisions, in one batch: {10_000 / watch.Elapsed.TotalSeconds:N0}/s in");

        double point = double.MaxValue;
        foreach (long at in (long[])[Begin + 1, Begin + 5_000_000, Begin + 5_000_001, Begin + 20_000_000])
        {
            watch.Restart();
            Assert.Equal(5000, (await store.GetGraphAsync(TimeSlice.At(at), None)).NodeCount);
            point = Math.Min(point, watch.Elapsed.TotalMilliseconds);
        }

        watch.Restart();
        int revisions = (await store.GetGraphAsync(new(Begin, Begin + 100_000_000), None)).NodeCount;
        Print($"point of 5,000 elements: {point:N1} ms; span of {revisions:N0} revisions: {watch.Elapsed.TotalMilliseconds:N1} ms");
        Assert.Equal(25_000, revisions);
        Assert.InRange(bytesPerRevision, 1, 500);
        Assert.InRange(rate, 500, double.MaxValue);
        Assert.InRange(point, 0, 500);
    }

    private static Node Update(Node[] nodes, int step, long begin)
    {
        int index = step % nodes.Length;
        var node = nodes[index];
        nodes[index] = node.With(node.Metadata.With("Step", step), begin + 30_000_000 + step, node.Revision + 1);
        return nodes[index];
    }

    private static async Task<long> SizeAsync(IHistoryStore store)
    {
        await store.CompactAsync(None);
        return store.GetStatus().SizeBytes;
    }

    private static void Print(FormattableString text) => TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant(text));
}
