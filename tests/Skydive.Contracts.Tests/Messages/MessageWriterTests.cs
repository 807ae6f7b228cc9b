using System.Text;
using System.Text.Json;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Messages;

public sealed class MessageWriterTests
{
    private static readonly Node s_node = new() { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Create(("Name", "é\"")) };

    private static readonly Edge s_edge = new() { Id = "e", Parent = "n", Child = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty };

    [Fact]
    public void WriteElement_Node_IsTheEnvelopeWithTheNode()
    {
        var message = Read(MessageWriter.WriteElement(MessageTypes.NodeAdded, s_node));

        Assert.Equal((MessageNamespaces.Graph, MessageTypes.NodeAdded, 200), (message.Namespace, message.Type, message.Status));
        Assert.True(Guid.TryParse(message.UUID, out _));
        Assert.Equal("é\"", message.Obj.Deserialize(ContractsJsonContext.Default.Node)!.Name);
    }

    [Fact]
    public void WriteSync_Graph_IsASubGraph()
    {
        var message = Read(MessageWriter.WriteSync(MessageTypes.SyncReply, "u1", [s_node], [s_edge]));
        var graph = message.Obj.Deserialize(ContractsJsonContext.Default.SubGraph)!;

        Assert.Equal(("u1", MessageTypes.SyncReply), (message.UUID, message.Type));
        Assert.Equal("n", Assert.Single(graph.Nodes).Id);
        Assert.Equal("e", Assert.Single(graph.Edges).Id);
        Assert.Equal("{Namespace,Type,UUID,Status,Obj{Nodes[],Edges[]}}", JsonShape.Of(Encoding.UTF8.GetString(MessageWriter.WriteSync("Sync", "u", [], []).Span)));
    }

    [Fact]
    public void Write_PartialUpdate_IsSkydivesMessage()
    {
        var update = new PartialUpdate { ID = "n-1", UpdatedAt = 1625000006000, Revision = 4, Ops = [new() { Type = 1, Key = "State", Value = "DOWN" }] };

        Assert.Equal(
            """{"Namespace":"Graph","Type":"NodePartiallyUpdated","UUID":"u1","Status":200,"Obj":{"ID":"n-1","UpdatedAt":1625000006000,"Revision":4,"Ops":[{"Type":1,"Key":"State","Value":"DOWN"}]}}""",
            Encoding.UTF8.GetString(MessageWriter.Write("Graph", MessageTypes.NodePartiallyUpdated, "u1", update, ContractsJsonContext.Default.PartialUpdate).Span));
    }

    [Fact]
    public void WriteText_Error_HasItsStatus()
    {
        Assert.Equal(
            """{"Namespace":"Graph","Type":"SyncReply","UUID":"u","Status":400,"Obj":"bad \"filter\""}""",
            Encoding.UTF8.GetString(MessageWriter.WriteText("Graph", "SyncReply", "u", "bad \"filter\"", 400).Span));
        Assert.Equal(JsonValueKind.Null, Read(MessageWriter.WriteText("Graph", "SyncReply", "u", null, 200)).Obj.ValueKind);
    }

    [Fact]
    public void RoundTrip_DeepMetadata_StaysWithinWhatReadersTake()
    {
        string json = string.Concat(Enumerable.Repeat("{\"a\":", MetadataJson.MaximumDepth)) + "1" + new string('}', MetadataJson.MaximumDepth);
        var node = s_node.With(MetadataJson.Parse(json).AsMap);
        var update = new PartialUpdate { ID = "n", UpdatedAt = 1, Revision = 2, Ops = MetadataOperation.Between(MetadataMap.Empty, node.Metadata) };

        var graph = Read(MessageWriter.WriteSync("Sync", "u", [node], [])).Obj.Deserialize(ContractsJsonContext.Default.SubGraph)!;
        Assert.Equal(node.Metadata, graph.Nodes[0].Metadata);
        var read = Read(MessageWriter.Write("Graph", "NodePartiallyUpdated", "u", update, ContractsJsonContext.Default.PartialUpdate)).Obj.Deserialize(ContractsJsonContext.Default.PartialUpdate)!;
        Assert.Equal(node.Metadata, MetadataOperation.Apply(MetadataMap.Empty, read.Ops));
        Assert.NotNull(JsonSerializer.Serialize(graph, ContractsJsonContext.Default.SubGraph));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Namespace":null,"Type":"x"}""")]
    [InlineData("""{"Namespace":"x","Type":null}""")]
    [InlineData("""{"Namespace":"x","Type":"y","Status":"z"}""")]
    [InlineData("[]")]
    public void Read_NoMessage_IsOneKindOfError(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.WebSocketMessage));

    [Fact]
    public void Read_BareMessage_HasDefaults()
    {
        var message = JsonSerializer.Deserialize("""{"Namespace":"Graph","Type":"SyncRequest","UUID":null}""", ContractsJsonContext.Default.WebSocketMessage)!;

        Assert.Equal((string.Empty, 200, JsonValueKind.Undefined), (message.UUID, message.Status, message.Obj.ValueKind));
    }

    [Fact]
    public void RoundTrip_CaptureOrder_KeepsIt()
    {
        var order = new CaptureOrder { NodeID = "n", Resource = new Capture { GremlinQuery = "G.V()", UUID = "c" } };

        Assert.Equal(order, JsonSerializer.Deserialize(JsonSerializer.Serialize(order, ContractsJsonContext.Default.CaptureOrder), ContractsJsonContext.Default.CaptureOrder));
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize("""{"NodeID":"n","Resource":null}""", ContractsJsonContext.Default.CaptureOrder));
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize("""{"NodeID":null,"Resource":{"GremlinQuery":"x"}}""", ContractsJsonContext.Default.CaptureOrder));
    }

    private static WebSocketMessage Read(ReadOnlyMemory<byte> json) => JsonSerializer.Deserialize(json.Span, ContractsJsonContext.Default.WebSocketMessage)!;
}
