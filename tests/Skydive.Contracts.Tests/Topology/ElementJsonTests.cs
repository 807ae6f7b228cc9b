using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Topology;

public sealed class ElementJsonTests
{
    private const string NodeJson =
        """
        {"ID":"n-1","Metadata":{"IPV4":["10.0.0.5/24"],"MTU":1500,"Name":"eth0","TID":"t","Type":"device"},"Host":"host1","Origin":"agent.host1","CreatedAt":1625000000000,"UpdatedAt":1625000005000,"DeletedAt":null,"Revision":3}
        """;

    private const string EdgeJson =
        """
        {"ID":"e-1","Metadata":{"RelationType":"ownership"},"Host":"host1","Origin":"agent.host1","CreatedAt":1625000000000,"UpdatedAt":1625000000000,"DeletedAt":null,"Revision":1,"Parent":"n-0","Child":"n-1"}
        """;

    [Fact]
    public void Node_Json_HasTheMembersInOrder()
    {
        var node = ReadNode(NodeJson);

        Assert.Equal("n-1", node.Id);
        Assert.Equal("eth0", node.Name);
        Assert.Equal("device", node.Type);
        Assert.Equal("t", node.TID);
        Assert.Equal("host1", node.Host);
        Assert.Equal("agent.host1", node.Origin);
        Assert.Equal(1625000000000, node.CreatedAt);
        Assert.Equal(1625000005000, node.UpdatedAt);
        Assert.Null(node.DeletedAt);
        Assert.Equal(3, node.Revision);
        Assert.Equal(NodeJson, Write(node));
        Assert.Equal(NodeJson, JsonSerializer.Serialize(node, ContractsJsonContext.Default.Node));
        Assert.Equal("eth0 (n-1, revision 3)", node.ToString());
    }

    [Fact]
    public void Edge_Json_HasTheMembersInOrder()
    {
        var edge = ReadEdge(EdgeJson);

        Assert.Equal("n-0", edge.Parent);
        Assert.Equal("n-1", edge.Child);
        Assert.Equal("ownership", edge.RelationType);
        Assert.Equal(EdgeJson, Write(edge));
    }

    [Fact]
    public void Golden_NodesAndEdges_AreReadAndWrittenWithTheSameContent()
    {
        string nodes = GoldenFile.Read("nodes.json"), edges = GoldenFile.Read("edges.json");
        var readNodes = JsonSerializer.Deserialize<List<JsonElement>>(nodes)!;
        var readEdges = JsonSerializer.Deserialize<List<JsonElement>>(edges)!;

        Assert.NotEmpty(readNodes);
        Assert.NotEmpty(readEdges);
        Assert.All(readNodes, static json =>
        {
            using var written = JsonDocument.Parse(Write(ReadNode(json.GetRawText())));
            Assert.Equal(Members(json), Members(written.RootElement));
            Assert.Equal(MetadataJson.FromElement(json), MetadataJson.FromElement(written.RootElement));
        });
        Assert.All(readEdges, static json =>
        {
            using var written = JsonDocument.Parse(Write(ReadEdge(json.GetRawText())));
            Assert.Equal(Members(json), Members(written.RootElement));
            Assert.Equal(MetadataJson.FromElement(json), MetadataJson.FromElement(written.RootElement));
        });
    }

    [Fact]
    public void Golden_MetadataRows_KeepFlagsListsAndNumbers()
    {
        var nodes = JsonSerializer.Deserialize<List<JsonElement>>(GoldenFile.Read("nodes.json"))!.ConvertAll(static json => ReadNode(json.GetRawText()));

        var veth = Assert.Single(nodes, static node => node.Name == "vm1-eth0");
        Assert.Equal("veth", veth.Type);
        Assert.Equal(MetadataKind.Integer, veth.Metadata["IfIndex"].Kind);
        Assert.True(veth.TryGetField(FieldPath.Parse("RoutingTables.Routes.Prefix"), out var prefixes));
        Assert.Equal(MetadataKind.List, prefixes.Kind);
        Assert.True(veth.TryGetField(FieldPath.Parse("Features.highdma"), out var highDma) && highDma.TryGetBoolean(out bool truth) && truth, highDma.ToString());
    }

