using System.Net.WebSockets;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Messages;

/// <summary>
/// Parses one message as its text comes in. What is there as a whole is taken, step by step; the rest has to come again with what follows it.
/// </summary>
internal sealed class MessageParser(GraphMessageOptions options)
{
    /// <summary>With so much text ahead an element is most likely there as a whole, and is read without looking first.</summary>
    private const int LikelyElementBytes = 64 << 10;

    /// <summary>Ends of edges are looked for among the nodes of a large graph, so that they share their identifiers.</summary>
    private const int SharedIds = 1 << 18;

    private Place _place;
    private JsonReaderState _state;
    private string? _namespace;
    private string? _type;
    private string _uuid = string.Empty;
    private int _status = 200;
    private bool _hasPayload;
    private JsonElement? _earlyPayload;
    private List<Node>? _nodes;
    private List<Edge>? _edges;
    private GraphElement? _element;
    private PartialUpdate? _update;
    private JsonElement _obj;
    private int _refused;
    private string? _problem;
    private ElementDefaults _defaults = new(options.Origin, options.IsLenient ? options.Time.GetUtcNow().ToUnixTimeMilliseconds() : null, null);

    private enum Place
    {
        Start,
        Envelope,
        Graph,
        Nodes,
        Edges,
        End,
    }

    /// <summary>Parses what is there.</summary>
    /// <param name="text">What comes after what was done with before.</param>
    /// <param name="isFinal">Whether nothing follows.</param>
    /// <returns>How many bytes are done with.</returns>
    /// <exception cref="JsonException">It is no message.</exception>
    /// <exception cref="GraphMessageException">It holds too many elements.</exception>
    public int Parse(ReadOnlySpan<byte> text, bool isFinal)
    {
        var reader = new Utf8JsonReader(text, isFinal, _state);
        var done = reader;
        while (TryStep(ref reader, text.Length))
        {
            done = reader;
        }

        if (isFinal && _earlyPayload is { } payload)
        {
            ReadEarly(payload);
        }

        _state = done.CurrentState;
        return (int)done.BytesConsumed;
    }

    /// <summary>The message, all of which was parsed.</summary>
    /// <param name="problem">What is wrong with the message as a whole; null when nothing is.</param>
    public GraphMessage Finish(string? problem)
    {
        if (problem is null && (_namespace is null || _type is null))
        {
            problem = "a message needs a Namespace and a Type";
            if (!options.IsLenient)
            {
                throw new GraphMessageException(WebSocketCloseStatus.InvalidPayloadData, problem);
            }
        }

        bool isValid = problem is null;
        return new()
        {
            Namespace = _namespace ?? string.Empty,
            Type = _type ?? string.Empty,
            UUID = _uuid,
            Status = _status,
            Graph = isValid && _nodes is not null ? new SubGraph { Nodes = _nodes, Edges = _edges!, IsUnshared = true } : null,
            Element = isValid ? _element : null,
            Update = isValid ? _update : null,
            Obj = isValid ? _obj : default,
            Refused = isValid ? _refused : _refused + 1,
            Problem = problem ?? _problem,
        };
    }

    private bool TryStep(ref Utf8JsonReader reader, int length)
    {
        switch (_place)
        {
            case Place.Start:
                if (!reader.Read())
                {
                    return false;
                }

                _place = reader.TokenType == JsonTokenType.StartObject ? Place.Envelope : throw new JsonException("a message must be a JSON object");
                return true;
            case Place.Envelope:
                return TryReadMember(ref reader);
            case Place.Graph:
                return TryReadList(ref reader);
            case Place.Nodes or Place.Edges:
                return TryReadElement(ref reader, length);
            default:
                // Throws when anything but white space follows.
                return reader.Read();
        }
    }

    private bool TryReadMember(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.EndObject)
        {
            _place = Place.End;
            return true;
        }

        string name = StringCache.Keys.Read(ref reader);
        if (name == "Obj" && _namespace == MessageNamespaces.Graph && _type is MessageTypes.Sync or MessageTypes.SyncReply)
        {
            return TryReadGraph(ref reader);
        }

        var ahead = reader;
        if (!ahead.TrySkip())
        {
            return false;
        }

        reader.Read();
        switch (name)
        {
            case "Namespace":
                _namespace = Text(ref reader, name);
                break;
            case "Type":
                _type = Text(ref reader, name);
                break;
            case "UUID":
                _uuid = reader.TokenType == JsonTokenType.Null ? string.Empty
                    : reader.TokenType == JsonTokenType.String ? StringCache.ReadText(ref reader) : throw new JsonException("UUID of a message must be text");
                break;
            case "Status":
                _status = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int status)
                    ? status == 0 ? 200 : status : throw new JsonException("Status of a message must be an integer");
                break;
            case "Obj" when _namespace is not null && _type is not null:
                BeginPayload();
                ReadPayload(ref reader);
                break;
            case "Obj":
                BeginPayload();
                _earlyPayload = ReadJson(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }

