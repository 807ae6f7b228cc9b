using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Graph.Tests;

public sealed class GraphTransactionTests
{
    private readonly ManualTime _time = new();
    private readonly LiveGraph _graph;

    public GraphTransactionTests() => _graph = new("host1", "agent.host1", _time);

    [Fact]
    public void AddNode_New_HasHostOriginTimeAndRevision1()
    {
        var node = Added("n");

        Assert.Equal(("host1", "agent.host1", 1000L, 1000L, 1L), (node.Host, node.Origin, node.CreatedAt, node.UpdatedAt, node.Revision));
        Assert.Equal(1, _graph.Current.Sequence);
    }

    [Fact]
    public void AddNode_IdentifierInUse_IsRefused()
    {
        Added("n");

        AssertRefused(GraphErrorReason.IdConflict, transaction => transaction.AddNode("n", MetadataMap.Empty));
        AssertRefused(GraphErrorReason.IdConflict, static transaction =>
        {
            transaction.AddNode("m", MetadataMap.Empty);
            transaction.AddNode("m", MetadataMap.Empty);
        });
    }

    [Fact]
    public void AddNode_ThatEndedElsewhere_LivesHere()
    {
        var ended = new Node { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty, DeletedAt = 5, ArchivedAt = 5 };
        _graph.Write(transaction => transaction.AddNode(ended));

        Assert.Null(_graph.Current.FindNode("n")!.DeletedAt);
        Assert.Null(_graph.Current.FindNode("n")!.ArchivedAt);
        Assert.Equal(5, ended.DeletedAt);
    }

    [Fact]
    public void AddEdge_WithoutEndsOrWithAnIdentifierInUse_IsRefused()
    {
        Added("a");
        Added("b");
        _graph.Write(static transaction => transaction.AddEdge("e", "a", "b", MetadataMap.Empty));

        AssertRefused(GraphErrorReason.ParentNotFound, static transaction => transaction.AddEdge("x", "none", "b", MetadataMap.Empty));
        AssertRefused(GraphErrorReason.ChildNotFound, static transaction => transaction.AddEdge("x", "a", "none", MetadataMap.Empty));
        AssertRefused(GraphErrorReason.IdConflict, static transaction => transaction.AddEdge("e", "a", "b", MetadataMap.Empty));
        AssertRefused(GraphErrorReason.ParentNotFound, static transaction => transaction.Link("none", "b", "layer2"));
        AssertRefused(GraphErrorReason.ParentNotFound, static transaction => transaction.SetOwner("none", "b"));
        AssertRefused(GraphErrorReason.ChildNotFound, static transaction => transaction.SetOwner("a", "none"));
        AssertRefused(GraphErrorReason.NodeNotFound, static transaction =>
            transaction.Set(new() { Id = "none", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty }, "k", 1));
    }

    [Fact]
    public void Set_SeveralChangesOfOneElement_MakeOneRevisionAndOneEvent()
    {
        var node = Added("n");
        _time.Now = 2000;
        var commit = _graph.Write(transaction =>
        {
            transaction.Set(node, "a", 1);
            transaction.Set(node, "b.c", 2);
            transaction.Remove(node, "a");
            Assert.Equal("""{"b":{"c":2}}""", transaction.FindNode("n")!.Metadata.ToString());
        })!;

        var graphEvent = Assert.Single(commit.Events);
        Assert.Equal(GraphEventKind.NodeUpdated, graphEvent.Kind);
        Assert.Equal((2L, 1000L, 2000L), (graphEvent.Element.Revision, graphEvent.Element.CreatedAt, graphEvent.Element.UpdatedAt));
        Assert.Same(node, graphEvent.Previous);
        Assert.Equal(["b"], graphEvent.Operations.Select(static operation => operation.Key));
    }

    [Fact]
    public void Set_EqualValue_ChangesNothing()
    {
        var node = Added("n", ("a", MetadataValue.List(1, "x")));

        Assert.Null(_graph.Write(transaction => transaction.Set(node, "a", MetadataValue.List(1, "x"))));
        Assert.Null(_graph.Write(transaction => transaction.Remove(node, "none")));
        Assert.Null(_graph.Write(static _ => { }));
        Assert.Same(node, _graph.Current.FindNode("n"));
        Assert.Equal(1, _graph.Current.Sequence);
    }

