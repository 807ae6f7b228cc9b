using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Analyzer.Topology;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Tests.Topology;

public sealed class PeeringProbeTests : IAsyncDisposable
{
    private const string Mac = "52:54:00:00:00:01";
    private readonly LiveGraph _graph = new("a1", "analyzer.a1");
    private readonly GraphReceiver _host1;
    private readonly GraphReceiver _host2;
    private readonly PeeringProbe _probe;

    public PeeringProbeTests()
    {
        _host1 = new(_graph, "agent.host1", NullLogger.Instance);
        _host2 = new(_graph, "agent.host2", NullLogger.Instance);
        _probe = new(_graph);
        _probe.Start();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.False(_probe.Completion.IsFaulted);
        await _probe.DisposeAsync();
    }

    [Fact]
    public async Task Interfaces_OnTwoHosts_AreJoinedAsLongAsTheirAddressesMeet()
    {
        _host1.Synchronize(new() { Nodes = [Make.Node("tap0", more: ("PeerIntfMAC", Mac))], Edges = [] });
        _host2.Synchronize(new() { Nodes = [Make.Node("eth0", host: "host2", more: ("MAC", Mac))], Edges = [] });
        await UntilAsync("tap0>eth0");
        Assert.Equal(("analyzer.a1", RelationTypes.Layer2), (_graph.Current.GetEdges().Single().Origin, _graph.Current.GetEdges().Single().RelationType));

        _host2.Apply(GraphEventKind.NodeUpdated, Make.Node("eth0", host: "host2", revision: 2, more: ("MAC", "52:54:00:00:00:02")));
        await UntilAsync();

        _host1.Apply(GraphEventKind.NodeUpdated, Make.Node("tap0", revision: 2, more: ("PeerIntfMAC", "52:54:00:00:00:02")));
        await UntilAsync("tap0>eth0");

        _host1.Apply(GraphEventKind.NodeDeleted, _graph.Current.FindNode("tap0")!);
        await UntilAsync();
    }

    [Fact]
    public async Task Agent_Resynchronizes_InterfacesAreJoinedAgain()
    {
        var host2 = new SubGraph { Nodes = [Make.Node("eth0", host: "host2", more: ("MAC", Mac))], Edges = [] };
        _host1.Synchronize(new() { Nodes = [Make.Node("tap0", more: ("PeerIntfMAC", Mac))], Edges = [] });
        _host2.Synchronize(host2);
        await UntilAsync("tap0>eth0");

        _host2.Synchronize(host2);
        Assert.Single(_graph.Current.GetEdges());
        _host2.Synchronize(new() { Nodes = [], Edges = [] });
        await UntilAsync();
        _host2.Synchronize(host2);
        await UntilAsync("tap0>eth0");
    }

    [Fact]
    public async Task Probe_ThatMissedChanges_BeginsAnew()
    {
        using (new GraphFlood(_graph, 6_000))
        {
            _host1.Synchronize(new() { Nodes = [Make.Node("tap0", more: ("PeerIntfMAC", Mac)), Make.Node("tap1", more: ("MAC", Mac))], Edges = [] });
        }

        await UntilAsync("tap0>tap1");
        using (new GraphFlood(_graph, 6_000))
        {
            _host1.Apply(GraphEventKind.NodeUpdated, Make.Node("tap1", revision: 2));
        }

        await UntilAsync();
    }

    [Fact]
    public async Task Interfaces_ThatAnAgentHasJoined_AreLeftToIt()
    {
        string id = Identifiers.Derive("tap0", "tap1", RelationTypes.Layer2);
        var edge = Make.Edge(id, "tap0", "tap1", relationType: RelationTypes.Layer2);
        _host1.Synchronize(new() { Nodes = [Make.Node("tap0", more: ("PeerIntfMAC", Mac)), Make.Node("tap1", more: ("MAC", Mac))], Edges = [edge] });
        _host1.Apply(GraphEventKind.NodeUpdated, Make.Node("tap1", revision: 2));
        await Task.Delay(50, TestContext.Current.CancellationToken);

        Assert.Equal("agent.host1", Assert.Single(_graph.Current.GetEdges()).Origin);
    }

    private Task UntilAsync(params string[] links) => Wait.UntilAsync(
        () => _graph.Current.GetEdges().Select(static edge => $"{edge.Parent}>{edge.Child}").Order(StringComparer.Ordinal).SequenceEqual(links));
}
