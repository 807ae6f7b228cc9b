using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;

namespace Skydive.Graph.Tests;

public sealed class GraphSnapshotTests
{
    [Fact]
    public void GetNodes_Order_IsThatOfAdding()
    {
        var graph = new LiveGraph("h", "o");
        graph.Write(static transaction =>
        {
            foreach (string id in (string[])["c", "a", "b"])
            {
                transaction.AddNode(id, MetadataMap.Create(("Type", "x")));
            }
        });
        graph.Write(static transaction => transaction.Set(transaction.FindNode("c")!, "Type", "y"));

        Assert.Equal(["c", "a", "b"], graph.Current.GetNodes().Select(static node => node.Id));
        Assert.Equal(["c", "a", "b"], graph.Current.GetNodes(new WithinFilter("Type", ["x", "y"])).Select(static node => node.Id));
        Assert.Equal(["a", "b"], graph.Current.GetNodes(Filter.Equal("Type", "x")).Select(static node => node.Id));
        Assert.Null(graph.Current.Slice);
    }

    [Fact]
    public void GetEdges_NodeOfAnotherGraphOrGone_GoesByIdentifier()
    {
        LiveGraph graph = new("h", "o"), other = new("h", "o");
        other.Write(static transaction => transaction.AddNode("b", MetadataMap.Empty));
        graph.Write(static transaction =>
        {
            transaction.AddNode("a", MetadataMap.Empty);
            transaction.AddNode("b", MetadataMap.Empty);
            transaction.AddEdge("e", "a", "b", MetadataMap.Empty);
        });
        var node = graph.Current.FindNode("a")!;

        Assert.Equal("e", Assert.Single(graph.Current.GetEdges(other.Current.FindNode("b")!, EdgeDirection.In)).Id);
        Assert.Empty(other.Current.GetEdges(node, EdgeDirection.Both));
        graph.Write(static transaction => transaction.DeleteNode("a"));
        Assert.Empty(graph.Current.GetEdges(node, EdgeDirection.Both));
        Assert.Null(graph.Current.FindNode("a"));
        Assert.Empty(graph.Current.GetNodeRevisions("a"));
        Assert.Empty(graph.Current.GetEdgeRevisions("e"));
    }

    [Fact]
    public async Task Current_ReadWhileOthersWrite_IsAlwaysConsistent()
    {
        var graph = new LiveGraph("h", "o");
        var writer = new RandomWriter(3, 100);
        for (int i = 0; i < 100; i++)
        {
            graph.Write(writer.Change);
        }

        // Threads of their own: the pool may be slow to give them. The writer goes on until the readers have seen enough.
        var reading = Enumerable.Range(0, 2).Select(_ => Start(() =>
        {
            var previous = graph.Current;
            string text = GraphAssert.Text(previous);
            for (int i = 0; i < 200; i++)
            {
                var snapshot = graph.Current;
                Assert.True(snapshot.Sequence >= previous.Sequence);
                GraphAssert.IsConsistent(snapshot);
                Assert.Equal(text, GraphAssert.Text(previous));
                previous = snapshot;
                text = GraphAssert.Text(snapshot);
            }
        })).ToArray();
        var finished = Task.WhenAll(reading);
        var writing = Start(() =>
        {
            while (!finished.IsCompleted)
            {
                graph.Write(writer.Change);
            }
        });

        await finished;
        await writing;
        Assert.True(graph.Current.Sequence > 100);
    }

    private static Task Start(Action body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [Fact]
    public void GetNodes_ByIdentifiers_GivesWhatAScanGives()
    {
        var graph = new LiveGraph("h", "o");
        graph.Write(static t =>
        {
            for (int i = 0; i < 20; i++)
            {
                t.AddNode($"n{i}", MetadataMap.Create(("Type", i % 2 == 0 ? "veth" : "bridge")));
            }

            t.AddEdge("e1", "n1", "n2", MetadataMap.Create(("RelationType", "layer2")));
            t.AddEdge("e2", "n2", "n3", MetadataMap.Create(("RelationType", "layer2")));
        });
        var snapshot = graph.Current;
        foreach (var filter in (Filter[])
        [
            Filter.Equal("@ID", "n7"),
            Filter.Equal("@ID", "none"),
            Filter.Equal("@ID", 7),
            new WithinFilter("@ID", ["n9", "n3", "n3", "none"]),
            new AllFilter([new WithinFilter("@ID", ["n9", "n4"]), Filter.Equal("Type", "veth")]),
            new AllFilter([new WithinFilter("@ID", ["n9", "n4", "n5"]), Filter.Equal("@ID", "n5")]),
            new AnyFilter([Filter.Equal("@ID", "n5"), Filter.Equal("Type", "veth")]),
            new NotFilter(Filter.Equal("@ID", "n5")),
        ])
        {
            Assert.Equal(snapshot.GetNodes().Where(filter.Matches), snapshot.GetNodes(filter));
            Assert.Equal(snapshot.GetNodes().LongCount(filter.Matches), snapshot.SelectNodes(filter).Count());
        }

        Assert.Equal(["e2"], snapshot.GetEdges(Filter.Equal("@ID", "e2")).Select(static edge => edge.Id));
        Assert.Equal(1, snapshot.CountCandidates(Filter.Equal("@ID", "n7")));
    }
}
