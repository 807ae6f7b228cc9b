using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Graph.Tests;

public sealed class LiveGraphPropertyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Write_RandomTransactions_AreConsistentReplayableAndLeaveSnapshotsAlone(int seed)
    {
        var time = new ManualTime();
        var graph = new LiveGraph("h", "agent.h", time) { SlotLimit = seed % 2 == 0 ? 40 : 1 << 30 };
        var copy = new LiveGraph("other", "other", time);
        var writer = new RandomWriter(seed);
        var kept = new List<(GraphSnapshot Snapshot, string Text)>();
        for (int i = 0; i < 1500; i++)
        {
            time.Now += writer.Random.Next(-2, 10);
            var before = graph.Current;
            string text = GraphAssert.Text(before);
            GraphCommit? commit = null;
            if (writer.Random.Next(10) == 0)
            {
                Assert.Throws<OperationCanceledException>(() => graph.Write(transaction =>
                {
                    writer.Change(transaction);
                    throw new OperationCanceledException();
                }));
                Assert.Equal(text, GraphAssert.Text(graph.Current));
            }
            else
            {
                commit = graph.Write(writer.Change);
            }

            Assert.Equal(text, GraphAssert.Text(before));
            if (commit is null)
            {
                Assert.Equal(before.Sequence, graph.Current.Sequence);
                Assert.Equal(text, GraphAssert.Text(graph.Current));
                continue;
            }

            Assert.Same(commit.Snapshot, graph.Current);
            Assert.Equal(before.Sequence + 1, commit.Sequence);
            Assert.NotEmpty(commit.Events);
            AssertEvents(before, commit);
            GraphAssert.Replay(copy, commit);
            Assert.Equal(GraphAssert.Text(graph.Current), GraphAssert.Text(copy.Current));
            if (i % 100 == 0)
            {
                GraphAssert.IsConsistent(graph.Current);
                GraphAssert.IsConsistent(copy.Current);
                kept.Add((graph.Current, GraphAssert.Text(graph.Current)));
            }
        }

        Assert.All(kept, static pair =>
        {
            GraphAssert.IsConsistent(pair.Snapshot);
            Assert.Equal(pair.Text, GraphAssert.Text(pair.Snapshot));
        });
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void GetNodes_RandomFilters_GivesWhatAScanGives(int seed)
    {
        var graph = new LiveGraph("h", "agent.h", new ManualTime());
        var writer = new RandomWriter(seed, 200);
        var random = new Random(seed);
        for (int i = 0; i < 1000; i++)
        {
            graph.Write(writer.Change);
            var snapshot = graph.Current;
            var filter = RandomFilter(random, 2);
            Assert.Equal(snapshot.GetNodes().Where(filter.Matches), snapshot.GetNodes(filter));
            Assert.Equal(snapshot.GetEdges().Where(filter.Matches), snapshot.GetEdges(filter));
            if (i % 100 == 0)
            {
                var expected = snapshot.GetNodes().Where(static node => node.Metadata.ContainsKey("Type"))
                    .GroupBy(static node => node.Metadata["Type"]).ToDictionary(static group => group.Key, static group => group.Count());
                Assert.Equal(expected, snapshot.CountNodeValues("Type")!.ToDictionary());
                Assert.Null(snapshot.CountNodeValues("MTU"));
            }
        }

        Assert.NotEmpty(graph.Current.GetNodes());
    }

    private static void AssertEvents(GraphSnapshot before, GraphCommit commit)
    {
        foreach (var group in commit.Events.GroupBy(static graphEvent => (graphEvent.Node is null, graphEvent.Element.Id)))
        {
            // One event for each element, but for one that was removed and added again.
            var kinds = group.Select(static graphEvent => graphEvent.Kind).ToArray();
            Assert.True(
                kinds is [_] or [GraphEventKind.NodeDeleted, GraphEventKind.NodeAdded] or [GraphEventKind.EdgeDeleted, GraphEventKind.EdgeAdded],
                string.Join(',', kinds));
        }

        foreach (var graphEvent in commit.Events)
        {
            var (element, previous) = (graphEvent.Element, graphEvent.Previous);
            switch (graphEvent.Kind)
            {
                case GraphEventKind.NodeUpdated or GraphEventKind.EdgeUpdated:
                    Assert.NotNull(previous);
                    Assert.True(element.Revision > previous.Revision);
                    Assert.True(element.UpdatedAt >= previous.UpdatedAt);
                    Assert.Equal(element.Metadata, MetadataOperation.Apply(previous.Metadata, graphEvent.Operations));
                    Assert.True(graphEvent.Operations.Count > 0 || element.Origin == "elsewhere" || element.Origin.Length == 0);
                    Assert.Same(graphEvent.Operations, graphEvent.Operations);
                    AssertWas(before, element, previous);
                    break;
                case GraphEventKind.NodeAdded or GraphEventKind.EdgeAdded:
                    Assert.Null(previous);
                    Assert.Null(element.DeletedAt);
                    Assert.Empty(graphEvent.Operations);
                    Assert.Same(graphEvent.Node is null ? commit.Snapshot.FindEdge(element.Id) : commit.Snapshot.FindNode(element.Id), element);
                    break;
                default:
                    Assert.NotNull(element.DeletedAt);
                    Assert.True(element.DeletedAt >= element.UpdatedAt);
                    AssertWas(before, element, previous);
                    break;
            }
        }
    }

    // By content: slots may have been numbered anew in between.
    private static void AssertWas(GraphSnapshot before, GraphElement element, GraphElement? previous) => Assert.Equal(
        GraphAssert.Text(previous!), GraphAssert.Text(element is Node ? before.FindNode(element.Id)! : before.FindEdge(element.Id)!));

    private static Filter RandomFilter(Random random, int depth) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => Filter.Equal("Type", random.Next(2) == 0 ? "veth" : "none"),
        1 => Filter.Equal(random.Next(2) == 0 ? "Name" : "Metadata.Name", "eth" + random.Next(4)),
        2 => Filter.Equal("IPV4", random.Next(3) switch { 0 => MetadataValue.List("10.0.0.1"), 1 => MetadataValue.List(), _ => "10.0.0.2" }),
        3 => new WithinFilter("State", random.Next(2) == 0 ? ["UP", 1, 1] : [2, "UP", MetadataValue.List("x")]),
        4 => new CompareFilter("MTU", Comparison.GreaterThan, random.Next(2)),
        5 => Filter.Equal(random.Next(2) == 0 ? "RelationType" : "State", random.Next(2) == 0 ? "ownership" : MetadataValue.Null),
        6 => new NotFilter(RandomFilter(random, depth - 1)),
        7 => new AllFilter([RandomFilter(random, depth - 1), RandomFilter(random, depth - 1)]),
        _ => new AnyFilter([RandomFilter(random, depth - 1), RandomFilter(random, depth - 1)]),
    };
}
