using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Tests.Hub;

public sealed class GraphReceiverTests
{
    private readonly LiveGraph _graph = new("a1", "analyzer.a1");
    private readonly GraphReceiver _receiver;

    public GraphReceiverTests()
    {
        _receiver = new(_graph, "agent.host1", NullLogger.Instance);
        _graph.Write(static transaction => transaction.AddNode(Make.Node("other", host: "host2")));
    }

    [Fact]
    public void Synchronize_TakesOverTheWholeGraphOfItsOriginAlone()
    {
        _receiver.Synchronize(new() { Nodes = [Make.Node("h", "host"), Make.Node("eth0")], Edges = [Make.Edge("e", "h", "eth0")] });
        Assert.Equal(3, _graph.Current.NodeCount);

        using var subscription = _graph.Subscribe();
        _receiver.Synchronize(new() { Nodes = [Make.Node("h", "host"), Make.Node("eth1")], Edges = [] });

        Assert.NotNull(_graph.Current.FindNode("other"));
        Assert.Null(_graph.Current.FindNode("eth0"));
        Assert.Null(_graph.Current.FindEdge("e"));
        Assert.True(subscription.TryRead(out var change));
        Assert.DoesNotContain(change.Commit!.Events, static graphEvent => graphEvent.Element.Id == "h");
        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public void Synchronize_SameGraphAgain_ChangesNothing()
    {
        var graph = new SubGraph { Nodes = [Make.Node("h", "host")], Edges = [] };
        _receiver.Synchronize(graph);
        long sequence = _graph.Current.Sequence;

        _receiver.Synchronize(graph);

        Assert.Equal(sequence, _graph.Current.Sequence);
    }

    [Fact]
    public void Synchronize_EdgeWithoutAnEnd_IsLeftOut()
    {
        _receiver.Synchronize(new() { Nodes = [Make.Node("h", "host")], Edges = [Make.Edge("e", "h", "nowhere")] });

        Assert.NotNull(_graph.Current.FindNode("h"));
        Assert.Equal(0, _graph.Current.EdgeCount);
    }

    [Fact]
    public void Apply_ElementsComeChangeAndGo()
    {
        Apply(MessageTypes.NodeAdded, Make.Node("h", "host"));
        Apply(MessageTypes.NodeAdded, Make.Node("eth0"));
        Apply(MessageTypes.EdgeAdded, Make.Edge("e", "h", "eth0"));
        Apply(MessageTypes.NodeUpdated, Make.Node("eth0", revision: 2, more: ("MTU", 1400)));
        Apply(MessageTypes.NodeUpdated, Make.Node("eth0", revision: 1, more: ("MTU", 1)));
        Assert.Equal(1400, _graph.Current.FindNode("eth0")!.Metadata["MTU"]);
        Assert.Equal(2, _graph.Current.FindNode("eth0")!.Revision);

        Apply(MessageTypes.EdgeDeleted, Make.Edge("e", "h", "eth0"));
        Apply(MessageTypes.NodeDeleted, Make.Node("eth0"));
        Apply(MessageTypes.NodeDeleted, Make.Node("eth0"));

        Assert.Null(_graph.Current.FindNode("eth0"));
        Assert.Equal(0, _graph.Current.EdgeCount);
    }

    [Fact]
    public void Apply_EdgeWithoutAnEnd_IsLeftOutAndTheRestStays()
    {
        Apply(MessageTypes.NodeAdded, Make.Node("h", "host"));

        Apply(MessageTypes.EdgeAdded, Make.Edge("e", "h", "nowhere"));

        Assert.Equal(0, _graph.Current.EdgeCount);
        Assert.NotNull(_graph.Current.FindNode("h"));
    }

    [Fact]
    public void ApplyPartial_NewerRevision_Changes()
    {
        Apply(MessageTypes.NodeAdded, Make.Node("eth0", more: ("MTU", 1500)));

        Apply(isNode: true, Update("eth0", 2, Add("State", "UP"), Delete("MTU")));

        var node = _graph.Current.FindNode("eth0")!;
        Assert.Equal((2L, 5002L, "UP"), (node.Revision, node.UpdatedAt, node.Metadata["State"].AsString));
        Assert.False(node.Metadata.ContainsKey("MTU"));
    }

    [Fact]
    public void ApplyPartial_OlderOrSameRevision_IsLeftOut()
    {
        Apply(MessageTypes.NodeAdded, Make.Node("eth0", revision: 5));

        Apply(isNode: true, Update("eth0", 5, Add("State", "UP")));
        Apply(isNode: true, Update("eth0", 4, Add("State", "DOWN")));

        Assert.Equal(5, _graph.Current.FindNode("eth0")!.Revision);
        Assert.False(_graph.Current.FindNode("eth0")!.Metadata.ContainsKey("State"));
    }

    [Fact]
    public void ApplyPartial_UnknownElement_IsToldAndMakesNothing()
    {
        // A node that is not known means that the graphs differ; an edge may have been left out.
        Assert.Throws<GraphMessageException>(() => Apply(isNode: true, Update("nope", 2, Add("State", "UP"))));
        Apply(isNode: false, Update("nope", 2, Add("State", "UP")));
        Assert.Equal(1, _graph.Current.NodeCount);
    }

    [Fact]
    public void ApplyPartial_UnknownOperation_ChangesNothing()
    {
        Apply(MessageTypes.NodeAdded, Make.Node("eth0"));

        Assert.Throws<GraphMessageException>(() => Apply(isNode: true, Update("eth0", 2, new MetadataOperation { Type = 0, Key = "State", Value = "UP" })));

        Assert.Equal(1, _graph.Current.FindNode("eth0")!.Revision);
    }

    [Fact]
    public void ApplyPartial_TransientAtTheAgent_IsTransientHere()
    {
        Apply(MessageTypes.NodeAdded, Make.Node("eth0"));
        using var subscription = _graph.Subscribe();

        Apply(isNode: true, Update("eth0", 2, Add("MTU", 1400)));
        Apply(isNode: true, Update("eth0", 3, Add("Captures", Make.Captures(("c1", 7)))) with { Transient = true });

        var transient = new List<bool>();
        while (subscription.TryRead(out var change))
        {
            transient.Add(change.Commit!.IsTransient);
        }

        Assert.Equal([false, true], transient);
    }

    [Fact]
    public void Apply_MessagesAtOnce_KeepEachRevisionAndEachDeletionApart()
    {
        Apply(MessageTypes.NodeAdded, Make.Node("h", "host"));
        using var subscription = _graph.Subscribe();

        _receiver.Apply([
            Message(MessageTypes.NodeAdded, Make.Node("a")),
            Message(MessageTypes.NodeAdded, Make.Node("b")),
            Message(MessageTypes.EdgeAdded, Make.Edge("e", "a", "b")),
            Message(MessageTypes.NodeUpdated, Make.Node("a", revision: 2, more: ("MTU", 1))),
            Message(MessageTypes.NodeUpdated, Make.Node("b", revision: 2, more: ("MTU", 1))),
            Message(MessageTypes.NodePartiallyUpdated, update: Update("h", 2, Add("Ticks", 1)) with { Transient = true }),
            Message(MessageTypes.NodeDeleted, Make.Node("a", revision: 2)),
            Message(MessageTypes.NodeDeleted, Make.Node("b", revision: 2)),
            Message(MessageTypes.NodeAdded, Make.Node("b", revision: 3)),
        ]);

        var commits = new List<string>();
        while (subscription.TryRead(out var change))
        {
            commits.Add(string.Join(' ', change.Commit!.Events.Select(static graphEvent => $"{graphEvent.Kind}:{graphEvent.Element.Id}")));
        }

        Assert.Equal(
            ["NodeAdded:a NodeAdded:b EdgeAdded:e", "NodeUpdated:a NodeUpdated:b", "NodeUpdated:h", "EdgeDeleted:e NodeDeleted:a", "NodeDeleted:b", "NodeAdded:b"], commits);
    }

    [Fact]
    public void Guest_ElementsOfOthers_StayAsTheyAre()
    {
        var guest = new GraphReceiver(_graph, "test.me", NullLogger.Instance) { IsGuest = true };
        var mine = new Node { Id = "mine", Metadata = Make.Node("mine").Metadata, Origin = "test.me", CreatedAt = 1, UpdatedAt = 1 };
        var taken = new Node { Id = "other", Metadata = MetadataMap.Empty, Origin = "test.me", CreatedAt = 9000, UpdatedAt = 9000, Revision = 9 };

        guest.Synchronize(new() { Nodes = [mine, taken], Edges = [] });
        guest.Apply([
            Message(MessageTypes.NodeUpdated, taken),
            Message(MessageTypes.NodePartiallyUpdated, update: Update("other", 99, Add("MTU", 1))),
            Message(MessageTypes.NodeDeleted, taken),
            Message(MessageTypes.NodePartiallyUpdated, update: Update("nobody", 2)),
            Message(MessageTypes.NodePartiallyUpdated, update: Update("mine", 2, new MetadataOperation { Type = 7, Key = "x" })),
        ]);
        guest.Synchronize(new());

        var other = Assert.Single(_graph.Current.GetNodes());
        Assert.Equal(("other", "agent.host2", 1L), (other.Id, other.Origin, other.Revision));
        Assert.Equal(5, guest.Refused);
    }

    [Fact]
    public void Shared_SwitchOfTwoAgents_StaysUntilTheLastLetsGo()
    {
        var second = new GraphReceiver(_graph, "agent.host2", NullLogger.Instance);
        using var subscription = _graph.Subscribe();
        Tell(_receiver, "host1", "p1");
        Tell(second, "host2", "p2");
        Assert.Equal("agent.host1", _graph.Current.FindNode("switch")!.Origin);

        // What the second tells of it is kept, and shown when the first has let go.
        second.Apply([Message(MessageTypes.NodePartiallyUpdated, update: Update("switch", 2, Add("MTU", 9000)))]);
        Assert.False(_graph.Current.FindNode("switch")!.Metadata.ContainsKey("MTU"));
        _receiver.Apply([
            Message(MessageTypes.EdgeDeleted, Make.Edge("switch-p1", "switch", "p1")),
            Message(MessageTypes.NodeDeleted, Make.Node("p1", "switchport")),
            Message(MessageTypes.NodeDeleted, Make.Node("switch", "switch")),
        ]);

        var left = _graph.Current.FindNode("switch")!;
        Assert.Equal(("agent.host2", 2L, 9000), (left.Origin, left.Revision, left.Metadata["MTU"]));
        Assert.Null(_graph.Current.FindNode("p1"));
        Assert.NotNull(_graph.Current.FindEdge("switch-p2"));

        // It goes on with the second, and comes back to the first without a change.
        second.Apply([Message(MessageTypes.NodePartiallyUpdated, update: Update("switch", 3, Add("MTU", 1500)))]);
        Tell(_receiver, "host1", "p1");
        Assert.Equal(("agent.host2", 1500), (_graph.Current.FindNode("switch")!.Origin, _graph.Current.FindNode("switch")!.Metadata["MTU"]));
        while (subscription.TryRead(out var change))
        {
            Assert.DoesNotContain(change.Commit!.Events, static graphEvent => graphEvent.Kind == GraphEventKind.NodeDeleted && graphEvent.Element.Id == "switch");
        }

        second.Apply([Message(MessageTypes.NodeDeleted, Make.Node("switch", "switch", host: "host2"))]);
        Assert.Equal("agent.host1", _graph.Current.FindNode("switch")!.Origin);
        _receiver.Apply([Message(MessageTypes.NodeDeleted, Make.Node("switch", "switch"))]);
        Assert.Null(_graph.Current.FindNode("switch"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Shared_OneOfTwoAgentsIsSynchronizedWithoutTheSwitch_LeavesItToTheOther(bool isFirst)
    {
        var second = new GraphReceiver(_graph, "agent.host2", NullLogger.Instance);
        Tell(_receiver, "host1", "p1");
        second.Synchronize(new()
        {
            Nodes = [Make.Node("other", host: "host2"), Make.Node("switch", "switch", host: "host2"), Make.Node("p2", "switchport", host: "host2")],
            Edges = [Make.Edge("switch-p2", "switch", "p2", host: "host2")],
        });
        Assert.Equal("agent.host1", _graph.Current.FindNode("switch")!.Origin);

        (isFirst ? _receiver : second).Synchronize(new() { Nodes = isFirst ? [] : [Make.Node("other", host: "host2")] });

        Assert.Equal(isFirst ? "agent.host2" : "agent.host1", _graph.Current.FindNode("switch")!.Origin);
        Assert.Equal(isFirst, _graph.Current.FindEdge("switch-p2") is not null);
        Assert.Equal(!isFirst, _graph.Current.FindEdge("switch-p1") is not null);
        (isFirst ? second : _receiver).Synchronize(new());
        Assert.Null(_graph.Current.FindNode("switch"));
    }

    private static void Tell(GraphReceiver receiver, string host, string port) => receiver.Apply([
        Message(MessageTypes.NodeAdded, Make.Node("switch", "switch", host: host)),
        Message(MessageTypes.NodeAdded, Make.Node(port, "switchport", host: host)),
        Message(MessageTypes.EdgeAdded, Make.Edge("switch-" + port, "switch", port, host: host)),
    ]);

    private static GraphMessage Message(string type, GraphElement? element = null, PartialUpdate? update = null) =>
        new() { Namespace = MessageNamespaces.Graph, Type = type, UUID = "u", Status = 200, Element = element, Update = update };

    private void Apply(string type, GraphElement element) => _receiver.Apply([Message(type, element)]);

    private void Apply(bool isNode, PartialUpdate update) =>
        _receiver.Apply([Message(isNode ? MessageTypes.NodePartiallyUpdated : MessageTypes.EdgePartiallyUpdated, update: update)]);

    private static PartialUpdate Update(string id, long revision, params IReadOnlyList<MetadataOperation> operations) =>
        new() { ID = id, Revision = revision, UpdatedAt = 5000 + revision, Ops = operations };

    private static MetadataOperation Add(string key, MetadataValue value) => new() { Type = MetadataOperation.Add, Key = key, Value = value };

    private static MetadataOperation Delete(string key) => new() { Type = MetadataOperation.Delete, Key = key };
}
