using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Messages;

/// <summary>Writes WebSocket messages as UTF-8 JSON, without a document in between.</summary>
public static class MessageWriter
{
    [ThreadStatic]
    private static Page? t_page;

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
        Write(MessageNamespaces.Graph, type, NewId(), 200, element, static (writer, state) => state.WriteTo(writer));

    /// <summary>Writes a message that tells of a new revision of a node or an edge by what changed.</summary>
    /// <param name="element">The element as it is now.</param>
    /// <param name="operations">What changed in its metadata.</param>
    /// <param name="isTransient">Whether only counters that tick were changed.</param>
    public static ReadOnlyMemory<byte> WritePartialUpdate(GraphElement element, IReadOnlyList<MetadataOperation> operations, bool isTransient) => Write(
        MessageNamespaces.Graph,
        element is Node ? MessageTypes.NodePartiallyUpdated : MessageTypes.EdgePartiallyUpdated,
        NewId(),
        200,
        new PartialUpdate { ID = element.Id, UpdatedAt = element.UpdatedAt, Revision = element.Revision, Ops = operations, Transient = isTransient },
        static (writer, update) => PartialUpdateJsonConverter.Write(writer, update));

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
        var page = t_page ?? new();
        t_page = null;
        var (buffer, writer) = (page.Buffer, page.Writer);
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteString("Namespace"u8, messageNamespace);
        writer.WriteString("Type"u8, type);
        writer.WriteString("UUID"u8, uuid);
        writer.WriteNumber("Status"u8, status);
        writer.WritePropertyName("Obj"u8);
        writePayload(writer, state);
        writer.WriteEndObject();
        writer.Flush();
        if (buffer.WrittenCount > Page.MaximumBytes)
        {
            return buffer.WrittenMemory;
        }

        byte[] message = buffer.WrittenSpan.ToArray();
        buffer.ResetWrittenCount();
        t_page = page;
        return message;
    }

    // Tells a message from others. Nobody has to be kept from guessing it, and random bytes of the kernel take longer than the message.
    private static string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes);
        bytes[6] = (byte)(0x40 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>What the messages of one thread are written on, one after another.</summary>
    private sealed class Page
    {
        /// <summary>A larger message keeps what it was written on.</summary>
        public const int MaximumBytes = 16 << 10;

        public Page() => Writer = new(Buffer, MetadataJson.WriterOptions);

        public ArrayBufferWriter<byte> Buffer { get; } = new(1024);

        public Utf8JsonWriter Writer { get; }
    }
}
