using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Completion;

/// <summary>
/// The keys and values that elements of a graph have. Names of indexed values are complete; for others some elements of each type are looked
/// at, which show what keys the type has.
/// </summary>
internal static class GraphVocabulary
{
    private const string Type = "Type";
    private const int ElementsOfType = 100;
    private const int MaximumTypes = 200;
    private const int OtherElements = 1000;

    private static readonly string[] s_own = ["@ID", "@Host", "@Origin", "@CreatedAt", "@UpdatedAt", "@DeletedAt", "@Revision"];
    private static readonly string[] s_ends = ["Parent", "Child"];
    private static readonly string[] s_flowAliases = ["Link", "Network", "Transport", "ETHERNET.A", "ETHERNET.B", "IPV4.A", "IPV4.B", "IPV6.A", "IPV6.B", "TCP.A", "TCP.B", "UDP.A", "UDP.B"];

    /// <summary>The keys that elements of a kind have, each once.</summary>
    public static IEnumerable<string> Keys(IGraphView view, GremlinKind kind)
    {
        switch (kind)
        {
            case GremlinKind.Flows:
                return FlowFields.Names.Concat(s_flowAliases);
            case GremlinKind.Edges:
                return s_own.Concat(s_ends).Concat(KeysOf(view.GetEdges().Take(OtherElements)));
            case GremlinKind.Nodes or GremlinKind.Graph or GremlinKind.Paths:
                return s_own.Concat(KeysOf(Sample(view)));
            case GremlinKind.Metrics:
                return KeysIn(Sample(view), "LastUpdateMetric").Concat(["ABPackets", "ABBytes", "BAPackets", "BABytes", "RTT", "Start", "Last"]).Distinct(StringComparer.Ordinal);
            case GremlinKind.Sockets:
                return ["Process", "Pid", "Name", "LocalAddress", "LocalPort", "RemoteAddress", "RemotePort", "Protocol", "State"];
            case GremlinKind.RawPackets:
                return ["Timestamp", "Index", "LinkType"];
            default:
                return [];
        }
    }

    /// <summary>The values that elements of a kind have at a key, each once, lists by their elements.</summary>
    public static IEnumerable<MetadataValue> Values(IGraphView view, GremlinKind kind, string key)
    {
        var path = FieldPath.Parse(key);
        if (view is GraphSnapshot live && (kind == GremlinKind.Edges ? live.CountEdgeValues(path.Text) : live.CountNodeValues(path.Text)) is { } counted)
        {
            return counted.Select(static entry => entry.Key);
        }

        IEnumerable<IFieldSource> elements = kind switch
        {
            GremlinKind.Edges => view.GetEdges().Take(OtherElements),
            GremlinKind.Nodes or GremlinKind.Paths => Sample(view),
            _ => [],
        };
        return elements.SelectMany(element => element.TryGetField(path, out var value) ? Flatten(value) : []).Distinct();
    }

    private static IEnumerable<MetadataValue> Flatten(MetadataValue value) => value.Kind switch
    {
        MetadataKind.List => value.Elements.ToArray().SelectMany(Flatten),
        MetadataKind.Map or MetadataKind.Null => [],
        _ => [value],
    };

    private static IEnumerable<Node> Sample(IGraphView view)
    {
        var nodes = view.GetNodes().Take(OtherElements);
        return view is GraphSnapshot live && live.CountNodeValues(Type) is { } types
            ? types.Take(MaximumTypes).SelectMany(entry => live.GetNodes(Filter.Equal(Type, entry.Key)).Take(ElementsOfType)).Concat(nodes)
            : nodes;
    }

    private static IEnumerable<string> KeysIn(IEnumerable<Node> nodes, string key) =>
        nodes.SelectMany(node => node.Metadata[key].AsMap is { } map ? map.Keys : []).Distinct(StringComparer.Ordinal);

    private static HashSet<string> KeysOf(IEnumerable<GraphElement> elements)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            Add(element.Metadata, string.Empty, keys);
        }

        return keys;
    }

    private static void Add(MetadataMap map, string prefix, HashSet<string> keys)
    {
        var names = map.KeySpan;
        var values = map.ValueSpan;
        for (int i = 0; i < names.Length; i++)
        {
            string key = prefix + names[i];
            keys.Add(key);
            AddInner(values[i], key, keys);
        }
    }

    private static void AddInner(MetadataValue value, string key, HashSet<string> keys)
    {
        if (value.AsMap is { } map)
        {
            Add(map, key + ".", keys);
        }

        foreach (var element in value.Elements)
        {
            if (element.AsMap is not null)
            {
                AddInner(element, key, keys);
            }
        }
    }
}
