using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Gremlin;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// The messages by which a subscriber follows a part of the graph for which one look at an element decides (<see cref="GraphSelection"/>). What
/// is in view follows from the change and the states before and after it, so that nothing has to be remembered of what the subscriber knows.
/// </summary>
internal static class ViewMessages
{
    /// <summary>Tells of a commit, in an order in which the messages can be applied.</summary>
    /// <param name="selection">What is in view.</param>
    /// <param name="before">The graph before the commit.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="partial">Whether updates are told by what changed.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Of(GraphSelection selection, GraphSnapshot before, GraphCommit commit, bool partial)
    {
        Work? work = null;
        foreach (var graphEvent in commit.Events)
        {
            if (graphEvent.Element is Node node)
            {
                var previous = graphEvent.Previous as Node;
                bool was = previous is not null && Shows(selection.Nodes, previous);
                bool isNow = graphEvent.Kind != GraphEventKind.NodeDeleted && (previous is not null && ReferenceEquals(previous.Metadata, node.Metadata) ? was : Shows(selection.Nodes, node));
                if (was || isNow)
                {
                    (work ??= new(selection, before, commit, partial)).Add(graphEvent, node, was, isNow);
                }
            }
            else if (selection.Edges is null || selection.Edges.Matches(graphEvent.Element) || (graphEvent.Previous is { } old && selection.Edges.Matches(old)))
            {
                (work ??= new(selection, before, commit, partial)).Add(graphEvent, (Edge)graphEvent.Element);
            }
        }

        return work?.Messages ?? [];
    }

    private static bool Shows(Filter? filter, GraphElement element) => filter is null || filter.Matches(element);

    /// <summary>What comes of one commit. Most commits concern a subscriber in nothing, so that it is seldom made.</summary>
    private sealed class Work(GraphSelection selection, GraphSnapshot before, GraphCommit commit, bool partial)
    {
        private readonly List<ReadOnlyMemory<byte>> _deletedEdges = [];
        private readonly List<ReadOnlyMemory<byte>> _deletedNodes = [];
        private readonly List<ReadOnlyMemory<byte>> _nodes = [];
        private readonly List<ReadOnlyMemory<byte>> _edges = [];

        // Edges of nodes that come into view or leave it may have events of their own.
        private readonly HashSet<string> _toldEdges = new(StringComparer.Ordinal);

        public IReadOnlyList<ReadOnlyMemory<byte>> Messages => [.. _deletedEdges, .. _deletedNodes, .. _nodes, .. _edges];

        public void Add(GraphEvent graphEvent, Node node, bool was, bool isNow)
        {
            if (was && isNow)
            {
                _nodes.Add(EventMessages.Get(graphEvent, commit.IsTransient, partial));
                return;
            }

            if (isNow)
            {
                _nodes.Add(
                    graphEvent.Kind == GraphEventKind.NodeAdded
                        ? EventMessages.Get(graphEvent, commit.IsTransient, partial)
                        : MessageWriter.WriteElement(MessageTypes.NodeAdded, node));
                foreach (var edge in commit.Snapshot.GetEdges(node, EdgeDirection.Both))
                {
                    Add(null, edge);
                }
            }
            else
            {
                _deletedNodes.Add(
                    graphEvent.Kind == GraphEventKind.NodeDeleted
                        ? EventMessages.Get(graphEvent, commit.IsTransient, partial)
                        : MessageWriter.WriteElement(MessageTypes.NodeDeleted, graphEvent.Previous!));
                foreach (var edge in before.GetEdges((Node)graphEvent.Previous!, EdgeDirection.Both))
                {
                    Add(null, edge);
                }
            }
        }

        public void Add(GraphEvent? graphEvent, Edge edge)
        {
            string id = edge.Id;
            if (!_toldEdges.Add(id))
            {
                return;
            }

            var (was, now) = (Find(before, id), Find(commit.Snapshot, id));
            if (was is null && now is null)
            {
                return;
            }

            bool isSame = graphEvent is not { Kind: GraphEventKind.EdgeAdded or GraphEventKind.EdgeDeleted };
            if (isSame && was is not null && now is not null && was.Parent == now.Parent && was.Child == now.Child && was.CreatedAt == now.CreatedAt)
            {
                if (graphEvent is { Kind: GraphEventKind.EdgeUpdated })
                {
                    _edges.Add(EventMessages.Get(graphEvent, commit.IsTransient, partial));
                }
                else if (!ReferenceEquals(was, now) && was.Revision != now.Revision)
                {
                    _edges.Add(MessageWriter.WriteElement(MessageTypes.EdgeUpdated, now));
                }

                return;
            }

            if (was is not null)
            {
                _deletedEdges.Add(
                    graphEvent is { Kind: GraphEventKind.EdgeDeleted }
                        ? EventMessages.Get(graphEvent, commit.IsTransient, partial)
                        : MessageWriter.WriteElement(MessageTypes.EdgeDeleted, was));
            }

            if (now is not null)
            {
                _edges.Add(
                    graphEvent is { Kind: GraphEventKind.EdgeAdded }
                        ? EventMessages.Get(graphEvent, commit.IsTransient, partial)
                        : MessageWriter.WriteElement(MessageTypes.EdgeAdded, now));
            }
        }

        // The edge as it is in view in a state; null when it is not.
        private Edge? Find(GraphSnapshot snapshot, string id) =>
            snapshot.FindEdge(id) is { } edge
            && Shows(selection.Edges, edge)
            && snapshot.GetParent(edge) is { } parent && Shows(selection.Nodes, parent)
            && snapshot.GetChild(edge) is { } child && Shows(selection.Nodes, child)
                ? edge : null;
    }
}
