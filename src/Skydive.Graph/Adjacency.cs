using Skydive.Graph.Collections;

namespace Skydive.Graph;

/// <summary>
/// The edges at a node, in each direction in the order of their slots. Immutable. A few edges rest in one array: where the incoming ones begin,
/// then pairs, the slot of the edge and that of the node at its other end, first of the outgoing edges and then of the incoming ones. So walking
/// touches one array for each node and no edge. Many edges rest in two sets of the edges' slots, because an array would be copied as a whole for
/// each change.
/// </summary>
/// <remarks>An adjacency is an <c>int[]</c> or a <see cref="Sets"/> itself rather than a wrapper around one: an object less is a cache miss less.</remarks>
internal static class Adjacency
{
    /// <summary>How many edges rest in an array.</summary>
    public const int ArrayLimit = 64;

    /// <summary>The adjacency with one more edge, whose slot is larger than all in it. An edge to the node itself is added in each direction.</summary>
    /// <param name="adjacency">The adjacency; null when it is empty.</param>
    /// <param name="direction">Out or In.</param>
    /// <param name="edge">Slot of the edge.</param>
    /// <param name="neighbor">Slot of the node at its other end.</param>
    /// <param name="owner">The writer.</param>
    public static object Add(object? adjacency, EdgeDirection direction, int edge, int neighbor, object owner)
    {
        int[]? array = adjacency as int[];
        if (adjacency is null || array?.Length < 2 * ArrayLimit)
        {
            array ??= [1];
            int at = direction == EdgeDirection.Out ? array[0] : array.Length;
            int[] longer = new int[array.Length + 2];
            array.AsSpan(0, at).CopyTo(longer);
            longer[at] = edge;
            longer[at + 1] = neighbor;
            array.AsSpan(at).CopyTo(longer.AsSpan(at + 2));
            longer[0] += direction == EdgeDirection.Out ? 2 : 0;
            return longer;
        }

        var sets = adjacency as Sets ?? new(SetOf(array!, EdgeDirection.Out, owner), SetOf(array!, EdgeDirection.In, owner));
        return direction == EdgeDirection.Out
            ? new Sets(sets.Outgoing.Add(edge, owner), sets.Incoming)
            : new Sets(sets.Outgoing, sets.Incoming.Add(edge, owner));
    }

    /// <summary>The adjacency with more edges, whose slots are larger than all in it.</summary>
    /// <param name="adjacency">The adjacency; null when it is empty.</param>
    /// <param name="outgoing">For each edge that starts here its slot, ascending, and that of the node at its other end.</param>
    /// <param name="incoming">The same of the edges that end here.</param>
    /// <param name="owner">The writer.</param>
    public static object AddMany(object? adjacency, ReadOnlySpan<int> outgoing, ReadOnlySpan<int> incoming, object owner)
    {
        int[] array = adjacency as int[] ?? [1];
        if (adjacency is not Sets && array.Length + outgoing.Length + incoming.Length <= (2 * ArrayLimit) + 1)
        {
            int[] longer = [array[0] + outgoing.Length, .. array.AsSpan(1, array[0] - 1), .. outgoing, .. array.AsSpan(array[0]), .. incoming];
            return longer;
        }

        var sets = adjacency as Sets ?? new(SetOf(array, EdgeDirection.Out, owner), SetOf(array, EdgeDirection.In, owner));
        return new Sets(AddEdges(sets.Outgoing, outgoing, owner), AddEdges(sets.Incoming, incoming, owner));
    }

    /// <summary>The adjacency without an edge; null when it was the last.</summary>
    /// <param name="adjacency">The adjacency; null when it is empty.</param>
    /// <param name="direction">Out or In.</param>
    /// <param name="edge">Slot of the edge.</param>
    /// <param name="owner">The writer.</param>
    public static object? Remove(object? adjacency, EdgeDirection direction, int edge, object owner)
    {
        if (adjacency is int[] array)
        {
            var (begin, end) = Bounds(array, direction);
            for (int i = begin; i < end; i += 2)
            {
                if (array[i] == edge)
                {
                    int[] shorter = [.. array.AsSpan(0, i), .. array.AsSpan(i + 2)];
                    shorter[0] -= direction == EdgeDirection.Out ? 2 : 0;
                    return shorter.Length == 1 ? null : shorter;
                }
            }

            return array;
        }

        if (adjacency is not Sets sets)
        {
            return null;
        }

        var left = direction == EdgeDirection.Out
            ? new Sets(sets.Outgoing.Remove(edge, owner), sets.Incoming)
            : new Sets(sets.Outgoing, sets.Incoming.Remove(edge, owner));
        return left.Outgoing.Count + left.Incoming.Count == 0 ? null : left;
    }

    /// <summary>Which part of an array holds the pairs.</summary>
    /// <param name="array">The adjacency.</param>
    /// <param name="direction">Which edges.</param>
    /// <returns>The first index, and that after the last.</returns>
    public static (int Begin, int End) Bounds(int[] array, EdgeDirection direction) =>
        ((direction & EdgeDirection.Out) != 0 ? 1 : array[0], (direction & EdgeDirection.In) != 0 ? array.Length : array[0]);

    /// <summary>The slots of the edges in one direction, in ascending order.</summary>
    /// <param name="adjacency">The adjacency; null when it is empty.</param>
    /// <param name="direction">Out or In.</param>
    public static IEnumerable<int> Edges(object? adjacency, EdgeDirection direction) => adjacency switch
    {
        null => [],
        int[] array => EdgesOf(array, direction),
        _ => ((Sets)adjacency).Of(direction).Members(),
    };

    private static IEnumerable<int> EdgesOf(int[] array, EdgeDirection direction)
    {
        var (begin, end) = Bounds(array, direction);
        for (int i = begin; i < end; i += 2)
        {
            yield return array[i];
        }
    }

    private static IntSet AddEdges(IntSet set, ReadOnlySpan<int> pairs, object owner)
    {
        int[] edges = new int[pairs.Length / 2];
        for (int i = 0; i < edges.Length; i++)
        {
            edges[i] = pairs[2 * i];
        }

        return edges.Length == 0 ? set : set.AddMany(edges, owner);
    }

    private static IntSet SetOf(int[] array, EdgeDirection direction, object owner)
    {
        var set = IntSet.Empty;
        var (begin, end) = Bounds(array, direction);
        for (int i = begin; i < end; i += 2)
        {
            set = set.Add(array[i], owner);
        }

        return set;
    }

    /// <summary>The edges at a node that has many.</summary>
    internal sealed class Sets(IntSet outgoing, IntSet incoming)
    {
        public IntSet Outgoing { get; } = outgoing;

        public IntSet Incoming { get; } = incoming;

        /// <summary>The edges in one direction.</summary>
        public IntSet Of(EdgeDirection direction) => direction == EdgeDirection.Out ? Outgoing : Incoming;
    }
}
