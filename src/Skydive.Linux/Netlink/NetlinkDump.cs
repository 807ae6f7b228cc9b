using System.Collections;
using System.Runtime.InteropServices;

namespace Skydive.Linux.Netlink;

/// <summary>The objects of one kernel table at one time, in the kernel's order.</summary>
/// <typeparam name="T">The type of the objects.</typeparam>
public sealed class NetlinkDump<T> : IReadOnlyList<T>
    where T : class
{
    private readonly List<T> _items;

    internal NetlinkDump(List<T> items, bool isConsistent, int attempts)
    {
        _items = items;
        IsConsistent = isConsistent;
        Attempts = attempts;
    }

    /// <summary>
    /// Whether the table stood still while it was read. When it never did, in all attempts, objects that came, went or were renamed
    /// meanwhile may be missing or doubled; a listener opened before the dump has heard of each.
    /// </summary>
    public bool IsConsistent { get; }

    /// <summary>How often the table was read.</summary>
    public int Attempts { get; }

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <summary>The objects as a span, for loops that must not allocate.</summary>
    /// <returns>The span.</returns>
    public ReadOnlySpan<T> AsSpan() => CollectionsMarshal.AsSpan(_items);

    /// <summary>Enumerates without allocating.</summary>
    /// <returns>An enumerator.</returns>
    public List<T>.Enumerator GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator<T> IEnumerable<T>.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
