using Skydive.Contracts.Topology;

namespace Skydive.Storage;

/// <summary>How changes meet what is stored, the same for every store; see <see cref="IHistoryStore.AppendAsync"/>.</summary>
internal static class RevisionRules
{
    /// <summary>What a new revision does.</summary>
    /// <param name="change">The revision.</param>
    /// <param name="open">The element's open revision.</param>
    /// <param name="same">The stored revision with the change's creation time, revision and update time.</param>
    public static RevisionAction ForRevision(GraphElement change, StoredRevision? open, StoredRevision? same)
    {
        if (same is not { } known)
        {
            return RevisionAction.Append;
        }

        if (known.ArchivedAt is null)
        {
            return RevisionAction.Rewrite;
        }

        if (open is { } current)
        {
            // Only what was opened again can be older than a closed revision: the changes that followed it are being repeated.
            return current.CreatedAt == change.CreatedAt && current.Revision < change.Revision ? RevisionAction.Reopen : RevisionAction.Ignore;
        }

        // The element is gone and comes back. An archived revision can come back only when it is in truth another one: the element was
        // removed and made anew in the millisecond in which it had been made.
        return known.DeletedAt is not null || known.IsMomentary ? RevisionAction.Reopen : RevisionAction.Ignore;
    }

    /// <summary>What a deletion does.</summary>
    /// <param name="change">The element with its deletion time.</param>
    /// <param name="open">The element's open revision.</param>
    /// <param name="isKnown">Whether any revision with the change's creation time is stored.</param>
    public static RevisionAction ForDeletion(GraphElement change, StoredRevision? open, bool isKnown)
    {
        if (open?.CreatedAt == change.CreatedAt)
        {
            return RevisionAction.Close;
        }

        return isKnown ? RevisionAction.Ignore : RevisionAction.AppendClosed;
    }

    /// <summary>When a revision ends: not before it began, whatever the clocks of two hosts say.</summary>
    /// <param name="updatedAt">When it was made.</param>
    /// <param name="endedAt">When it was followed or deleted.</param>
    public static long EndOf(long updatedAt, long endedAt) => Math.Max(updatedAt, endedAt);
}
