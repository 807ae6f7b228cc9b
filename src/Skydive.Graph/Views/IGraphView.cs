using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Graph.Views;

/// <summary>
/// One consistent state of a graph, or all revisions of its elements in a span of time. Immutable; safe for use by several threads at once.
/// Whatever is given in sequence has a fixed order: that in which the elements were added (live), or by creation time, identifier and
/// revision (past).
/// </summary>
public interface IGraphView
{
    /// <summary>The time that is shown; null for the live graph.</summary>
    TimeSlice? Slice { get; }

    /// <summary>How many nodes, or revisions of nodes, there are.</summary>
    int NodeCount { get; }

    /// <summary>How many edges, or revisions of edges, there are.</summary>
    int EdgeCount { get; }

    /// <summary>The newest revision of a node; null when there is none.</summary>
    /// <param name="id">The node's identifier.</param>
    Node? FindNode(string id);

    /// <summary>The newest revision of an edge; null when there is none.</summary>
    /// <param name="id">The edge's identifier.</param>
    Edge? FindEdge(string id);

    /// <summary>Every revision of a node that the view holds, oldest first: one at most in a point of time.</summary>
    /// <param name="id">The node's identifier.</param>
    IEnumerable<Node> GetNodeRevisions(string id);

    /// <summary>Every revision of an edge that the view holds, oldest first: one at most in a point of time.</summary>
    /// <param name="id">The edge's identifier.</param>
    IEnumerable<Edge> GetEdgeRevisions(string id);

    /// <summary>The nodes that meet a condition. Starts from an index where the condition allows.</summary>
    /// <param name="filter">The condition; null for all nodes.</param>
    IEnumerable<Node> GetNodes(Filter? filter = null);

    /// <summary>The edges that meet a condition. Starts from an index where the condition allows.</summary>
    /// <param name="filter">The condition; null for all edges.</param>
    IEnumerable<Edge> GetEdges(Filter? filter = null);

    /// <summary>The edges at a node.</summary>
    /// <param name="node">A node of this view.</param>
    /// <param name="direction">Which of them.</param>
    IEnumerable<Edge> GetEdges(Node node, EdgeDirection direction);

    /// <summary>The nodes, one in a point of time, at which an edge starts.</summary>
    /// <param name="edge">An edge of this view.</param>
    IEnumerable<Node> GetParents(Edge edge);

    /// <summary>The nodes, one in a point of time, at which an edge ends.</summary>
    /// <param name="edge">An edge of this view.</param>
    IEnumerable<Node> GetChildren(Edge edge);
}