    [Fact]
    public void Set_ThereAndBack_MakesNeitherRevisionNorEvent()
    {
        var node = Added("n", ("a", 1));
        Added("m");
        Assert.Null(_graph.Write(transaction =>
        {
            transaction.Set(node, "a", 2);
            transaction.Set(node, "a", 1);
        }));
        var commit = _graph.Write(transaction =>
        {
            transaction.Set(node, "a", 2);
            transaction.Set(transaction.FindNode("m")!, "b", 2);
            transaction.Set(node, "a", 1);
        })!;

        Assert.Equal("m", Assert.Single(commit.Events).Element.Id);
        Assert.Same(node, _graph.Current.FindNode("n"));
        Assert.Same(node, Assert.Single(_graph.Current.GetNodes(), static node => node.Metadata.ContainsKey("a")));
    }

    [Fact]
    public void Set_ClockThatWentBack_NeverMovesUpdatedAtBack()
    {
        var node = Added("n");
        _time.Now = 500;
        _graph.Write(transaction => transaction.Set(node, "a", 1));

        Assert.Equal(1000, _graph.Current.FindNode("n")!.UpdatedAt);
        var deletion = Assert.Single(_graph.Write(static transaction => transaction.DeleteNode("n"))!.Events);
        Assert.Equal(1000, deletion.Element.DeletedAt);
    }

    [Fact]
    public void DeleteNode_WithEdges_RemovesThoseBeforeIt()
    {
        Added("a");
        Added("b");
        _graph.Write(static transaction =>
        {
            transaction.AddEdge("out", "a", "b", MetadataMap.Empty);
            transaction.AddEdge("in", "b", "a", MetadataMap.Empty);
            transaction.AddEdge("self", "a", "a", MetadataMap.Empty);
            transaction.AddEdge("other", "b", "b", MetadataMap.Empty);
        });
        _time.Now = 3000;
        var commit = _graph.Write(static transaction => transaction.DeleteNode("a"))!;

        Assert.Equal(["EdgeDeleted out", "EdgeDeleted self", "EdgeDeleted in", "NodeDeleted a"], commit.Events.Select(static graphEvent => $"{graphEvent.Kind} {graphEvent.Element.Id}"));
        Assert.All(commit.Events, static graphEvent => Assert.Equal(3000, graphEvent.Element.DeletedAt));
        Assert.Equal("other", Assert.Single(_graph.Current.GetEdges()).Id);
        Assert.Null(_graph.Write(static transaction => transaction.DeleteNode("a")));
        Assert.Null(_graph.Write(static transaction => transaction.DeleteEdge("out")));
    }

    [Fact]
    public void DeleteNode_AddedInTheSameTransaction_LeavesNoTrace()
    {
        Assert.Null(_graph.Write(static transaction =>
        {
            transaction.AddNode("a", MetadataMap.Empty);
            transaction.AddNode("b", MetadataMap.Empty);
            transaction.Link("a", "b", "layer2");
            transaction.DeleteNode("a");
            transaction.DeleteNode("b");
            Assert.False(transaction.HasChanges);
        }));
        Assert.Equal(0, _graph.Current.Sequence);
    }

    [Fact]
    public void DeleteNode_AddedAndDeletedAgain_IsStillADeletion()
    {
        Added("n");
        var commit = _graph.Write(static transaction =>
        {
            transaction.DeleteNode("n");
            transaction.AddNode("n", MetadataMap.Empty);
            transaction.DeleteNode("n");
            Assert.True(transaction.HasChanges);
        })!;

        Assert.Equal(GraphEventKind.NodeDeleted, Assert.Single(commit.Events).Kind);
        Assert.Null(_graph.Current.FindNode("n"));
    }

