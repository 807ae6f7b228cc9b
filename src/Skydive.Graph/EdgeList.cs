using Skydive.Graph.Collections;

namespace Skydive.Graph;

/// <summary>
/// The edges at a node in one direction, in the order of their slots. Immutable. A few edges rest in one array of pairs, the slot of the edge
/// and that of the node at its other end, so that walking does not touch the edges; many rest in an <see cref="IntSet"/> of the edges' slots,
/// because an array would be copied as a whole for each change.
/// </summary>
/// <remarks>A list is one of these two objects rather than a wrapper around them: each object less is a cache miss less per node walked.</remarks>
internal static class EdgeList
{
    /// <summary>How many edges rest in an array.</summary>
    public const int ArrayLimit = 64;

    /// <summary>The list with one more edge, whose slot is larger than all in it.</summary>
    /// <param name="list">The list; null when it is empty.</param>
    /// <param name="edge">Slot of the edge.</param>
    /// <param name="neighbor">Slot of the node at its other end.</param>
    /// <param name="owner">The writer.</param>
    public static object Add(object? list, int edge, int neighbor, object owner)
    {
        switch (list)
        {
            case null:
                return new[] { edge, neighbor };
            case int[] pairs when pairs.Length < 2 * ArrayLimit:
                int[] longer = new int[pairs.Length + 2];
                pairs.CopyTo(longer, 0);
                longer[^2] = edge;
                longer[^1] = neighbor;
                return longer;
            case int[] pairs:
                var set = IntSet.Empty;
                for (int i = 0; i < pairs.Length; i += 2)
                {
                    set = set.Add(pairs[i], owner);
                }

                return set.Add(edge, owner);
            default:
                return ((IntSet)list).Add(edge, owner);
        }
    }

    /// <summary>The list without an edge; null when it was the last.</summary>
    /// <param name="list">The list; null when it is empty.</param>
    /// <param name="edge">Slot of the edge.</param>
    /// <param name="owner">The writer.</param>
    public static object? Remove(object? list, int edge, object owner)
    {
        if (list is int[] pairs)
        {
            for (int i = 0; i < pairs.Length; i += 2)
            {
                if (pairs[i] == edge)
                {
                    return pairs.Length == 2 ? null : (int[])[.. pairs.AsSpan(0, i), .. pairs.AsSpan(i + 2)];
                }
            }

            return pairs;
        }

        return ((IntSet?)list)?.Remove(edge, owner) is { Count: > 0 } left ? left : null;
    }

    /// <summary>The slots of the edges, in ascending order.</summary>
    /// <param name="list">The list; null when it is empty.</param>
    public static IEnumerable<int> Edges(object? list) => list switch
    {
        null => [],
        int[] pairs => EveryOther(pairs),
        _ => ((IntSet)list).Members(),
    };

    private static IEnumerable<int> EveryOther(int[] pairs)
    {
        for (int i = 0; i < pairs.Length; i += 2)
        {
            yield return pairs[i];
        }
    }
}
