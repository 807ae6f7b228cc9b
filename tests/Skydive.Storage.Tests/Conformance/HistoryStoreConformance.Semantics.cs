using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Conformance;

/// <summary>What the history of a graph means, compared with the definition.</summary>
public abstract partial class HistoryStoreConformance
{
    private const string AnalyzerOrigin = "analyzer.a1";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task GetGraph_ChangesGapsAndRestarts_EqualsTheDefinition(int seed)
    {
        var random = new Random(seed);
        var time = new ManualTime(1_000_000);
        var model = new HistoryModel();
        var store = Open(time: time);
        var graph = new LiveGraph("a1", AnalyzerOrigin, time);
        var subscription = graph.Subscribe(100_000);
        var pending = new List<GraphElement>();
        for (int step = 0; step < 400; step++)
        {
            // Several commits in one millisecond are as frequent as hours without one.
            time.Milliseconds += random.Next(3) == 0 ? 0 : 1L << random.Next(22);
            graph.Write(transaction => Change(transaction, random, step));
            while (subscription.TryRead(out var change))
            {
                pending.AddRange(change.Commit!.Events.Select(static graphEvent => graphEvent.Element));
            }

            switch (random.Next(40))
            {
                case 0:
                    // The queue overflowed: what happened meanwhile is not known, only how it is now.
                    pending.Clear();
                    await store.ReconcileAsync(graph.Current.ToSubGraph(), time.Milliseconds, None);
                    model.Reconcile(graph.Current.ToSubGraph(), time.Milliseconds);
                    break;
                case 1:
                    await AppendAsync();
                    subscription.Dispose();
                    store = await RestartAsync(store, time);
                    await store.CloseAllAsync([AnalyzerOrigin], time.Milliseconds, None);
                    model.CloseAll(AnalyzerOrigin, time.Milliseconds);
                    var live = await store.GetLiveElementsAsync(None);
                    Assert.Equal(Describe(model.Live), Describe(live.Nodes.Concat<GraphElement>(live.Edges)));
                    graph = new("a1", AnalyzerOrigin, time);
                    graph.Write(transaction => transaction.Synchronize(null, live));
                    subscription = graph.Subscribe(100_000);
                    break;
                case < 30:
                    await AppendAsync();
                    break;
            }
        }

        await AppendAsync();
        Assert.InRange(model.Count, 300, int.MaxValue);
        Assert.Empty(await store.CheckAsync(None));
        for (int question = 0; question < 200; question++)
        {
            long at = 990_000 + random.NextInt64(time.Milliseconds - 980_000);
            var slice = question % 2 == 0 ? TimeSlice.At(at) : new TimeSlice(at, at + (1L << random.Next(28)));
            var view = await store.GetGraphAsync(slice, None);
            var expected = model.At(slice).ToList();
            Assert.Equal(Describe(expected), Describe(view.GetNodes().Concat<GraphElement>(view.GetEdges())));

            // Several elements asked for at once, at one time: all of them, each as it was.
            var ids = expected.Select(static element => element.Id).Concat(["nobody"]).Distinct().Order().Take(1 + random.Next(8)).ToList();
            Assert.Equal(
                Describe(expected.OfType<Node>().Where(node => ids.Contains(node.Id))),
                Describe(view.GetNodes(new WithinFilter("@ID", [.. ids.Select(static id => (MetadataValue)id)]))));
            Assert.All(ids, id => Assert.Equal(
                Describe(expected.OfType<Edge>().Where(edge => edge.Id == id)), Describe(view.GetEdgeRevisions(id))));

            // Nodes alone, by what is said of them: those that meet it are all there.
            string name = expected.OfType<Node>().Select(static node => node.Name).DefaultIfEmpty("nobody").ElementAt(random.Next(Math.Max(1, expected.OfType<Node>().Count())));
            foreach (var filter in (Filter?[])
            [
                null,
                new EqualFilter("Name", name),
                new AllFilter([new ExistsFilter("Type"), new EqualFilter("Name", name)]),
                new AnyFilter([new EqualFilter("Name", name), new EqualFilter("Type", "host")]),
                new WithinFilter("Name", [name, "nobody"]),
                new WithinFilter("@ID", [.. ids.Select(static id => (MetadataValue)id)]),
                new AllFilter([new EqualFilter("@ID", ids[0]), new EqualFilter("Name", name)]),
                new NotFilter(new EqualFilter("Name", name)),
            ])
            {
                var found = await store.GetNodesAsync(slice, filter, None);
                Assert.Equal(slice, found.Slice);
                Assert.Equal(Describe(expected.OfType<Node>().Where(node => filter?.Matches(node) != false)), Describe(found.GetNodes(filter)));
            }

            long other = question % 3 == 0 ? time.Milliseconds : at + random.Next(-1_000_000, 1_000_000);
            var (before, after) = (model.At(TimeSlice.At(at)).ToList(), model.At(TimeSlice.At(other)).ToList());
            var differences = await store.GetDifferencesAsync(at, other, None);
            Assert.Equal(
                Describe(before.Except(after, ReferenceEqualityComparer.Instance).Cast<GraphElement>()),
                Describe(differences.Where(static difference => difference.Before is not null).Select(static difference => difference.Before!)));
            Assert.Equal(
                Describe(after.Except(before, ReferenceEqualityComparer.Instance).Cast<GraphElement>()),
                Describe(differences.Where(static difference => difference.After is not null).Select(static difference => difference.After!)));
            Assert.All(differences, static difference => Assert.True(difference.Before is null || difference.After is null
                || (difference.Before.Id == difference.After.Id && difference.Before is Edge == difference.After is Edge)));
            var keys = differences.Select(static difference => ElementKey.Of((difference.Before ?? difference.After)!)).ToList();
            Assert.Equal(keys.Distinct().OrderBy(static key => key.IsEdge).ThenBy(static key => key.Id, StringComparer.Ordinal), keys);
        }

        subscription.Dispose();
        await store.DisposeAsync();

        async Task AppendAsync()
        {
            pending.ForEach(model.Apply);
            await store.AppendAsync(new([.. pending]), None);
            pending.Clear();
        }
    }

