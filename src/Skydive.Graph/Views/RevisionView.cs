using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Graph.Views;

/// <summary>
/// Past revisions of nodes and edges as a graph: what a history store found for a point or a span of time. For a point of time the newest
/// matching revision of each element is kept, for a span all of them.
/// </summary>
public sealed class RevisionView : ListView
{
    /// <summary>Makes the view.</summary>
    /// <param name="slice">The time that is shown.</param>
    /// <param name="nodes">Revisions of nodes that were valid then, in any order.</param>
    /// <param name="edges">Revisions of edges that were valid then, in any order.</param>
    public RevisionView(TimeSlice slice, IEnumerable<Node> nodes, IEnumerable<Edge> edges)
        : base(slice, Order(nodes, slice.IsPoint), Order(edges, slice.IsPoint))
    {
    }

    private static List<T> Order<T>(IEnumerable<T> elements, bool newestOnly)
        where T : GraphElement
    {
        if (newestOnly)
        {
            var newest = new Dictionary<string, T>(StringComparer.Ordinal);
            foreach (var element in elements)
            {
                // One that was removed and came back starts again with revision 1, perhaps in the same millisecond.
                if (!newest.TryGetValue(element.Id, out var other)
                    || (element.CreatedAt, element.UpdatedAt, element.Revision).CompareTo((other.CreatedAt, other.UpdatedAt, other.Revision)) > 0)
                {
                    newest[element.Id] = element;
                }
            }

            elements = newest.Values;
        }

        return [.. elements
            .OrderBy(static element => element.CreatedAt)
            .ThenBy(static element => element.Id, StringComparer.Ordinal)
            .ThenBy(static element => element.UpdatedAt)
            .ThenBy(static element => element.Revision)];
    }
}
