using Skydive.Contracts.Topology;

namespace Skydive.Graph.Collections;

/// <summary>
/// A persistent table of where elements are kept, by their identifiers. It holds the hash of an identifier and the slot, eight bytes together,
/// and looks at the elements themselves for the rest: hundreds of thousands of entries with a string and an object each would take as much memory as the
/// edges they lead to. Reading never locks; writing copies what was not made by the same writer (the <c>owner</c>). <c>default</c> is the empty table.
/// </summary>
/// <typeparam name="T">The elements.</typeparam>
internal readonly struct SlotTable<T>
    where T : GraphElement
{
    private const int Bits = 5;
    private const int Mask = (1 << Bits) - 1;
    private const int HashBits = 32;

    /// <summary>How many entries a leaf has before it is divided, as long as hashes differ.</summary>
    private const int LeafLimit = 16;

    // null, a leaf (int[] of pairs, hash and slot) or a branch.
    private readonly object? _root;

    private SlotTable(object? root, int count)
    {
        _root = root;
        Count = count;
    }

    /// <summary>How many elements there are.</summary>
    public int Count { get; }

    /// <summary>Finds where an element is kept.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="elements">The elements by their slots.</param>
    /// <param name="slot">Its slot.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetSlot(string id, in IntMap<T> elements, out int slot)
    {
        int hash = id.GetHashCode();
        object? item = _root;
        for (int shift = 0; item is Branch branch; shift += Bits)
        {
            item = branch.Items[(hash >>> shift) & Mask];
        }

        if (item is int[] leaf)
        {
            for (int i = 0; i < leaf.Length; i += 2)
            {
                if (leaf[i] == hash && string.Equals(elements[leaf[i + 1]]!.Id, id, StringComparison.Ordinal))
                {
                    slot = leaf[i + 1];
                    return true;
                }
            }
        }

        slot = -1;
        return false;
    }

    /// <summary>The table with one more element.</summary>
    /// <param name="id">Its identifier, which is not in the table.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="owner">The writer.</param>
    public SlotTable<T> Add(string id, int slot, object owner) => new(Add(_root, [id.GetHashCode(), slot], 0, owner), Count + 1);

    /// <summary>The table with many more elements.</summary>
    /// <param name="added">The elements.</param>
    /// <param name="first">Slot of the first; the others follow it.</param>
    /// <param name="elements">The elements by their slots, with those that are added.</param>
    /// <param name="owner">The writer.</param>
    /// <returns>Null when two have one identifier, or one is there already.</returns>
    public SlotTable<T>? AddMany(ReadOnlySpan<T> added, int first, in IntMap<T> elements, object owner)
    {
        // Pairs of hash and slot, and as much room to divide them.
        int[] pairs = new int[4 * added.Length];
        for (int i = 0; i < added.Length; i++)
        {
            pairs[2 * i] = added[i].Id.GetHashCode();
            pairs[(2 * i) + 1] = first + i;
        }

        bool isUnique = true;
        object? root = AddMany(_root, pairs.AsSpan(0, 2 * added.Length), pairs.AsSpan(2 * added.Length), 0, elements, owner, ref isUnique);
        return isUnique ? new(root, Count + added.Length) : null;
    }

    /// <summary>The table without an element.</summary>
    /// <param name="id">Its identifier, which is in the table.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="owner">The writer.</param>
    public SlotTable<T> Remove(string id, int slot, object owner) => new(Remove(_root, id.GetHashCode(), slot, 0, owner), Count - 1);

    private static object Add(object? item, ReadOnlySpan<int> pair, int shift, object owner)
    {
        if (item is Branch branch)
        {
            var writable = branch.OwnedBy(owner);
            ref object? child = ref writable.Items[(pair[0] >>> shift) & Mask];
            child = Add(child, pair, shift + Bits, owner);
            return writable;
        }

        return ToItem([.. (int[]?)item ?? [], .. pair], shift, owner);
    }

    private static object? AddMany(object? item, Span<int> pairs, Span<int> room, int shift, in IntMap<T> elements, object owner, ref bool isUnique)
    {
        if (pairs.IsEmpty)
        {
            return item;
        }

        var branch = item as Branch;
        if (branch is null)
        {
            int[] before = (int[]?)item ?? [];
            if (shift >= HashBits || before.Length + pairs.Length <= 2 * LeafLimit)
            {
                int[] leaf = [.. before, .. pairs];
                isUnique &= !HasDuplicate(leaf, before.Length, elements);
                return leaf;
            }

            branch = new(owner);
            for (int i = 0; i < before.Length; i += 2)
            {
                ref object? child = ref branch.Items[(before[i] >>> shift) & Mask];
                child = ToItem([.. (int[]?)child ?? [], .. before.AsSpan(i, 2)], shift + Bits, owner);
            }
        }

        branch = branch.OwnedBy(owner);
        Span<int> ends = stackalloc int[1 << Bits];
        Divide(pairs, room, shift, ends);
        for (int i = 0, begin = 0; i < ends.Length; begin = ends[i++])
        {
            // Divided, they rest in what was room, and the other way round below.
            branch.Items[i] = AddMany(branch.Items[i], room[begin..ends[i]], pairs[begin..ends[i]], shift + Bits, elements, owner, ref isUnique);
        }

        return branch;
    }

    // Brings pairs together by their next branch, and says where those of each branch end.
    private static void Divide(ReadOnlySpan<int> pairs, Span<int> divided, int shift, Span<int> ends)
    {
        ends.Clear();
        for (int i = 0; i < pairs.Length; i += 2)
        {
            ends[(pairs[i] >>> shift) & Mask] += 2;
        }

        int end = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            (ends[i], end) = (end, end + ends[i]);
        }

        for (int i = 0; i < pairs.Length; i += 2)
        {
            ref int at = ref ends[(pairs[i] >>> shift) & Mask];
            divided[at] = pairs[i];
            divided[at + 1] = pairs[i + 1];
            at += 2;
        }
    }

    private static bool HasDuplicate(int[] leaf, int added, in IntMap<T> elements)
    {
        for (int i = added; i < leaf.Length; i += 2)
        {
            for (int j = 0; j < i; j += 2)
            {
                if (leaf[i] == leaf[j] && string.Equals(elements[leaf[i + 1]]!.Id, elements[leaf[j + 1]]!.Id, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // A leaf, divided if it is too large and hashes still tell entries apart.
    private static object ToItem(int[] leaf, int shift, object owner)
    {
        if (leaf.Length <= 2 * LeafLimit || shift >= HashBits)
        {
            return leaf;
        }

        var branch = new Branch(owner);
        for (int i = 0; i < leaf.Length; i += 2)
        {
            ref object? child = ref branch.Items[(leaf[i] >>> shift) & Mask];
            child = Add(child, leaf.AsSpan(i, 2), shift + Bits, owner);
        }

        return branch;
    }

    private static object? Remove(object? item, int hash, int slot, int shift, object owner)
    {
        if (item is Branch branch)
        {
            int index = (hash >>> shift) & Mask;
            object? child = Remove(branch.Items[index], hash, slot, shift + Bits, owner);
            if (child is null && branch.HoldsOnly(index))
            {
                return null;
            }

            var writable = branch.OwnedBy(owner);
            writable.Items[index] = child;
            return writable;
        }

        int[] leaf = (int[])item!;
        for (int i = 0; i < leaf.Length; i += 2)
        {
            if (leaf[i + 1] == slot)
            {
                return leaf.Length == 2 ? null : (int[])[.. leaf.AsSpan(0, i), .. leaf.AsSpan(i + 2)];
            }
        }

        return leaf;
    }

    private sealed class Branch(object owner)
    {
        public readonly object?[] Items = new object?[1 << Bits];
        private readonly object _owner = owner;

        public bool HoldsOnly(int index) =>
            !Items.AsSpan(0, index).ContainsAnyExcept((object?)null) && !Items.AsSpan(index + 1).ContainsAnyExcept((object?)null);

        public Branch OwnedBy(object owner)
        {
            if (ReferenceEquals(_owner, owner))
            {
                return this;
            }

            var copy = new Branch(owner);
            Items.CopyTo(copy.Items, 0);
            return copy;
        }
    }
}
