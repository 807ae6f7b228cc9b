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
}
