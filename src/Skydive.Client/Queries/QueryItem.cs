using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Queries;

/// <summary>One result of a query. The member that <see cref="Kind"/> names is set, the others are null. Immutable.</summary>
public sealed class QueryItem
{
    private static readonly JsonReaderOptions s_readerOptions = new() { MaxDepth = MetadataJson.MaximumDepth };

    private QueryItem(QueryItemKind kind) => Kind = kind;

    /// <summary>What the result is, told by its members.</summary>
    public QueryItemKind Kind { get; }

    /// <summary>The node.</summary>
    public Node? Node { get; private init; }

    /// <summary>The edge.</summary>
    public Edge? Edge { get; private init; }

    /// <summary>The flow.</summary>
    public Flow? Flow { get; private init; }

    /// <summary>The nodes and edges.</summary>
    public SubGraph? Graph { get; private init; }

    /// <summary>The results in the list.</summary>
    public IReadOnlyList<QueryItem>? Items { get; private init; }

    /// <summary>The value, when <see cref="Kind"/> is <see cref="QueryItemKind.Value"/>; else null.</summary>
    public MetadataValue Value { get; private init; }

    /// <summary>
    /// The entries of a result that lists things by the identifier of what they belong to, as metrics, sockets and packets are; none of any
    /// other result.
    /// </summary>
    /// <returns>Identifier and entry, in the order of the answer.</returns>
    public IEnumerable<KeyValuePair<string, MetadataMap>> ReadEntries()
    {
        foreach (var (id, list) in Value.AsMap ?? MetadataMap.Empty)
        {
            for (int i = 0; i < list.Elements.Length; i++)
            {
                if (list.Elements[i].AsMap is { } entry)
                {
                    yield return new(id, entry);
                }
            }
        }
    }

    /// <summary>Reads a result from its JSON.</summary>
    /// <param name="json">One complete JSON value in UTF-8.</param>
    /// <exception cref="JsonException">It is no JSON, nested too deeply, or looks like a node, edge or flow but is none.</exception>
    public static QueryItem Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, s_readerOptions);
            reader.Read();
            var item = Read(ref reader);
            return reader.Read() ? throw new JsonException("a result is followed by something else") : item;
        }
        catch (InvalidOperationException exception)
        {
            // What the reader says of a text that is no UTF-8.
            throw new JsonException(exception.Message, exception);
        }
    }

    private static QueryItem Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            var items = new List<QueryItem>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                items.Add(Read(ref reader));
            }

            return new(QueryItemKind.List) { Items = items };
        }

        var kind = reader.TokenType == JsonTokenType.StartObject ? Tell(reader) : QueryItemKind.Value;
        return kind switch
        {
            QueryItemKind.Node => new(kind) { Node = Node.Read(ref reader) },
            QueryItemKind.Edge => new(kind) { Edge = Edge.Read(ref reader) },
            QueryItemKind.Flow => new(kind) { Flow = JsonSerializer.Deserialize(ref reader, ContractsJsonContext.Default.Flow) },
            QueryItemKind.Graph => new(kind) { Graph = JsonSerializer.Deserialize(ref reader, ContractsJsonContext.Default.SubGraph) },
            _ => new(QueryItemKind.Value) { Value = MetadataJson.Read(ref reader) },
        };
    }

    // Works on a copy of the reader, so the real one stays where it is.
    private static QueryItemKind Tell(Utf8JsonReader reader)
    {
        bool id = false, metadata = false, parent = false, child = false, uuid = false, layersPath = false, nodes = false, edges = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("ID"u8);
            bool isMetadata = reader.ValueTextEquals("Metadata"u8);
            bool isParent = reader.ValueTextEquals("Parent"u8);
            bool isChild = reader.ValueTextEquals("Child"u8);
            bool isUuid = reader.ValueTextEquals("UUID"u8);
            bool isLayersPath = reader.ValueTextEquals("LayersPath"u8);
            bool isNodes = reader.ValueTextEquals("Nodes"u8);
            bool isEdges = reader.ValueTextEquals("Edges"u8);
            reader.Read();
            bool isText = reader.TokenType == JsonTokenType.String;
            bool isList = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.Null;
            id |= isId && isText;
            metadata |= isMetadata && reader.TokenType == JsonTokenType.StartObject;
            parent |= isParent && isText;
            child |= isChild && isText;
            uuid |= isUuid && isText;
            layersPath |= isLayersPath && isText;
            nodes |= isNodes && isList;
            edges |= isEdges && isList;
            reader.Skip();
        }

        return (id && metadata, parent && child) switch
        {
            (true, true) => QueryItemKind.Edge,
            (true, false) => QueryItemKind.Node,
            _ when uuid && layersPath => QueryItemKind.Flow,
            _ when nodes && edges => QueryItemKind.Graph,
            _ => QueryItemKind.Value,
        };
    }
}
