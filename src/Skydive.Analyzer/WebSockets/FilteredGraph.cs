using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

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
    /// <param name="graph">The evaluation.</param>
    /// <param name="partial">Whether updates are told by what changed.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>> MoveTo(SubGraph graph, bool partial)
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

        Compare(_nodes, nodes, MessageTypes.NodeAdded, MessageTypes.NodeUpdated, partial, messages);
        Compare(_edges, edges, MessageTypes.EdgeAdded, MessageTypes.EdgeUpdated, partial, messages);
        _nodes = nodes;
        _edges = edges;
        return messages;
    }

    /// <summary>Gives the messages that tell of a commit in which nothing came into view or left it.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="partial">Whether updates are told by what changed.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>> Update(GraphCommit commit, bool partial)
    {
        List<ReadOnlyMemory<byte>>? messages = null;
        foreach (var graphEvent in commit.Events)
        {
            bool isKnown = graphEvent.Element is Node node ? Replace(_nodes, node) : Replace(_edges, (Edge)graphEvent.Element);
            if (isKnown)
            {
                (messages ??= []).Add(EventMessages.Get(graphEvent, commit.IsTransient, partial));
            }
        }

        return messages ?? [];
    }

    private static bool Replace<T>(Dictionary<string, T> elements, T element)
        where T : GraphElement
    {
        string id = element.Id;
        if (!elements.ContainsKey(id))
        {
            return false;
        }

        elements[id] = element;
        return true;
    }

    private static void Compare<T>(
        Dictionary<string, T> before, Dictionary<string, T> after, string added, string updated, bool partial, List<ReadOnlyMemory<byte>> messages)
        where T : GraphElement
    {
        foreach (var element in after.Values)
        {
            if (!before.TryGetValue(element.Id, out var old))
            {
                messages.Add(MessageWriter.WriteElement(added, element));
            }
            else if (!ReferenceEquals(old, element) && (old.Revision != element.Revision || old.CreatedAt != element.CreatedAt || !old.Metadata.Equals(element.Metadata)))
            {
                messages.Add(
                    partial && old.CreatedAt == element.CreatedAt
                        ? MessageWriter.WritePartialUpdate(element, MetadataOperation.Between(old.Metadata, element.Metadata), isTransient: false)
                        : MessageWriter.WriteElement(updated, element));
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
