using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Storage;

/// <summary>The times and numbers of a revision that a store holds.</summary>
/// <param name="Number">Where the store keeps it.</param>
/// <param name="CreatedAt">When the element appeared.</param>
/// <param name="UpdatedAt">When the revision was made.</param>
/// <param name="Revision">Its number.</param>
/// <param name="DeletedAt">When the element went away; null unless that ended this revision.</param>
/// <param name="ArchivedAt">When the revision ended; null while it has not.</param>
internal readonly record struct StoredRevision(long Number, long CreatedAt, long UpdatedAt, long Revision, long? DeletedAt, long? ArchivedAt)
{
    /// <summary>Whether it ended in the millisecond in which it was made.</summary>
    public bool IsMomentary => ArchivedAt == UpdatedAt;

    public static StoredRevision Of(GraphElement element, long number = 0) =>
        new(number, element.CreatedAt, element.UpdatedAt, element.Revision, element.DeletedAt, element.ArchivedAt);

    /// <summary>Whether this is what was stored of an element's revision.</summary>
    public bool IsSameAs(GraphElement element) =>
        CreatedAt == element.CreatedAt && UpdatedAt == element.UpdatedAt && Revision == element.Revision;

    /// <summary>Whether a view of a time shows the revision; see <see cref="IHistoryStore"/>.</summary>
    public bool IsShownAt(TimeSlice slice) =>
        CreatedAt <= slice.Last && UpdatedAt <= slice.Last
        && (ArchivedAt is not { } archivedAt || (slice.IsPoint ? archivedAt > slice.Start : archivedAt >= slice.Start));
}
