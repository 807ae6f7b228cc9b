using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// What a filtered subscriber has been told so far, and the messages that bring it from there to the next evaluation of its filter.
/// </summary>
internal sealed class FilteredGraph
{
    private Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private Dictionary<string, Edge> _edges = new(StringComparer.Ordinal);

    public void Reset(SubGraph graph)
    {
        _nodes = ById(graph.Nodes);
        _edges = ById(graph.Edges);
    }

    /// <summary>Takes over the next evaluation and gives the messages that tell of the difference, in an order in which they can be applied.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> MoveTo(SubGraph graph)
    {
        var nodes = ById(graph.Nodes);
        var edges = ById(graph.Edges);
        var messages = new List<ReadOnlyMemory<byte>>();
        foreach (var edge in _edges.Values.Where(edge => !edges.ContainsKey(edge.Id)))
        {
            messages.Add(MessageWriter.WriteElement(MessageTypes.EdgeDeleted, edge));
        }

        foreach (var node in _nodes.Values.Where(node => !nodes.ContainsKey(node.Id)))
        {
            messages.Add(MessageWriter.WriteElement(MessageTypes.NodeDeleted, node));
        }

        Compare(_nodes, nodes, MessageTypes.NodeAdded, MessageTypes.NodeUpdated, messages);
        Compare(_edges, edges, MessageTypes.EdgeAdded, MessageTypes.EdgeUpdated, messages);
        _nodes = nodes;
        _edges = edges;
        return messages;
    }

    private static void Compare<T>(
        Dictionary<string, T> before, Dictionary<string, T> after, string added, string updated, List<ReadOnlyMemory<byte>> messages)
        where T : GraphElement
    {
        foreach (var element in after.Values)
        {
            if (!before.TryGetValue(element.Id, out var old))
            {
                messages.Add(MessageWriter.WriteElement(added, element));
            }
            else if (old.Revision != element.Revision || old.CreatedAt != element.CreatedAt)
            {
                messages.Add(MessageWriter.WriteElement(updated, element));
            }
        }
    }

    private static Dictionary<string, T> ById<T>(IEnumerable<T> elements)
        where T : GraphElement
    {
        var byId = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            byId[element.Id] = element;
        }

        return byId;
    }
}
