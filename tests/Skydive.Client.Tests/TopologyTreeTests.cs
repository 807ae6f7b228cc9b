using System.Text.Json;
using Skydive.Client.Views;
using Skydive.Contracts;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Tests;

public sealed class TopologyTreeTests
{
    [Fact]
    public void Render_Graph_ShowsOwnersAboveTheOwned()
    {
        var graph = Parse([Wire.Node("h", "host1"), Wire.Node("a", "eth1"), Wire.Node("b", "eth0"), Wire.Node("c", "deep")], [Wire.Edge("1", "h", "a"), Wire.Edge("2", "h", "b"), Wire.Edge("3", "b", "c")]);

        Assert.Equal(
            [
                "host1 [device] 10.0.0.5/24",
                "├─ eth0 [device] 10.0.0.5/24",
                "│  └─ deep [device] 10.0.0.5/24",
                "└─ eth1 [device] 10.0.0.5/24",
            ],
            TopologyTree.Render(graph));
        Assert.Equal(3, TopologyTree.Render(graph, depth: 1).Count());
        Assert.Equal(2, TopologyTree.Render(graph, new HashSet<string> { "b" }).Count());
    }

    [Fact]
    public void Render_CircleOfOwners_Ends()
    {
        var graph = Parse([Wire.Node("a"), Wire.Node("b")], [Wire.Edge("1", "a", "b"), Wire.Edge("2", "b", "a")]);

        Assert.Empty(TopologyTree.Render(graph));
        Assert.Equal(2, TopologyTree.Render(graph, new HashSet<string> { "a" }).Count());
    }

    private static SubGraph Parse(string[] nodes, string[] edges) =>
        JsonSerializer.Deserialize($"{{\"Nodes\":[{string.Join(',', nodes)}],\"Edges\":[{string.Join(',', edges)}]}}", ContractsJsonContext.Default.SubGraph)!;
}
