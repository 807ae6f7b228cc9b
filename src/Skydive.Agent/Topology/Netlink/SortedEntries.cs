using System.Runtime.InteropServices;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>A list of entries in the order of their keys, with one entry for each. Found by bisection; most lists hold a handful.</summary>
/// <typeparam name="T">The entries.</typeparam>
internal sealed class SortedEntries<T>(IComparer<T> order)
    where T : class
{
    private readonly List<T> _entries = [];

    public int Count => _entries.Count;

    public ReadOnlySpan<T> Span => CollectionsMarshal.AsSpan(_entries);

    /// <summary>Puts an entry in the place of the one with the same key.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The entry that was there; null when there was none.</returns>
    public T? Set(T entry)
    {
        // What comes from a dump comes in order most of the time.
        if (_entries.Count == 0 || order.Compare(_entries[^1], entry) < 0)
        {
            _entries.Add(entry);
            return null;
        }

        int index = _entries.BinarySearch(entry, order);
        if (index < 0)
        {
            _entries.Insert(~index, entry);
            return null;
        }

        var before = _entries[index];
        _entries[index] = entry;
        return before;
    }

    /// <summary>Removes the entry with the key of another.</summary>
    /// <param name="entry">An entry with that key.</param>
    /// <returns>The entry that was there; null when there was none.</returns>
    public T? Remove(T entry)
    {
        int index = _entries.BinarySearch(entry, order);
        if (index < 0)
        {
            return null;
        }

        var before = _entries[index];
        _entries.RemoveAt(index);
        return before;
    }

    /// <summary>The entries behind all those that are before something in the order.</summary>
    /// <param name="isBefore">Whether an entry is.</param>
    public ReadOnlySpan<T> From(Func<T, bool> isBefore)
    {
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (isBefore(_entries[middle]))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return Span[low..];
    }

    public void Clear() => _entries.Clear();
}