    [Fact]
    public void AddNode_RemovedInTheSameTransaction_IsANewNode()
    {
        var node = Added("n");
        _time.Now = 2000;
        var commit = _graph.Write(transaction =>
        {
            transaction.Set(node, "a", 1);
            transaction.DeleteNode("n");
            transaction.AddNode("n", MetadataMap.Create(("b", 1)));
            transaction.Set(transaction.FindNode("n")!, "c", 1);
        })!;

        Assert.Equal([GraphEventKind.NodeDeleted, GraphEventKind.NodeAdded], commit.Events.Select(static graphEvent => graphEvent.Kind));
        Assert.Equal((1L, 2000L), (commit.Events[1].Element.Revision, commit.Events[1].Element.CreatedAt));
        Assert.Empty(commit.Events[0].Element.Metadata);
    }

    [Fact]
    public void Write_BodyThatThrows_ChangesNothing()
    {
        Added("n");
        var before = _graph.Current;

        Assert.Throws<GraphException>(() => _graph.Write(static transaction =>
        {
            transaction.AddNode("m", MetadataMap.Empty);
            transaction.DeleteNode("n");
            transaction.AddNode("m", MetadataMap.Empty);
        }));
        Assert.Same(before, _graph.Current);
        Assert.NotNull(_graph.Current.FindNode("n"));
        Assert.Null(_graph.Current.FindNode("m"));
    }

    [Fact]
    public void Transaction_AfterTheWrite_CanChangeNothing()
    {
        GraphTransaction? kept = null;
        _graph.Write(transaction =>
        {
            kept = transaction;
            transaction.AddNode("n", MetadataMap.Empty);
            transaction.AddNode("m", MetadataMap.Empty);
            transaction.Link("n", "m", "layer2");
        });
        string text = GraphAssert.Text(_graph.Current);
        var node = _graph.Current.FindNode("n")!;
        var edge = Assert.Single(_graph.Current.GetEdges());

        Assert.Throws<InvalidOperationException>(() => kept!.AddNode("x", MetadataMap.Empty));
        Assert.Throws<InvalidOperationException>(() => kept!.AddEdge("x", "n", "m", MetadataMap.Empty));
        Assert.Throws<InvalidOperationException>(() => kept!.Set(node, "a", 1));
        Assert.Throws<InvalidOperationException>(() => kept!.SetMetadata(edge, MetadataMap.Empty));
        Assert.Throws<InvalidOperationException>(() => kept!.DeleteNode("n"));
        Assert.Throws<InvalidOperationException>(() => kept!.DeleteEdge(edge.Id));
        Assert.Throws<InvalidOperationException>(() => kept!.Put(node.With(revision: 9)));
        Assert.Equal(text, GraphAssert.Text(_graph.Current));
        GraphAssert.IsConsistent(_graph.Current);
    }

