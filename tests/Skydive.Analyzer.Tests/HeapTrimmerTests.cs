using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests;

public sealed class HeapTrimmerTests
{
    [Fact]
    public async Task LargeGraph_CameInAndWasWritten_MemoryIsGivenBackOnce()
    {
        var graph = new LiveGraph("a1", "analyzer.a1");
        bool isBusy = true;
        await using var trimmer = new HeapTrimmer(graph, () => Volatile.Read(ref isBusy), static _ => Task.CompletedTask, TimeProvider.System, TimeSpan.FromMilliseconds(50));
        Add(graph, 0, 1000);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Volatile.Write(ref isBusy, false);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(0, trimmer.Trims);

        Volatile.Write(ref isBusy, true);
        Add(graph, 1000, 60_000);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(0, trimmer.Trims);

        Volatile.Write(ref isBusy, false);
        await Wait.UntilAsync(() => trimmer.Trims == 1);
        Add(graph, 61_000, 1000);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(1, trimmer.Trims);
        Assert.False(trimmer.Completion.IsFaulted);
    }

    private static void Add(LiveGraph graph, int first, int count) => graph.Write(transaction =>
    {
        for (int i = first; i < first + count; i++)
        {
            transaction.AddNode($"n{i}", MetadataMap.Create(("Name", $"if{i}"), ("Type", "veth")));
        }
    });
}