    [Fact]
    public async Task GetDifferences_MoreThanAllowed_SaysSo()
    {
        await using var store = Open(new() { MaximumRevisionsPerAnswer = 10 });
        await store.AppendAsync(new([.. Enumerable.Range(0, 11).Select(static i => Make.Node($"n{i}", 10 + i))]), None);
        Assert.Equal(10, (await store.GetDifferencesAsync(0, 19, None)).Count);
        Assert.Equal(10, (await store.GetDifferencesAsync(19, 0, None)).Count(static difference => difference.After is null));
        Assert.Equal(HistoryErrorReason.TooLarge, (await Assert.ThrowsAsync<HistoryException>(() => store.GetDifferencesAsync(0, 20, None))).Reason);
        Assert.Empty(await store.GetDifferencesAsync(20, 20, None));
        Assert.Empty(await store.GetDifferencesAsync(long.MinValue, 9, None));
        Assert.Empty(await store.GetDifferencesAsync(20, long.MaxValue, None));
    }

    /// <summary>Ends the process that has the store and begins another, where that means something.</summary>
    private protected virtual Task<IHistoryStore> RestartAsync(IHistoryStore store, TimeProvider time) => Task.FromResult(store);

    private static List<string> Describe(IEnumerable<GraphElement> elements) => [.. elements.Select(ViewExtensions.Describe).Order(StringComparer.Ordinal)];

    private static void Change(GraphTransaction transaction, Random random, int step)
    {
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            string id = $"n{random.Next(12)}", other = $"n{random.Next(12)}";
            if (transaction.FindNode(id) is not { } node)
            {
                if (random.Next(2) == 0)
                {
                    transaction.AddNode(id, MetadataMap.Create(("Name", id), ("Step", step)));
                }
                else
                {
                    transaction.AddNode(Make.Node(id, transaction.Now, name: $"s{step}", origin: "agent.x"));
                }
            }
            else if (random.Next(4) == 0)
            {
                transaction.DeleteNode(id);
            }
            else if (random.Next(3) == 0 && transaction.FindNode(other) is not null)
            {
                transaction.Link(id, other, "layer2", MetadataMap.Create(("Step", step)));
            }
            else
            {
                // Sometimes back to what it was before.
                transaction.Set(node, "State", random.Next(2) == 0 ? "UP" : "DOWN");
            }
        }
    }
}