    [Fact]
    public void Write_WithinAWrite_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() => _graph.Write(transaction =>
        {
            transaction.AddNode("a", MetadataMap.Empty);
            _graph.Write(static inner => inner.AddNode("b", MetadataMap.Empty));
        }));
        Assert.Equal(0, _graph.Current.NodeCount);
        Added("c");
        Assert.Equal(1, _graph.Current.NodeCount);
    }

    [Fact]
    public void Link_TwoNodes_MakesOneEdgeOfEachType()
    {
        Added("a");
        Added("b");
        _graph.Write(static transaction => transaction.Link("a", "b", "layer2", MetadataMap.Create(("Type", "veth"))));
        var edge = Assert.Single(_graph.Current.GetEdges());

        Assert.Equal(Identifiers.Derive("a", "b", "layer2"), edge.Id);
        Assert.Equal("""{"RelationType":"layer2","Type":"veth"}""", edge.Metadata.ToString());
        Assert.Null(_graph.Write(static transaction => transaction.Link("a", "b", "layer2", MetadataMap.Create(("Type", "veth")))));
        Assert.Equal(GraphEventKind.EdgeUpdated, Assert.Single(_graph.Write(static transaction => transaction.Link("a", "b", "layer2"))!.Events).Kind);
        _graph.Write(static transaction => transaction.Link("b", "a", "layer2"));
        Assert.Equal(2, _graph.Current.EdgeCount);
        _graph.Write(static transaction => transaction.Unlink("a", "b", "layer2"));
        Assert.Equal("b", Assert.Single(_graph.Current.GetEdges()).Parent);
    }

    [Fact]
    public void SetOwner_NodeWithAnOwner_ChangesIt()
    {
        Added("a");
        Added("b");
        Added("n");
        _graph.Write(static transaction => transaction.SetOwner("a", "n"));
        _graph.Write(static transaction => transaction.Link("a", "n", "layer2"));
        Assert.Equal("a", _graph.Current.GetOwner(_graph.Current.FindNode("n")!)!.Id);
        Assert.Null(_graph.Write(static transaction => transaction.SetOwner("a", "n")));
        var commit = _graph.Write(static transaction => transaction.SetOwner("b", "n"))!;

        Assert.Equal([GraphEventKind.EdgeDeleted, GraphEventKind.EdgeAdded], commit.Events.Select(static graphEvent => graphEvent.Kind));
        Assert.Equal("b", _graph.Current.GetOwner(_graph.Current.FindNode("n")!)!.Id);
        Assert.Equal(2, _graph.Current.EdgeCount);
        Assert.Null(_graph.Current.GetOwner(_graph.Current.FindNode("a")!));
    }

    [Fact]
    public void SetOwner_OwnershipMadeInAnotherWay_StaysOneEdge()
    {
        Added("a");
        Added("n");
        var ownership = MetadataMap.Create(("RelationType", RelationTypes.Ownership));
        _graph.Write(transaction => transaction.AddEdge("foreign", "a", "n", ownership));
        Assert.Null(_graph.Write(static transaction => transaction.SetOwner("a", "n")));

        _graph.Write(transaction => transaction.AddEdge("second", "a", "n", ownership));
        _graph.Write(static transaction => transaction.SetOwner("a", "n"));
        Assert.Equal("foreign", Assert.Single(_graph.Current.GetEdges()).Id);
    }

    [Fact]
    public void SetOwner_OwnerThatDoesNotExist_LeavesTheOldOneEvenWhenTheErrorIsCaught()
    {
        Added("a");
        Added("n");
        _graph.Write(static transaction => transaction.SetOwner("a", "n"));
        _graph.Write(static transaction => Assert.Throws<GraphException>(() => transaction.SetOwner("none", "n")));

        Assert.Equal("a", _graph.Current.GetOwner(_graph.Current.FindNode("n")!)!.Id);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 0, false)]
    [InlineData(3, 0, true)]
    [InlineData(9, 0, true)]
    [InlineData(1, 1, true)]
    [InlineData(1, -1, false)]
    public void Put_Element_IsTakenWhenNewer(long revision, long younger, bool isTaken)
    {
        var node = new Node { Id = "n", CreatedAt = 10, UpdatedAt = 20, Revision = 2, Metadata = MetadataMap.Empty, Origin = "o" };
        var edge = new Edge { Id = "e", Parent = "n", Child = "n", CreatedAt = 10, UpdatedAt = 20, Revision = 2, Metadata = MetadataMap.Empty };
        _graph.Write(transaction => Assert.True(transaction.Put(node) && transaction.Put(edge)));
        var changed = new Node { Id = "n", CreatedAt = 10 + younger, UpdatedAt = 30, Revision = revision, Metadata = MetadataMap.Create(("a", 1)), Origin = "p" };
        var changedEdge = new Edge { Id = "e", Parent = "n", Child = "n", CreatedAt = 10 + younger, UpdatedAt = 30, Revision = revision, Metadata = MetadataMap.Create(("a", 1)) };
        var commit = _graph.Write(transaction =>
        {
            Assert.Equal(isTaken, transaction.Put(changed));
            Assert.Equal(isTaken, transaction.Put(changedEdge));
        });

        Assert.Equal(isTaken, commit is not null);
        Assert.Equal(GraphAssert.Text(isTaken ? changed : node), GraphAssert.Text(_graph.Current.FindNode("n")!));
        Assert.Equal(GraphAssert.Text(isTaken ? changedEdge : edge), GraphAssert.Text(_graph.Current.FindEdge("e")!));
        GraphAssert.IsConsistent(_graph.Current);
    }

    [Fact]
    public void Put_NewerRevisionWithTheSameMetadata_StandsAsItIs()
    {
        var node = Added("n");
        var commit = _graph.Write(transaction => transaction.Put(node.With(revision: 5, updatedAt: 2000)))!;

        Assert.Equal(5, Assert.Single(commit.Events).Element.Revision);
        Assert.Equal(5, _graph.Current.FindNode("n")!.Revision);
    }

    [Fact]
    public void Put_EdgeWithOtherEnds_MovesIt()
    {
        Added("a");
        Added("b");
        Added("c");
        _graph.Write(static transaction => transaction.AddEdge("e", "a", "b", MetadataMap.Empty));
        var moved = new Edge { Id = "e", Parent = "a", Child = "c", CreatedAt = 1000, UpdatedAt = 2000, Revision = 2, Metadata = MetadataMap.Empty };
        var commit = _graph.Write(transaction => transaction.Put(moved))!;

        Assert.Equal([GraphEventKind.EdgeDeleted, GraphEventKind.EdgeAdded], commit.Events.Select(static graphEvent => graphEvent.Kind));
        Assert.Empty(_graph.Current.GetEdges(_graph.Current.FindNode("b")!, EdgeDirection.Both));
        Assert.Equal("e", Assert.Single(_graph.Current.GetEdges(_graph.Current.FindNode("c")!, EdgeDirection.In)).Id);
        GraphAssert.IsConsistent(_graph.Current);
        var lost = new Edge { Id = "e", Parent = "a", Child = "none", CreatedAt = 1000, UpdatedAt = 3000, Revision = 3, Metadata = MetadataMap.Empty };
        _graph.Write(transaction => Assert.Throws<GraphException>(() => transaction.Put(lost)));
        Assert.Equal("c", _graph.Current.FindEdge("e")!.Child);
    }

    [Fact]
    public void Exchange_OlderRevision_TakesThePlaceAndKeepsTheEdges()
    {
        Added("a");
        Added("b");
        _graph.Write(static transaction => transaction.AddEdge("e", "a", "b", MetadataMap.Empty));
        var other = new Node { Id = "a", Origin = "agent.other", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Create(("Name", "other")) };
        var turned = new Edge { Id = "e", Parent = "b", Child = "a", Origin = "agent.other", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty };

        var commit = _graph.Write(transaction => transaction.Exchange(other))!;
        Assert.Equal(GraphEventKind.NodeUpdated, Assert.Single(commit.Events).Kind);
        Assert.Equal(("agent.other", 1L, 1L), (_graph.Current.FindNode("a")!.Origin, _graph.Current.FindNode("a")!.Revision, _graph.Current.FindNode("a")!.CreatedAt));
        Assert.Equal("e", Assert.Single(_graph.Current.GetEdges(_graph.Current.FindNode("a")!, EdgeDirection.Out)).Id);

        _graph.Write(transaction => transaction.Exchange(turned));
        Assert.Equal(("b", "agent.other"), (_graph.Current.FindEdge("e")!.Parent, _graph.Current.FindEdge("e")!.Origin));
        _graph.Write(static transaction => transaction.DeleteEdge("e"));
        _graph.Write(transaction =>
        {
            transaction.Exchange(turned);
            transaction.Exchange(new Node { Id = "new", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty });
        });
        Assert.NotNull(_graph.Current.FindEdge("e"));
        Assert.NotNull(_graph.Current.FindNode("new"));
        GraphAssert.IsConsistent(_graph.Current);
    }

    [Fact]
    public void Synchronize_OriginOfSeveral_BecomesWhatIsGiven()
    {
        var target = new LiveGraph("analyzer", "analyzer.x", _time);
        var ours = new SubGraph { Nodes = [MakeNode("a1", "A"), MakeNode("a2", "A"), MakeNode("a3", "A")], Edges = [MakeEdge("ae", "a1", "a2", "A")] };
        var theirs = new SubGraph { Nodes = [MakeNode("b1", "B")], Edges = [MakeEdge("be", "b1", "a1", "B"), MakeEdge("bx", "b1", "none", "B")] };
        target.Write(transaction => Assert.Equal(0, transaction.Synchronize("A", ours)));
        target.Write(transaction => Assert.Equal(1, transaction.Synchronize("B", theirs)));
        Assert.Null(target.Write(transaction => transaction.Synchronize("A", ours)));

        // a1 changes, a2 and with it its edge goes, a4 comes; what B says stays.
        var newer = new SubGraph
        {
            Nodes = [MakeNode("a1", "A", 2), MakeNode("a3", "A"), MakeNode("a4", "A"), MakeNode("a4", "A")],
            Edges = [MakeEdge("ae", "a1", "a2", "A"), MakeEdge("a34", "a3", "a4", "A")],
        };
        var commit = target.Write(transaction => Assert.Equal(1, transaction.Synchronize("A", newer)))!;
        Assert.Equal(
            ["EdgeAdded a34", "EdgeDeleted ae", "NodeAdded a4", "NodeDeleted a2", "NodeUpdated a1"],
            commit.Events.Select(static graphEvent => $"{graphEvent.Kind} {graphEvent.Element.Id}").Order(StringComparer.Ordinal));
        Assert.Equal(["a34", "be"], target.Current.GetEdges().Select(static edge => edge.Id).Order(StringComparer.Ordinal));
        GraphAssert.IsConsistent(target.Current);

        // A node of A that B's edge hangs on.
        target.Write(static transaction => transaction.Synchronize("A", new()));
        Assert.Equal("b1", Assert.Single(target.Current.GetNodes()).Id);
        Assert.Empty(target.Current.GetEdges());
        target.Write(transaction => transaction.Synchronize(null, ours));
        Assert.Equal(["a1", "a2", "a3"], target.Current.GetNodes().Select(static node => node.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Synchronize_RandomGraphs_GivesTheGraphThatWasGiven()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            LiveGraph source = new("h", "o", _time), target = new("t", "t", _time);
            var writer = new RandomWriter(seed, 12);
            for (int i = 0; i < 20; i++)
            {
                for (int changes = writer.Random.Next(20); changes > 0; changes--)
                {
                    source.Write(writer.Change);
                }

                string before = GraphAssert.Text(target.Current);
                var snapshot = target.Current;
                target.Write(transaction => Assert.Equal(0, transaction.Synchronize(null, source.Current.ToSubGraph())));
                Assert.Equal(GraphAssert.Text(source.Current), GraphAssert.Text(target.Current));
                Assert.Equal(before, GraphAssert.Text(snapshot));
            }

            GraphAssert.IsConsistent(target.Current);
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(25_000)]
    public void Synchronize_ManyElements_AsAddingOneByOne(int count)
    {
        var random = new Random(count);
        string[] names = [.. Enumerable.Range(0, count).Select(static i => "n" + i)];
        var nodes = names.Select((name, i) => new Node
        {
            Id = name,
            Metadata = MetadataMap.Create(
                ("Name", name), ("Type", "t" + (i % 5)), ("IfIndex", i % 100), ("IPV4", MetadataValue.List("10.0.0." + (i % 7), "10.0.0." + (i % 3), "10.0.0." + (i % 3)))),
            Origin = "A",
            CreatedAt = 1,
            UpdatedAt = 1,
        }).ToList();
        var edges = Enumerable.Range(0, 2 * count).Select(i => new Edge
        {
            Id = "e" + i,

            // Some nodes have so many edges that they rest in sets, some edges begin and end at one node.
            Parent = names[i % 3 == 0 ? random.Next(3) : random.Next(count)],
            Child = names[i % 50 == 0 ? 1 : random.Next(count)],
            Metadata = MetadataMap.Create(("RelationType", i % 4 == 0 ? "ownership" : "layer2")),
            Origin = "A",
            CreatedAt = 1,
            UpdatedAt = 1,
        }).ToList();
        LiveGraph one = new("h", "o", _time), many = new("h", "o", _time);
        foreach (var graph in new[] { one, many })
        {
            graph.Write(transaction =>
            {
                transaction.AddNode(MakeNode("other", "B"));
                transaction.AddNode(nodes[1]);
                transaction.AddEdge(MakeEdge("be", "n1", "other", "B"));
            });
        }

        one.Write(transaction =>
        {
            nodes.ForEach(node => transaction.Put(node));
            edges.ForEach(edge => transaction.Put(edge));
        });
        var before = many.Current;
        string text = GraphAssert.Text(before);
        var commit = many.Write(transaction => Assert.Equal(
            1, transaction.Synchronize("A", new() { Nodes = [.. nodes, nodes[7]], Edges = [edges[9], .. edges, MakeEdge("lost", "n1", "none", "A")] })))!;

        Assert.Equal(text, GraphAssert.Text(before));
        Assert.Equal(nodes.Count - 1, commit.Events.Count(static graphEvent => graphEvent.Kind == GraphEventKind.NodeAdded));
        Assert.Equal(edges.Count, commit.Events.Count(static graphEvent => graphEvent.Kind == GraphEventKind.EdgeAdded));
        AssertSame(one.Current, many.Current);

        // The next change finds all in its place.
        foreach (var graph in new[] { one, many })
        {
            graph.Write(static transaction =>
            {
                transaction.DeleteNode("n3");
                transaction.Set(transaction.FindNode("n4")!, "Type", "changed");
                transaction.AddNode(MakeNode("n3", "A", 9));
                transaction.AddEdge(MakeEdge("new", "n3", "n4", "A"));
            });
        }

        AssertSame(one.Current, many.Current);
        GraphAssert.IsConsistent(many.Current);
    }

    private static void AssertSame(GraphSnapshot expected, GraphSnapshot actual)
    {
        Assert.Equal(GraphAssert.Text(expected), GraphAssert.Text(actual));
        foreach (var filter in new[]
        {
            Filter.Equal("Name", "n17"), Filter.Equal("Type", "t3"), Filter.Equal("Type", "changed"), Filter.Equal("IfIndex", 44), Filter.Equal("IPV4", "10.0.0.2"), Filter.Equal("IPV4", "10.0.0.6"),
        })
        {
            Assert.Equal(
                expected.GetNodes(filter).Select(static node => node.Id).Order(StringComparer.Ordinal), actual.GetNodes(filter).Select(static node => node.Id).Order(StringComparer.Ordinal));
        }

        foreach (string key in new[] { "Name", "Type", "IfIndex", "IPV4" })
        {
            Assert.Equal(
                expected.CountNodeValues(key)!.OrderBy(static entry => entry.Key.ToString(), StringComparer.Ordinal),
                actual.CountNodeValues(key)!.OrderBy(static entry => entry.Key.ToString(), StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Hook_BeforeCommit_AddsToTheSameRevision()
    {
        var graph = new LiveGraph("h", "o", _time, new Hook());
        var commit = graph.Write(static transaction =>
        {
            transaction.AddNode("a", MetadataMap.Create(("Name", "a")));
            transaction.AddNode("gone", MetadataMap.Empty);
            transaction.DeleteNode("gone");
        })!;
        Assert.Equal(1, Assert.Single(commit.Events).Element.Revision);
        Assert.Equal("tid-a", graph.Current.FindNode("a")!.TID);

        commit = graph.Write(static transaction =>
        {
            transaction.AddNode("b", MetadataMap.Empty);
            transaction.Link("a", "b", "layer2");
            transaction.Remove(transaction.FindNode("a")!, "TID");
        })!;
        Assert.Equal(["EdgeAdded", "NodeAdded"], commit.Events.Select(static graphEvent => graphEvent.Kind.ToString()).Order(StringComparer.Ordinal));
        commit = graph.Write(static transaction => transaction.DeleteNode("b"))!;
        Assert.Equal("tid-a", graph.Current.FindNode("a")!.Metadata["Lost"].AsString);
        Assert.Equal(3, commit.Events.Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(501)]
    public void Hook_AddsManyEdges_AllOfThemAreThere(int count)
    {
        var graph = new LiveGraph("h", "o", _time, new StarHook(count));
        using var subscription = graph.Subscribe();

        graph.Write(static transaction => transaction.AddNode("hub", MetadataMap.Empty));

        Assert.Equal(count, graph.Current.EdgeCount);
        Assert.Equal(count, graph.Current.GetEdges(graph.Current.FindNode("hub")!, EdgeDirection.Out).Count());
        Assert.True(subscription.TryRead(out var change));
        Assert.Equal(count, change.Commit!.Events.Count(static graphEvent => graphEvent.Kind == GraphEventKind.EdgeAdded));
        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public void Hook_ThatThrows_UndoesTheTransaction()
    {
        var graph = new LiveGraph("h", "o", _time, new Hook());

        Assert.Throws<OperationCanceledException>(() => graph.Write(static transaction => transaction.AddNode("bad", MetadataMap.Empty)));
        Assert.Equal(0, graph.Current.NodeCount);
        graph.Write(static transaction => transaction.AddNode("good", MetadataMap.Empty));
        Assert.Equal(1, graph.Current.NodeCount);
    }

    [Fact]
    public void Write_SlotsThatRunOut_AreNumberedAnewWithoutAnyoneNoticing()
    {
        var graph = new LiveGraph("h", "o", _time) { SlotLimit = 10 };
        for (int i = 0; i < 100; i++)
        {
            graph.Write(transaction =>
            {
                transaction.AddNode("n" + i, MetadataMap.Create(("Name", "n" + i)));
                transaction.AddEdge("e" + i, "n" + Math.Max(0, i - 1), "n" + i, MetadataMap.Empty);
                if (i > 4)
                {
                    transaction.DeleteNode("n" + (i - 4));
                }
            });
            Assert.Equal(i + 1, graph.Current.Sequence);
            GraphAssert.IsConsistent(graph.Current);
        }

        Assert.Equal(["n0", "n96", "n97", "n98", "n99"], graph.Current.GetNodes().Select(static node => node.Id));
        Assert.True(graph.Current.State.NextNodeSlot < 20);
    }

    private static Node MakeNode(string id, string origin, long revision = 1) =>
        new() { Id = id, Origin = origin, CreatedAt = 1, UpdatedAt = revision, Revision = revision, Metadata = MetadataMap.Create(("r", revision)) };

    private static Edge MakeEdge(string id, string parent, string child, string origin) =>
        new() { Id = id, Parent = parent, Child = child, Origin = origin, CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty };

    private Node Added(string id, params (string, MetadataValue)[] metadata) =>
        (Node)Assert.Single(_graph.Write(transaction => transaction.AddNode(id, MetadataMap.Create(metadata)))!.Events).Element;

    private void AssertRefused(GraphErrorReason reason, Action<GraphTransaction> body)
    {
        var before = _graph.Current;
        Assert.Equal(reason, Assert.Throws<GraphException>(() => _graph.Write(body)).Reason);
        Assert.Same(before, _graph.Current);
    }

    private sealed class StarHook(int count) : IGraphHook
    {
        public void BeforeCommit(GraphTransaction transaction)
        {
            for (int i = 0; i < count; i++)
            {
                transaction.AddNode($"leaf{i}", MetadataMap.Empty);
                transaction.Link("hub", $"leaf{i}", "layer2");
            }
        }
    }

    private sealed class Hook : IGraphHook
    {
        public void BeforeCommit(GraphTransaction transaction)
        {
            foreach (var edge in transaction.RemovedEdges)
            {
                if (transaction.FindNode(edge.Parent) is { } parent)
                {
                    transaction.Set(parent, "Lost", parent.Metadata["TID"]);
                }
            }

            foreach (var node in transaction.ChangedNodes)
            {
                if (node.Id == "bad")
                {
                    throw new OperationCanceledException();
                }

                transaction.Set(node, "TID", "tid-" + node.Id);
            }

            Assert.All(transaction.ChangedEdges, edge => Assert.NotNull(transaction.FindNode(edge.Child)));
        }
    }
}
