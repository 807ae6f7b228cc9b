using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Fabric;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Tests.Fabric;

public sealed class FabricProbeTests : IAsyncDisposable
{
    private readonly LiveGraph _graph = new("a1", "analyzer.a1");
    private readonly GraphReceiver _host1;
    private FabricProbe? _probe;

    public FabricProbeTests() => _host1 = new(_graph, "agent.host1", NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        if (_probe is not null)
        {
            Assert.False(_probe.Completion.IsFaulted);
            await _probe.DisposeAsync();
        }
    }

    [Fact]
    public void Start_Definition_IsInTheGraph()
    {
        Start("TOR -> [color=red] PORT1", "PORT1 --> PORT2");

        Assert.Equal(["PORT1", "PORT2", "TOR"], _graph.Current.GetNodes().Select(static node => node.Name).Order(StringComparer.Ordinal));
        Assert.All(_graph.Current.GetNodes(), static node => Assert.Equal(("analyzer.a1", "fabric", "device", node.Id), (node.Origin, node.GetText("Probe"), node.Type, node.TID)));
        Assert.Equal(
            ["layer2 PORT1>PORT2 fabric ", "layer2 TOR>PORT1 fabric red", "ownership TOR>PORT1  "],
            _graph.Current.GetEdges().Select(edge => $"{edge.RelationType} {Name(edge.Parent)}>{Name(edge.Child)} {edge.Metadata["Type"]} {edge.Metadata["color"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Interface_ComesAndGoes_IsLinkedAndUnlinked()
    {
        Start("PORT1 --> *[Type=host]/eth0");
        Assert.Empty(Links());

        _host1.Synchronize(new() { Nodes = [Make.Node("h", "host"), Make.Node("eth0"), Make.Node("eth1")], Edges = [Make.Edge("e0", "h", "eth0"), Make.Edge("e1", "h", "eth1")] });
        await UntilAsync("PORT1>eth0");
        Assert.Equal("fabric", Assert.Single(_graph.Current.GetEdges(), static edge => edge.RelationType == RelationTypes.Layer2).Metadata["Type"].AsString);

        // It is renamed, and another takes its name.
        _host1.Apply(GraphEventKind.NodeUpdated, Make.Node("eth0", revision: 2, more: ("Name", "old0")));
        await UntilAsync();
        _host1.Apply(GraphEventKind.NodeUpdated, Make.Node("eth1", revision: 2, more: ("Name", "eth0")));
        await UntilAsync("PORT1>eth0");

        _host1.Apply(GraphEventKind.NodeDeleted, _graph.Current.FindNode("eth1")!);
        await UntilAsync();
    }

    [Fact]
    public async Task Interface_ThatWasThereBefore_IsLinked()
    {
        _host1.Synchronize(new() { Nodes = [Make.Node("h", "host"), Make.Node("eth0")], Edges = [Make.Edge("e0", "h", "eth0")] });

        Start("PORT1 --> */eth0");

        await UntilAsync("PORT1>eth0");
    }

    [Fact]
    public async Task Owner_ChangesOrMoves_IsFollowed()
    {
        _host1.Synchronize(new() { Nodes = [Make.Node("h", "host"), Make.Node("ns", "netns"), Make.Node("eth0")], Edges = [Make.Edge("e0", "h", "ns"), Make.Edge("e1", "ns", "eth0")] });
        Start("PORT1 --> *[Type=host,Rack=7]/ns[Type=netns]/eth0", "PORT2 --> *[Type=host]/eth0");
        Assert.Empty(Links());

        // The host far above the interface gets its rack.
        _host1.Apply(GraphEventKind.NodeUpdated, Make.Node("h", "host", revision: 2, more: ("Rack", 7)));
        await UntilAsync("PORT1>eth0");

        // The interface moves from the namespace to the host itself.
        _host1.Apply(GraphEventKind.EdgeDeleted, _graph.Current.FindEdge("e1")!);
        _host1.Apply(GraphEventKind.EdgeAdded, Make.Edge("e2", "h", "eth0"));
        await UntilAsync("PORT2>eth0");

        _host1.Apply(GraphEventKind.NodeDeleted, _graph.Current.FindNode("h")!);
        await UntilAsync();
    }

    [Fact]
    public async Task Agent_Resynchronizes_LinksStayOrComeAgain()
    {
        Start("PORT1 --> *[Type=host]/eth0");
        var graph = new SubGraph { Nodes = [Make.Node("h", "host"), Make.Node("eth0")], Edges = [Make.Edge("e0", "h", "eth0")] };
        _host1.Synchronize(graph);
        await UntilAsync("PORT1>eth0");
        string before = Assert.Single(_graph.Current.GetEdges(), static edge => edge.RelationType == RelationTypes.Layer2).Id;

        _host1.Synchronize(graph);
        _host1.Synchronize(new() { Nodes = [], Edges = [] });
        await UntilAsync();
        _host1.Synchronize(graph);
        await UntilAsync("PORT1>eth0");

        Assert.Equal(before, Assert.Single(_graph.Current.GetEdges(), static edge => edge.RelationType == RelationTypes.Layer2).Id);
    }

    [Fact]
    public async Task Probe_ThatMissedChanges_BeginsAnew()
    {
        Start("PORT1 --> *[Type=host]/*");
        using (new GraphFlood(_graph, 6_000))
        {
            _host1.Synchronize(new() { Nodes = [Make.Node("h", "host"), Make.Node("eth0"), Make.Node("eth1")], Edges = [Make.Edge("e0", "h", "eth0"), Make.Edge("e1", "h", "eth1")] });
        }

        await UntilAsync("PORT1>eth0", "PORT1>eth1");
        using (new GraphFlood(_graph, 6_000))
        {
            _host1.Apply(GraphEventKind.NodeDeleted, _graph.Current.FindNode("eth1")!);
        }

        await UntilAsync("PORT1>eth0");
    }

    [Fact]
    public async Task Edge_ThatSomeoneRemoves_ComesAgainAndThatOfAnAgentIsLeftAlone()
    {
        Start("PORT1 --> *[Type=host]/eth0", "PORT1 --> *[Type=host]/*[State=UP]");
        _host1.Synchronize(new() { Nodes = [Make.Node("h", "host"), Make.Node("eth0", more: ("State", "UP"))], Edges = [Make.Edge("e0", "h", "eth0")] });
        await UntilAsync("PORT1>eth0");
        string id = Assert.Single(_graph.Current.GetEdges(), static edge => edge.RelationType == RelationTypes.Layer2).Id;

        _graph.Write(transaction => transaction.DeleteEdge(id));
        await UntilAsync("PORT1>eth0");

        // One of the two lines selects it no longer, the other still does.
        _host1.Apply(GraphEventKind.NodeUpdated, Make.Node("eth0", revision: 2, more: ("State", "DOWN")));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(["PORT1>eth0"], Links());
    }

    [Fact]
    public async Task Links_OfManyHosts_AreAllMade()
    {
        Start("SPINE --> *[Type=host]/eth0");
        var nodes = new List<Node>();
        var edges = new List<Edge>();
        for (int i = 0; i < 500; i++)
        {
            nodes.Add(Make.Node($"h{i}", "host"));
            nodes.Add(Make.Node($"i{i}", more: ("Name", "eth0")));
            edges.Add(Make.Edge($"e{i}", $"h{i}", $"i{i}"));
        }

        _host1.Synchronize(new() { Nodes = nodes, Edges = edges });

        await Wait.UntilAsync(() => Links().Count == 500);
    }

    private void Start(params string[] lines)
    {
        var definition = FabricDefinition.Parse(lines, out var problems);
        Assert.Empty(problems);
        _probe = new(_graph, definition);
        _probe.AddFabric();
        _probe.Start();
    }

    private string Name(string id) => _graph.Current.FindNode(id)!.Name;

    private List<string> Links() =>
        [.. _graph.Current.GetEdges().Where(static edge => edge.RelationType == RelationTypes.Layer2).Select(edge => $"{Name(edge.Parent)}>{Name(edge.Child)}").Order(StringComparer.Ordinal)];

    private Task UntilAsync(params string[] links) => Wait.UntilAsync(() => Links().SequenceEqual(links), () => string.Join(' ', Links()));
}
