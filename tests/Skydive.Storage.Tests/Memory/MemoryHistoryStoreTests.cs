using Skydive.Storage.Memory;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Memory;

public sealed class MemoryHistoryStoreTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Append_MoreClosedRevisionsThanAllowed_ForgetsTheOldest()
    {
        await using var store = new MemoryHistoryStore(new() { MaximumClosedRevisions = 100 });
        for (int i = 1; i <= 1000; i++)
        {
            await store.AppendAsync(Make.Batch(Make.Node($"n{i % 10}", 1, i, i)), None);
            Assert.InRange((await store.GetStatisticsAsync(None)).Revisions, Math.Min(i, 90), 110);
        }

        var view = await store.GetGraphAsync(new(0, 5000), None);
        Assert.Equal(10, (await store.GetLiveElementsAsync(None)).Nodes.Count);
        Assert.Equal(Enumerable.Range(1001 - view.NodeCount, view.NodeCount), view.GetNodes().Select(static node => (int)node.Revision).Order());
        Assert.Equal(0, await store.CloseAllAsync(["nobody"], 2000, None));
        Assert.Equal(10, await store.CloseAllAsync([Make.Origin], 2000, None));
    }

    [Fact]
    public async Task Append_ElementsComeAndGo_KeepsNoMoreThanAllowed()
    {
        await using var store = new MemoryHistoryStore(new() { MaximumClosedRevisions = 100 });
        for (int i = 1; i <= 1000; i++)
        {
            await store.AppendAsync(Make.Batch(Make.Node($"n{i}", i), Make.Node($"n{i}", i, deletedAt: i + 1)), None);
        }

        Assert.InRange((await store.GetStatisticsAsync(None)).Revisions, 90, 100);
    }

    [Fact]
    public async Task AppendFlows_MoreThanAllowed_ForgetsThoseNotUpdatedForLongest()
    {
        await using var store = new MemoryHistoryStore(new() { MaximumFlows = 3 });
        await store.AppendFlowsAsync([Make.Flow("a", 1, 2), Make.Flow("b", 2, 2), Make.Flow("c", 3, 3)], None);
        await store.AppendFlowsAsync([Make.Flow("a", 1, 9), Make.Flow("d", 4, 9)], None);
        Assert.Equal(["a", "c", "d"], (await store.SearchFlowsAsync(new(), None)).Select(static flow => flow.UUID));
    }
}
