using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Messages;

/// <summary>Writes WebSocket messages as UTF-8 JSON, without a document in between.</summary>
public static class MessageWriter
{
    /// <summary>Writes a message whose payload is one of the wire types.</summary>
    /// <typeparam name="T">The payload's type.</typeparam>
    /// <param name="messageNamespace">What the message is about.</param>
    /// <param name="type">What it says.</param>
    /// <param name="uuid">Joins a reply to its request.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="payloadType">How the payload is written, from <see cref="ContractsJsonContext"/>.</param>
    /// <param name="status">Status of a reply.</param>
    public static ReadOnlyMemory<byte> Write<T>(
        string messageNamespace, string type, string uuid, T payload, JsonTypeInfo<T> payloadType, int status = 200) =>
        Write(messageNamespace, type, uuid, status, (payload, payloadType), static (writer, state) => JsonSerializer.Serialize(writer, state.payload, state.payloadType));

    /// <summary>Writes a message whose payload is a text.</summary>
    /// <param name="messageNamespace">What the message is about.</param>
    /// <param name="type">What it says.</param>
    /// <param name="uuid">Joins a reply to its request.</param>
    /// <param name="text">The payload.</param>
    /// <param name="status">Status of a reply.</param>
    public static ReadOnlyMemory<byte> WriteText(string messageNamespace, string type, string uuid, string? text, int status) =>
        Write(messageNamespace, type, uuid, status, text, static (writer, state) => writer.WriteStringValue(state));

    /// <summary>Writes a message about a node or an edge.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="element">The element.</param>
    public static ReadOnlyMemory<byte> WriteElement(string type, GraphElement element) =>
        Write(MessageNamespaces.Graph, type, Guid.NewGuid().ToString(), 200, element, static (writer, state) => state.WriteTo(writer));

    /// <summary>Writes a message that tells of a new revision of a node or an edge by what changed.</summary>
    /// <param name="element">The element as it is now.</param>
    /// <param name="operations">What changed in its metadata.</param>
    /// <param name="isTransient">Whether only counters that tick were changed.</param>
    public static ReadOnlyMemory<byte> WritePartialUpdate(GraphElement element, IReadOnlyList<MetadataOperation> operations, bool isTransient) => Write(
        MessageNamespaces.Graph,
        element is Node ? MessageTypes.NodePartiallyUpdated : MessageTypes.EdgePartiallyUpdated,
        Guid.NewGuid().ToString(),
        new PartialUpdate { ID = element.Id, UpdatedAt = element.UpdatedAt, Revision = element.Revision, Ops = operations, Transient = isTransient },
        ContractsJsonContext.Default.PartialUpdate);

    /// <summary>Writes a sync message: nodes and edges.</summary>
    /// <param name="type"><see cref="MessageTypes.Sync"/> or <see cref="MessageTypes.SyncReply"/>.</param>
    /// <param name="uuid">Joins a reply to its request.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="edges">The edges.</param>
    public static ReadOnlyMemory<byte> WriteSync(string type, string uuid, IEnumerable<Node> nodes, IEnumerable<Edge> edges) =>
        Write(MessageNamespaces.Graph, type, uuid, 200, (nodes, edges), static (writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("Nodes"u8);
            foreach (var node in state.nodes)
            {
                node.WriteTo(writer);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("Edges"u8);
            foreach (var edge in state.edges)
            {
                edge.WriteTo(writer);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static ReadOnlyMemory<byte> Write<TState>(
        string messageNamespace, string type, string uuid, int status, TState state, Action<Utf8JsonWriter, TState> writePayload)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("Namespace"u8, messageNamespace);
            writer.WriteString("Type"u8, type);
            writer.WriteString("UUID"u8, uuid);
            writer.WriteNumber("Status"u8, status);
            writer.WritePropertyName("Obj"u8);
            writePayload(writer, state);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