    [Theory]
    [InlineData("""{"ID":"x"}""", 0, 1)]
    [InlineData("""{"ID":"x","Metadata":null,"Host":null,"Origin":null,"CreatedAt":null,"DeletedAt":0,"Revision":null}""", 0, 1)]
    [InlineData("""{"ID":"x","CreatedAt":1.6e3,"Revision":2.0,"Unknown":{"a":[1]}}""", 1600, 2)]
    public void Node_AbsentMembers_HaveDefaults(string json, long createdAt, long revision)
    {
        var node = ReadNode(json);

        Assert.Equal(createdAt, node.CreatedAt);
        Assert.Equal(revision, node.Revision);
        Assert.Null(node.DeletedAt);
        Assert.Empty(node.Metadata);
        Assert.Equal(string.Empty, node.Host);
        Assert.Equal(string.Empty, node.Origin);
        Assert.Equal(string.Empty, node.Name);
        Assert.Null(node.TID);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ID":null}""")]
    [InlineData("""{"ID":""}""")]
    [InlineData("""{"ID":5}""")]
    [InlineData("""{"ID":{}}""")]
    [InlineData("""{"ID":"x","Host":5}""")]
    [InlineData("""{"ID":"x","Origin":[]}""")]
    [InlineData("""{"ID":"x","Metadata":[]}""")]
    [InlineData("""{"ID":"x","Metadata":"x"}""")]
    [InlineData("""{"ID":"x","CreatedAt":"now"}""")]
    [InlineData("""{"ID":"x","CreatedAt":1.5}""")]
    [InlineData("""{"ID":"x","Revision":1e30}""")]
    [InlineData("""{"ID":"\ud834"}""")]
    [InlineData("""{"ID":"x","Host":"\ud834"}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    public void Node_WrongMembers_AreOneKindOfError(string json)
    {
        Assert.ThrowsAny<JsonException>(() => ReadNode(json));
        Assert.ThrowsAny<JsonException>(() => ReadEdge(json));
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Node));
    }

    [Theory]
    [InlineData("""{"ID":"x"}""")]
    [InlineData("""{"ID":"x","Parent":"a"}""")]
    [InlineData("""{"ID":"x","Child":"a"}""")]
    [InlineData("""{"ID":"x","Parent":"","Child":"a"}""")]
    [InlineData("""{"ID":"x","Parent":"a","Child":null}""")]
    [InlineData("""{"ID":"x","Parent":"a","Child":5}""")]
    public void Edge_WithoutEnds_IsRefused(string json) => Assert.ThrowsAny<JsonException>(() => ReadEdge(json));

    [Fact]
    public void SubGraph_NullLists_AreEmpty()
    {
        var graph = JsonSerializer.Deserialize("""{"Nodes":null,"Edges":null}""", ContractsJsonContext.Default.SubGraph)!;
        Assert.Empty(graph.Nodes);
        Assert.Empty(graph.Edges);
        Assert.Empty(JsonSerializer.Deserialize("{}", ContractsJsonContext.Default.SubGraph)!.Nodes);

        graph = JsonSerializer.Deserialize($$"""{"Nodes":[{{NodeJson}}],"Edges":[{{EdgeJson}}]}""", ContractsJsonContext.Default.SubGraph)!;
        Assert.Equal("n-1", Assert.Single(graph.Nodes).Id);
        Assert.Equal("e-1", Assert.Single(graph.Edges).Id);
    }

    [Theory]
    [InlineData("""{"Nodes":[null]}""")]
    [InlineData("""{"Edges":[null]}""")]
    [InlineData("""{"Nodes":{}}""")]
    public void SubGraph_NoElementsInTheLists_IsRefused(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.SubGraph));

    [Fact]
    public void DeletedAt_Zero_IsNull()
    {
        var node = new Node { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty, DeletedAt = 0, ArchivedAt = 5 };

        Assert.Null(node.DeletedAt);
        Assert.Equal(5, node.ArchivedAt);
        Assert.Contains("\"DeletedAt\":null", Write(node), StringComparison.Ordinal);
        Assert.Contains("\"DeletedAt\":7", Write(node.With(deletedAt: 7)), StringComparison.Ordinal);
    }

    [Fact]
    public void With_Members_ReplacesThoseAndEndsNothing()
    {
        var node = ReadNode(NodeJson).With(deletedAt: 9, archivedAt: 8);
        var changed = node.With(MetadataMap.Empty, 5, 4, "o");

        Assert.Equal(("n-1", "host1", "o", 5L, 4L), (changed.Id, changed.Host, changed.Origin, changed.UpdatedAt, changed.Revision));
        Assert.Null(changed.DeletedAt);
        Assert.Null(changed.ArchivedAt);
        Assert.Equal("eth0", node.Name);
        var edge = ReadEdge(EdgeJson).With(revision: 7);
        Assert.Equal(("n-0", "n-1", 7L), (edge.Parent, edge.Child, edge.Revision));
    }

    [Fact]
    public void Read_ManyElements_SharesTheTextsThatTheyHaveInCommon()
    {
        Node left = ReadNode(NodeJson), right = ReadNode(NodeJson.Replace("n-1", "n-2", StringComparison.Ordinal));

        Assert.Same(left.Host, right.Host);
        Assert.Same(left.Origin, right.Origin);
        Assert.Same(left.Type, right.Type);
        Assert.Same(left.Metadata.Keys, right.Metadata.Keys);
    }

    private static List<string> Members(JsonElement element) => [.. element.EnumerateObject().Select(static member => member.Name)];

    private static Node ReadNode(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return Node.Read(ref reader);
    }

    private static Edge ReadEdge(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return Edge.Read(ref reader);
    }

    private static string Write(GraphElement element)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions))
        {
            element.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
