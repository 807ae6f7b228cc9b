using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Graph.Paths;

/// <summary>Searches any view, by identifier: the revisions of a node in a span of time are one node.</summary>
internal sealed class ViewPathSearch(IGraphView view, IEnumerable<Node> targets, Filter? edgeFilter, Action<int>? progress)
    : PathSearch<string>(targets.Select(static node => node.Id).Distinct(StringComparer.Ordinal))
{
    /// <inheritdoc/>
    protected override void AddNeighbors(string node, List<string> neighbors)
    {
        if (view.FindNode(node) is not { } from)
        {
            return;
        }

        foreach (var edge in view.GetEdges(from, EdgeDirection.Both))
        {
            progress?.Invoke(1);
            string neighbor = edge.Parent == node ? edge.Child : edge.Parent;
            if ((edgeFilter is null || edgeFilter.Matches(edge)) && view.FindNode(neighbor) is not null)
            {
                neighbors.Add(neighbor);
            }
        }
    }
}
