using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Storage.Tests.Support;

/// <summary>What history is by definition: all revisions in a list, looked through for every question.</summary>
internal sealed class HistoryModel
{
    private readonly List<GraphElement> _revisions = [];

    public int Count => _revisions.Count;

    public IEnumerable<GraphElement> Live => _revisions.Where(static element => element.ArchivedAt is null);

    public void Apply(GraphElement change)
    {
        if (change.DeletedAt is { } deletedAt)
        {
            End(change, deletedAt, isDeletion: true);
            return;
        }

        End(change, change.UpdatedAt, isDeletion: false);

        // Made, removed and made again in one millisecond: the second takes the place of the first, from which nothing tells it apart.
        _revisions.RemoveAll(other => IsSameElement(other, change) && other.CreatedAt == change.CreatedAt && other.UpdatedAt == change.UpdatedAt && other.Revision == change.Revision);
        _revisions.Add(change.WithEnd(null, null));
    }

    public void Reconcile(SubGraph live, long time)
    {
        var elements = live.Nodes.Concat<GraphElement>(live.Edges).ToList();
        foreach (var gone in Live.Where(open => !elements.Exists(element => IsSameElement(element, open))).ToList())
        {
            End(gone, time, isDeletion: true);
        }

        foreach (var element in elements.Where(element => !Live.Any(open => IsSameElement(open, element) && StoredRevision.Of(open).IsSameAs(element))).ToList())
        {
            Apply(element);
        }
    }

    public void CloseAll(string origin, long time)
    {
        foreach (var open in Live.Where(open => open.Origin == origin).ToList())
        {
            End(open, time, isDeletion: true);
        }
    }

    public IEnumerable<GraphElement> At(TimeSlice slice) => _revisions.Where(element =>
        element.CreatedAt <= slice.Last && element.UpdatedAt <= slice.Last
        && (element.ArchivedAt is not { } end || (slice.IsPoint ? slice.Start < end : slice.Start <= end)));

    private static bool IsSameElement(GraphElement left, GraphElement right) => left.Id == right.Id && left is Edge == right is Edge;

    private void End(GraphElement element, long time, bool isDeletion)
    {
        int index = _revisions.FindIndex(other => other.ArchivedAt is null && IsSameElement(other, element));
        if (index >= 0)
        {
            long end = Math.Max(time, _revisions[index].UpdatedAt);
            _revisions[index] = _revisions[index].WithEnd(isDeletion ? end : null, end);
        }
    }
}
