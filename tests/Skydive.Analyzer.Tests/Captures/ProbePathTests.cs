using Skydive.Analyzer.Captures;
using Skydive.Analyzer.Queries;
using Skydive.Analyzer.Resources;
using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Tests.Captures;

public sealed class ProbePathTests
{
    [Theory]
    [InlineData("host1[Type=host]/ns1[Type=netns]/eth0[Type=veth]", "n1-eth0")]
    [InlineData("host1[Type=host]/eth0[Type=veth]", "h1-eth0")]
    [InlineData("*/eth0[Type=veth]", "h1-eth0 h2-eth0")]
    [InlineData("*/it's\\odd[Type=bridge]", "odd")]
    [InlineData("host1[Type=host]", "h1")]
    [InlineData("host1[Type=netns]/eth0[Type=veth]", "")]
    [InlineData("host1[Type=host]/eth0[Type=bridge]", "")]
    [InlineData("host2[Type=host]/ns1[Type=netns]/eth0[Type=veth]", "")]
    public async Task ToGremlin_FindsTheNodeAtTheEnd(string path, string expected)
    {
        var graph = new LiveGraph("a1", "analyzer.a1");
        graph.Write(static transaction =>
        {
            Add("h1", "host1", "host");
            Add("h2", "host2", "host");
            Add("n1", "ns1", "netns", "h1");
            Add("n1-eth0", "eth0", "veth", "n1");
            Add("h1-eth0", "eth0", "veth", "h1");
            Add("h2-eth0", "eth0", "veth", "h2");
            Add("odd", "it's\\odd", "bridge", "h2");
            transaction.AddEdge("l2", "h1", "n1-eth0", MetadataMap.Create(("RelationType", "layer2")));

            void Add(string id, string name, string type, string? owner = null)
            {
                transaction.AddNode(id, MetadataMap.Create(("Name", name), ("Type", type)));
                if (owner is not null)
                {
                    transaction.AddEdge($"{owner}/{id}", owner, id, MetadataMap.Create(("RelationType", "ownership")));
                }
            }
        });

        var result = await GremlinEngine.ExecuteAsync(ProbePath.ToGremlin(path), new SnapshotQuerySource(graph.Current), null, TestContext.Current.CancellationToken);

        Assert.Equal(expected, string.Join(' ', result.Nodes.Select(static node => node.Id).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("host1")]
    [InlineData("host1[Type=host]/")]
    [InlineData("host1[Type=host]/*")]
    [InlineData("host1[Name=host]")]
    [InlineData("host1[Type=host,State=UP]")]
    [InlineData("host1[Type=host][Type=host]")]
    [InlineData("[Type=host]")]
    [InlineData("host1[Type=]")]
    public void ToGremlin_NoPath_IsRefused(string path)
    {
        var e = Assert.Throws<ResourceException>(() => ProbePath.ToGremlin(path));
        Assert.Equal(400, e.Status);
        Assert.StartsWith("ProbePath: ", e.Message, StringComparison.Ordinal);
    }
}
