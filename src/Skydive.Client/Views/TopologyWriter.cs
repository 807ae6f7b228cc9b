using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using Skydive.Contracts;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Views;

/// <summary>Writes graphs as text.</summary>
public static class TopologyWriter
{
    private const string GraphMLNamespace = "http://graphml.graphdrawing.org/xmlns";
    private static readonly JsonWriterOptions s_jsonOptions = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] s_nodeColumns = ["ID", "Name", "Type", "Host", "Origin", "TID", "State", "MAC", "MTU", "IPV4", "IPV6", "Driver", "CreatedAt", "UpdatedAt", "Revision"];
    private static readonly string[] s_edgeColumns = ["ID", "RelationType", "Parent", "Child", "ParentName", "ChildName", "Host", "Origin", "CreatedAt", "UpdatedAt", "Revision"];

    /// <summary>Writes a graph in UTF-8. Of <see cref="TopologyFormat.Csv"/> the nodes; <see cref="WriteEdges"/> writes the edges.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="format">The form.</param>
    /// <param name="stream">Where to; stays open.</param>
    public static void Write(SubGraph graph, TopologyFormat format, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(stream);
        switch (format)
        {
            case TopologyFormat.Json:
                WriteJson(graph, stream);
                break;
            case TopologyFormat.GraphML:
                WriteGraphML(graph, stream);
                break;
            case TopologyFormat.Dot:
                WriteText(stream, writer => WriteDot(graph, writer));
                break;
            case TopologyFormat.Mermaid:
                WriteText(stream, writer => WriteMermaid(graph, writer));
                break;
            default:
                WriteText(stream, writer => WriteRows(writer, s_nodeColumns, graph.Nodes.Select(static node => s_nodeColumns.Select(column => Column(node, column)))));
                break;
        }
    }

    /// <summary>Writes the edges of a graph as a table with comma-separated values, in UTF-8.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="stream">Where to; stays open.</param>
    public static void WriteEdges(SubGraph graph, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var names = Names(graph);
        WriteText(stream, writer => WriteRows(writer, s_edgeColumns, graph.Edges.Select(edge => s_edgeColumns.Select(column => column switch
        {
            "RelationType" => edge.RelationType,
            "Parent" => edge.Parent,
            "Child" => edge.Child,
            "ParentName" => names.GetValueOrDefault(edge.Parent, string.Empty),
            "ChildName" => names.GetValueOrDefault(edge.Child, string.Empty),
            _ => Column(edge, column),
        }))));
    }

    /// <summary>Reads a graph that was written as <see cref="TopologyFormat.Json"/>, or that a service answered.</summary>
    /// <param name="stream">The text in UTF-8: a graph, or a list that holds one.</param>
    /// <exception cref="JsonException">It is no graph.</exception>
    public static SubGraph ReadJson(Stream stream)
    {
        using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = MetadataJson.MaximumDepth });
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 1)
        {
            root = root[0];
        }

        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("Nodes", out _)
            ? root.Deserialize(ContractsJsonContext.Default.SubGraph) ?? throw NoGraph()
            : throw NoGraph();

        static JsonException NoGraph() => new("it holds no graph: an object with Nodes and Edges, or a list of one such, was expected");
    }

    private static void WriteText(Stream stream, Action<TextWriter> write)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        write(writer);
    }

    private static void WriteJson(SubGraph graph, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, s_jsonOptions);
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteStartArray("Nodes");
        foreach (var node in graph.Nodes)
        {
            node.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("Edges");
        foreach (var edge in graph.Edges)
        {
            edge.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteDot(SubGraph graph, TextWriter writer)
    {
        writer.WriteLine("digraph topology {");
        writer.WriteLine("  node [shape=box fontname=\"sans-serif\"];");
        foreach (var node in graph.Nodes)
        {
            writer.WriteLine($"  {Quote(node.Id)} [label={Quote(Label(node, "\n"))}];");
        }

        foreach (var edge in graph.Edges)
        {
            string style = edge.RelationType == RelationTypes.Ownership ? "style=dashed" : "dir=none";
            writer.WriteLine($"  {Quote(edge.Parent)} -> {Quote(edge.Child)} [label={Quote(edge.RelationType)} {style}];");
        }

        writer.WriteLine("}");

        static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
    }

    // Identifiers are numbered, because Mermaid takes few characters in them and some words for its own.
    private static void WriteMermaid(SubGraph graph, TextWriter writer)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        writer.WriteLine("flowchart TB");
        foreach (var node in graph.Nodes)
        {
            if (numbers.TryAdd(node.Id, numbers.Count))
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  n{numbers[node.Id]}[\"{Escape(Label(node, "<br/>"))}\"]"));
            }
        }

        foreach (var edge in graph.Edges)
        {
            if (numbers.TryGetValue(edge.Parent, out int parent) && numbers.TryGetValue(edge.Child, out int child))
            {
                string line = edge.RelationType == RelationTypes.Ownership ? "-.->" : edge.RelationType == RelationTypes.Layer2 ? "---" : $"-- \"{Escape(edge.RelationType)}\" ---";
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  n{parent} {line} n{child}"));
            }
        }

        static string Escape(string text) => text.Replace("#", "#35;", StringComparison.Ordinal).Replace("\"", "#quot;", StringComparison.Ordinal);
    }

    private static void WriteGraphML(SubGraph graph, Stream stream)
    {
        using var writer = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), CheckCharacters = false, NewLineChars = "\n" });
        writer.WriteStartElement("graphml", GraphMLNamespace);
        foreach (string column in s_nodeColumns.Skip(1))
        {
            WriteKey("node", column);
        }

        foreach (string column in s_edgeColumns.Where(static column => column is not ("ID" or "Parent" or "Child" or "ParentName" or "ChildName")))
        {
            WriteKey("edge", column);
        }

        writer.WriteStartElement("graph", GraphMLNamespace);
        writer.WriteAttributeString("id", "topology");
        writer.WriteAttributeString("edgedefault", "directed");
        foreach (var node in graph.Nodes)
        {
            writer.WriteStartElement("node", GraphMLNamespace);
            writer.WriteAttributeString("id", node.Id);
            foreach (string column in s_nodeColumns.Skip(1))
            {
                WriteData("node", column, Column(node, column));
            }

            writer.WriteEndElement();
        }

        foreach (var edge in graph.Edges)
        {
            writer.WriteStartElement("edge", GraphMLNamespace);
            writer.WriteAttributeString("id", edge.Id);
            writer.WriteAttributeString("source", edge.Parent);
            writer.WriteAttributeString("target", edge.Child);
            WriteData("edge", "RelationType", edge.RelationType);
            foreach (string column in (string[])["Host", "Origin", "CreatedAt", "UpdatedAt", "Revision"])
            {
                WriteData("edge", column, Column(edge, column));
            }

            writer.WriteEndElement();
        }

        writer.WriteEndElement();
        writer.WriteEndElement();

        void WriteKey(string element, string name)
        {
            writer.WriteStartElement("key", GraphMLNamespace);
            writer.WriteAttributeString("id", $"{element}.{name}");
            writer.WriteAttributeString("for", element);
            writer.WriteAttributeString("attr.name", name);
            writer.WriteAttributeString("attr.type", name is "MTU" or "Revision" ? "long" : "string");
            writer.WriteEndElement();
        }

        void WriteData(string element, string name, string value)
        {
            if (value.Length > 0)
            {
                writer.WriteStartElement("data", GraphMLNamespace);
                writer.WriteAttributeString("key", $"{element}.{name}");
                writer.WriteString(new string([.. value.Where(XmlConvert.IsXmlChar)]));
                writer.WriteEndElement();
            }
        }
    }

    private static void WriteRows(TextWriter writer, string[] columns, IEnumerable<IEnumerable<string>> rows)
    {
        writer.WriteLine(string.Join(',', columns));
        foreach (var row in rows)
        {
            writer.WriteLine(string.Join(',', row.Select(Cell)));
        }

        static string Cell(string text) => text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static string Column(GraphElement element, string column) => column switch
    {
        "ID" => element.Id,
        "Host" => element.Host,
        "Origin" => element.Origin,
        "CreatedAt" => Time(element.CreatedAt),
        "UpdatedAt" => Time(element.UpdatedAt),
        "Revision" => element.Revision.ToString(CultureInfo.InvariantCulture),
        _ => Text(element.Metadata[column]),
    };

    private static string Label(Node node, string lineBreak)
    {
        var lines = new List<string> { node.Name.Length > 0 ? node.Name : node.Id, node.Type };
        lines.AddRange(((string[])["IPV4", "IPV6"]).Select(key => Text(node.Metadata[key])));
        return string.Join(lineBreak, lines.Where(static line => line.Length > 0));
    }

    private static string Text(MetadataValue value)
    {
        if (value.Kind != MetadataKind.List)
        {
            return value.ToString();
        }

        var texts = new List<string>();
        foreach (var element in value.Elements)
        {
            texts.Add(element.ToString());
        }

        return string.Join(' ', texts);
    }

    private static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Names(SubGraph graph) =>
        graph.Nodes.GroupBy(static node => node.Id).ToDictionary(static group => group.Key, static group => group.Last().Name, StringComparer.Ordinal);
}
