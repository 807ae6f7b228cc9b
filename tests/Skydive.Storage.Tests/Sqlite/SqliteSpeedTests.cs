using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Sqlite;

/// <summary>
/// Figures of the store, printed with <c>-diagnostics</c>. What is asserted is processor time, with room for builds that are not optimised.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SqliteSpeedTests : IDisposable
{
    private const long Begin = 1_700_000_000_000;

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AppendFlows_HundredThousandFlows_IsFast()
    {
        await using var store = HistoryStore.Open(new() { Directory = _directory.Path });
        var batches = Enumerable.Range(0, 20).Select(static seed => Make.Flows(5000, seed, Begin + (seed * 1000))).ToList();
        double wall = double.MaxValue, processor = double.MaxValue;
        for (int run = 0; run < 5; run++)
        {
            // As the service does it: some batches in flight, encoded by threads of the pool.
            var watch = new Stopwatches();
            await Parallel.ForEachAsync(
                batches,
                new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = None },
                async (batch, token) => await store.AppendFlowsAsync(batch, token));
            wall = Math.Min(wall, watch.WallSeconds);
            processor = Math.Min(processor, watch.ProcessorSeconds);
        }

        var statistics = await store.GetStatisticsAsync(None);
        Print($"flows: {100_000 / wall:N0}/s in, {100_000 / processor:N0} per processor second, {statistics.FlowBytes / (double)statistics.FlowRecords:N0} bytes each");

        var searching = new Stopwatches();
        var found = await store.SearchFlowsAsync(new() { Slice = new(Begin - 700_000, Begin + 30_000), SortBy = "Metric.ABBytes", Descending = true, Limit = 10 }, None);
        Print($"the 10 largest of {statistics.FlowRecords:N0} flow records: {searching.WallSeconds * 1000:N0} ms, {searching.ProcessorSeconds * 1000:N0} ms of processor time");
        Assert.Equal(10, found.Count);
        Assert.InRange(100_000 / processor, 20_000, double.MaxValue);
    }

    [Fact]
    public async Task Append_TenThousandRevisionsOfFiveThousandElements_IsFastAndSmall()
    {
        await using var store = HistoryStore.Open(new() { Directory = _directory.Path });
        var nodes = Enumerable.Range(0, 5000).Select(static i => Make.Interface(i, Begin)).ToArray();
        var watch = new Stopwatches();
        await store.AppendAsync(new(nodes), None);
        Print($"elements, in one batch: {5000 / watch.WallSeconds:N0}/s in, {5000 / watch.ProcessorSeconds:N0} per processor second, {await SizeAsync(store) / 5000.0:N0} bytes each");

        long sizeBefore = await SizeAsync(store);
        var random = new Random(1);
        watch = new();
        for (int i = 0; i < 10_000; i++)
        {
            await store.AppendAsync(Make.Batch(Update(nodes, random.Next(nodes.Length), i, Begin + (i * 1000))), None);
        }

        double processor = watch.ProcessorSeconds;
        double bytesPerRevision = (await SizeAsync(store) - sizeBefore) / 10_000.0;
        Print($"revisions, one commit each: {10_000 / watch.WallSeconds:N0}/s in, {10_000 / processor:N0} per processor second, {bytesPerRevision:N0} bytes each");

        var batch = new GraphBatch([.. Enumerable.Range(0, 10_000).Select(i => Update(nodes, i % nodes.Length, i, Begin + 30_000_000 + i))]);
        watch = new();
        await store.AppendAsync(batch, None);
        Print($"revisions, in one batch: {10_000 / watch.WallSeconds:N0}/s in, {10_000 / watch.ProcessorSeconds:N0} per processor second");

        double point = double.MaxValue, pointWall = double.MaxValue;
        for (int i = 0; i < 12; i++)
        {
            watch = new();
            Assert.Equal(5000, (await store.GetGraphAsync(TimeSlice.At(Begin + (i * 2_000_000)), None)).NodeCount);
            point = Math.Min(point, watch.ProcessorSeconds * 1000);
            pointWall = Math.Min(pointWall, watch.WallSeconds * 1000);
        }

        watch = new();
        int revisions = (await store.GetGraphAsync(new(Begin, Begin + 100_000_000), None)).NodeCount;
        Print($"point of 5,000 elements: {pointWall:N1} ms, {point:N1} ms of processor time; span of {revisions:N0} revisions: {watch.WallSeconds * 1000:N1} ms");
        Assert.Equal(25_000, revisions);
        Assert.InRange(bytesPerRevision, 1, 500);
        Assert.InRange(10_000 / processor, 500, double.MaxValue);
        Assert.InRange(point, 0, 500);
    }

    private static Node Update(Node[] nodes, int index, int step, long time)
    {
        var node = nodes[index];
        var metadata = node.Metadata.With("State", step % 2 == 0 ? "DOWN" : "UP").With("LinkFlags", MetadataValue.List(["BROADCAST", $"F{step % 7}"])).With("MTU", 1500 + step);
        nodes[index] = node.With(metadata, time, node.Revision + 1);
        return nodes[index];
    }

    private static async Task<long> SizeAsync(IHistoryStore store)
    {
        await store.CompactAsync(None);
        return store.GetStatus().SizeBytes;
    }

    private static void Print(FormattableString text) => TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant(text));
}
