using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Walking along edges.</summary>
internal static class Neighbors
{
    /// <summary>The nodes, one in a point of time, at the other end of an edge.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="edge">The edge.</param>
    /// <param name="from">The node at this end.</param>
    public static IEnumerable<Node> Across(IGraphView view, Edge edge, Node from) =>
        string.Equals(edge.Parent, from.Id, StringComparison.Ordinal) ? view.GetChildren(edge) : view.GetParents(edge);
}
