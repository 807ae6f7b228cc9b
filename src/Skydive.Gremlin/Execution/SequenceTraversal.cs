namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of anything.</summary>
internal abstract class SequenceTraversal : Traversal
{
    /// <summary>How many there are.</summary>
    /// <param name="budget">What counting may use up.</param>
    public abstract long Count(QueryBudget budget);

    /// <summary>Whether there are any.</summary>
    public abstract bool Any();

    /// <summary>A part of the sequence.</summary>
    /// <param name="skip">How many of the first are left out.</param>
    /// <param name="take">How many follow at most.</param>
    public abstract SequenceTraversal Slice(int skip, int take);

    /// <summary>Counts a sequence.</summary>
    protected static long Count<T>(IEnumerable<T> items, QueryBudget budget)
    {
        if (items.TryGetNonEnumeratedCount(out int known))
        {
            return known;
        }

        long count = 0;
        foreach (var item in items)
        {
            budget.Visit();
            count++;
        }

        return count;
    }

    /// <summary>A part of a sequence, which asks for no more elements than it gives.</summary>
    protected static IEnumerable<T> Slice<T>(IEnumerable<T> items, int skip, int take) =>
        take == 0 ? [] : skip == 0 ? items.Take(take) : items.Skip(skip).Take(take);

    /// <summary>The last elements of a sequence, which is read to its end.</summary>
    protected static IEnumerable<T> Last<T>(IEnumerable<T> items, int count, QueryBudget budget)
    {
        if (count == 0)
        {
            yield break;
        }

        var last = new Queue<T>();
        foreach (var item in items)
        {
            if (last.Count == count)
            {
                last.Dequeue();
                budget.Visit();
            }
            else
            {
                budget.Collect();
            }

            last.Enqueue(item);
        }

        foreach (var item in last)
        {
            yield return item;
        }
    }

    /// <summary>The first element with each value of a key.</summary>
    protected static IEnumerable<T> DistinctBy<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, IEqualityComparer<TKey> comparer, QueryBudget budget)
    {
        var seen = new HashSet<TKey>(comparer);
        foreach (var item in items)
        {
            if (seen.Add(key(item)))
            {
                budget.Collect();
                yield return item;
            }
            else
            {
                budget.Visit();
            }
        }
    }
}