        return true;
    }

    private bool TryReadGraph(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"Obj of {_type} is no object");
        }

        BeginPayload();
        _nodes = [];
        _edges = [];
        _place = Place.Graph;
        return true;
    }

    private bool TryReadList(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.EndObject)
        {
            _place = Place.Envelope;
            return true;
        }

        var place = StringCache.Keys.Read(ref reader) switch
        {
            "Nodes" => Place.Nodes,
            "Edges" => Place.Edges,
            _ => Place.Graph,
        };
        if (place == Place.Graph)
        {
            return reader.TrySkip();
        }

        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType != JsonTokenType.Null)
        {
            _place = reader.TokenType == JsonTokenType.StartArray ? place : throw new JsonException($"{place} of {_type} is no list");
        }

        return true;
    }

    private bool TryReadElement(ref Utf8JsonReader reader, int length)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _place = Place.Graph;
            return true;
        }

        var begin = reader;
        bool isLikely = length - reader.BytesConsumed >= LikelyElementBytes;
        if (isLikely && _defaults.Ids is null)
        {
            _defaults = _defaults with { Ids = new(SharedIds, 64) };
        }

        if (!reader.IsFinalBlock && !isLikely && !reader.TrySkip())
        {
            return false;
        }

        reader = begin;
        string? problem;
        try
        {
            GraphElement element = _place == Place.Nodes ? Node.Read(ref reader, _defaults) : Edge.Read(ref reader, _defaults);
            if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == begin.CurrentDepth)
            {
                Take(element, options.Validate?.Invoke(element));
                return true;
            }

            problem = null;
        }
        catch (JsonException e)
        {
            problem = e.Message;
        }

        // Either it is no element, or it is not there as a whole.
        reader = begin;
        if (!reader.TrySkip())
        {
            return false;
        }

        Refuse(problem ?? "a node or edge is not valid");
        return true;
    }

    private void Take(GraphElement element, string? problem)
    {
        if (problem is not null)
        {
            Refuse(problem);
            return;
        }

        if (_place == Place.Nodes)
        {
            _nodes!.Add((Node)element);
        }
        else
        {
            _edges!.Add((Edge)element);
        }

        if (_nodes!.Count + _edges!.Count > options.MaximumElements)
        {
            throw new GraphMessageException(WebSocketCloseStatus.PolicyViolation, $"a message holds more than {options.MaximumElements} nodes and edges");
        }
    }

    private void Refuse(string problem)
    {
        if (!options.IsLenient)
        {
            throw new JsonException(problem);
        }

        _refused++;
        _problem ??= problem;
    }

    private void BeginPayload() => _hasPayload = _hasPayload ? throw new JsonException("Obj of a message comes twice") : true;

    private void ReadPayload(ref Utf8JsonReader reader)
    {
        if (_namespace != MessageNamespaces.Graph)
        {
            _obj = ReadJson(ref reader);
            return;
        }

        switch (_type)
        {
            case MessageTypes.NodeAdded or MessageTypes.NodeUpdated or MessageTypes.NodeDeleted:
                CheckObject(ref reader);
                _element = Checked(Node.Read(ref reader, _defaults));
                break;
            case MessageTypes.EdgeAdded or MessageTypes.EdgeUpdated or MessageTypes.EdgeDeleted:
                CheckObject(ref reader);
                _element = Checked(Edge.Read(ref reader, _defaults));
                break;
            case MessageTypes.NodePartiallyUpdated or MessageTypes.EdgePartiallyUpdated:
                CheckObject(ref reader);
                _update = PartialUpdateJsonConverter.Read(ref reader);
                break;
            default:
                _obj = ReadJson(ref reader);
                break;
        }
    }

    // JSON that is kept as it is, is not looked at for valid text by the parser.
    private static JsonElement ReadJson(ref Utf8JsonReader reader)
    {
        var json = JsonElement.ParseValue(ref reader);
        try
        {
            json.GetRawText();
            return json;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("text is no valid UTF-8", e);
        }
    }

    private GraphElement? Checked(GraphElement element)
    {
        if (options.Validate?.Invoke(element) is not { } problem)
        {
            return element;
        }

        Refuse(problem);
        return null;
    }

    private void CheckObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"Obj of {_type} is no object");
        }
    }

    /// <summary>Reads the payload of a message that said only later what it is.</summary>
    private void ReadEarly(JsonElement payload)
    {
        _earlyPayload = null;
        if (_namespace != MessageNamespaces.Graph)
        {
            _obj = payload;
            return;
        }

        byte[] text = JsonSerializer.SerializeToUtf8Bytes(payload, ContractsJsonContext.Default.JsonElement);
        var reader = new Utf8JsonReader(text);
        if (_type is not (MessageTypes.Sync or MessageTypes.SyncReply))
        {
            reader.Read();
            ReadPayload(ref reader);
            return;
        }

        _hasPayload = false;
        TryReadGraph(ref reader);
        while (_place != Place.Envelope)
        {
            TryStep(ref reader, text.Length);
        }

        _place = Place.End;
    }

    private static string Text(ref Utf8JsonReader reader, string name) =>
        reader.TokenType == JsonTokenType.String ? StringCache.Keys.Read(ref reader) : throw new JsonException($"{name} of a message must be text");
}
