using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
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
        _receiver.Apply(GraphEventKind.NodeAdded, Make.Node("h", "host"));
        _receiver.Apply(GraphEventKind.NodeAdded, Make.Node("eth0"));
        _receiver.Apply(GraphEventKind.EdgeAdded, Make.Edge("e", "h", "eth0"));
        _receiver.Apply(GraphEventKind.NodeUpdated, Make.Node("eth0", revision: 2, more: ("MTU", 1400)));
        _receiver.Apply(GraphEventKind.NodeUpdated, Make.Node("eth0", revision: 1, more: ("MTU", 1)));
        Assert.Equal(1400, _graph.Current.FindNode("eth0")!.Metadata["MTU"]);
        Assert.Equal(2, _graph.Current.FindNode("eth0")!.Revision);

        _receiver.Apply(GraphEventKind.EdgeDeleted, Make.Edge("e", "h", "eth0"));
        _receiver.Apply(GraphEventKind.NodeDeleted, Make.Node("eth0"));
        _receiver.Apply(GraphEventKind.NodeDeleted, Make.Node("eth0"));

        Assert.Null(_graph.Current.FindNode("eth0"));
        Assert.Equal(0, _graph.Current.EdgeCount);
    }

    [Fact]
    public void Apply_EdgeWithoutAnEnd_IsLeftOutAndTheRestStays()
    {
        _receiver.Apply(GraphEventKind.NodeAdded, Make.Node("h", "host"));

        _receiver.Apply(GraphEventKind.EdgeAdded, Make.Edge("e", "h", "nowhere"));

        Assert.Equal(0, _graph.Current.EdgeCount);
        Assert.NotNull(_graph.Current.FindNode("h"));
    }

    [Fact]
    public void ApplyPartial_NewerRevision_Changes()
    {
        _receiver.Apply(GraphEventKind.NodeAdded, Make.Node("eth0", more: ("MTU", 1500)));

        Assert.True(_receiver.Apply(isNode: true, Update("eth0", 2, Add("State", "UP"), Delete("MTU"))));

        var node = _graph.Current.FindNode("eth0")!;
        Assert.Equal((2L, 5002L, "UP"), (node.Revision, node.UpdatedAt, node.Metadata["State"].AsString));
        Assert.False(node.Metadata.ContainsKey("MTU"));
    }

    [Fact]
    public void ApplyPartial_OlderOrSameRevision_IsLeftOut()
    {
        _receiver.Apply(GraphEventKind.NodeAdded, Make.Node("eth0", revision: 5));

        Assert.True(_receiver.Apply(isNode: true, Update("eth0", 5, Add("State", "UP"))));
        Assert.True(_receiver.Apply(isNode: true, Update("eth0", 4, Add("State", "DOWN"))));

        Assert.Equal(5, _graph.Current.FindNode("eth0")!.Revision);
        Assert.False(_graph.Current.FindNode("eth0")!.Metadata.ContainsKey("State"));
    }

    [Fact]
    public void ApplyPartial_UnknownElement_IsToldAndMakesNothing()
    {
        Assert.False(_receiver.Apply(isNode: true, Update("nope", 2, Add("State", "UP"))));
        Assert.False(_receiver.Apply(isNode: false, Update("nope", 2, Add("State", "UP"))));
        Assert.Equal(1, _graph.Current.NodeCount);
    }

    [Fact]
    public void ApplyPartial_UnknownOperation_ChangesNothing()
    {
        _receiver.Apply(GraphEventKind.NodeAdded, Make.Node("eth0"));

        Assert.Throws<ArgumentException>(() => _receiver.Apply(isNode: true, Update("eth0", 2, new MetadataOperation { Type = 0, Key = "State", Value = "UP" })));

        Assert.Equal(1, _graph.Current.FindNode("eth0")!.Revision);
    }

    [Fact]
    public void ApplyPartial_TransientAtTheAgent_IsTransientHere()
    {
        _receiver.Apply(GraphEventKind.NodeAdded, Make.Node("eth0"));
        using var subscription = _graph.Subscribe();

        _receiver.Apply(isNode: true, Update("eth0", 2, Add("MTU", 1400)));
        _receiver.Apply(isNode: true, Update("eth0", 3, Add("Captures", Make.Captures(("c1", 7)))) with { Transient = true });

        var transient = new List<bool>();
        while (subscription.TryRead(out var change))
        {
            transient.Add(change.Commit!.IsTransient);
        }

        Assert.Equal([false, true], transient);
    }

    private static PartialUpdate Update(string id, long revision, params IReadOnlyList<MetadataOperation> operations) =>
        new() { ID = id, Revision = revision, UpdatedAt = 5000 + revision, Ops = operations };

    private static MetadataOperation Add(string key, MetadataValue value) => new() { Type = MetadataOperation.Add, Key = key, Value = value };

    private static MetadataOperation Delete(string key) => new() { Type = MetadataOperation.Delete, Key = key };
}
