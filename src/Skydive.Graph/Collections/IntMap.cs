namespace Skydive.Graph.Collections;

/// <summary>
/// A persistent map from small non-negative integers to objects: a radix tree with 32 branches. Reading never locks; writing copies the path
/// unless the node was made by the same writer (the <c>owner</c>), so that a batch of writes copies each node once.
/// </summary>
/// <typeparam name="T">What is kept.</typeparam>
internal readonly struct IntMap<T>
    where T : class
{
    private const int Bits = 5;
    private const int Fanout = 1 << Bits;
    private const int Mask = Fanout - 1;

    private readonly Branch? _root;
    private readonly int _height;

    private IntMap(Branch? root, int height)
    {
        _root = root;
        _height = height;
    }

    /// <summary>What is kept at a key; null when nothing is.</summary>
    /// <param name="key">The key.</param>
    public T? this[int key]
    {
        get
        {
            var branch = _root;
            if (branch is null || (uint)key >> (_height * Bits) > Mask)
            {
                return null;
            }

            for (int shift = _height * Bits; shift > 0; shift -= Bits)
            {
                branch = (Branch?)branch!.Items[(key >> shift) & Mask];
                if (branch is null)
                {
                    return null;
                }
            }

            return (T?)branch!.Items[key & Mask];
        }
    }

    /// <summary>
    /// The map with an object kept at a key, or nothing there when it is null. Branches that became empty are given up, so that keys that
    /// count up for ever do not leave a growing empty tree behind them.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The object.</param>
    /// <param name="owner">The writer.</param>
    public IntMap<T> Set(int key, T? value, object owner)
    {
        if (value is null)
        {
            return this[key] is null ? this : new(Remove(_root!, _height * Bits, key, owner), _height);
        }

        var root = _root;
        int height = _height;
        while ((uint)key >> (height * Bits) > Mask)
        {
            if (root is not null)
            {
                var above = new Branch(owner);
                above.Items[0] = root;
                root = above;
            }

            height++;
        }

        return new(Set(root ?? new Branch(owner), height * Bits, key, value, owner), height);
    }

    /// <summary>The map with an object kept at each of the keys that follow each other.</summary>
    /// <param name="first">The first key; nothing is kept at the keys.</param>
    /// <param name="values">The objects.</param>
    /// <param name="owner">The writer.</param>
    public IntMap<T> SetRange(int first, ReadOnlySpan<T> values, object owner)
    {
        var map = this;
        for (int i = 0; i < values.Length;)
        {
            // The first of each leaf goes down the tree, and makes the leaf the writer's own.
            int key = first + i;
            map = map.Set(key, values[i], owner);
            object?[] leaf = map.Leaf(key);
            for (int index = key & Mask; index < Fanout && i < values.Length; index++)
            {
                leaf[index] = values[i++];
            }
        }

        return map;
    }

    /// <summary>Everything that is kept, in the order of the keys.</summary>
    public IEnumerable<T> Values() => _root is null ? [] : Values(_root, _height);

    private object?[] Leaf(int key)
    {
        var branch = _root!;
        for (int shift = _height * Bits; shift > 0; shift -= Bits)
        {
            branch = (Branch)branch.Items[(key >> shift) & Mask]!;
        }

        return branch.Items;
    }

    private static Branch Set(Branch branch, int shift, int key, T value, object owner)
    {
        var writable = branch.OwnedBy(owner);
        int index = (key >> shift) & Mask;
        writable.Items[index] = shift == 0 ? value : Set((Branch?)writable.Items[index] ?? new Branch(owner), shift - Bits, key, value, owner);
        return writable;
    }

    private static Branch? Remove(Branch branch, int shift, int key, object owner)
    {
        int index = (key >> shift) & Mask;
        object? replacement = shift == 0 ? null : Remove((Branch)branch.Items[index]!, shift - Bits, key, owner);
        if (replacement is null && branch.HoldsOnly(index))
        {
            return null;
        }

        var writable = branch.OwnedBy(owner);
        writable.Items[index] = replacement;
        return writable;
    }

    private static IEnumerable<T> Values(Branch root, int height)
    {
        var path = new Branch[height + 1];
        var index = new int[height + 1];
        path[0] = root;
        int level = 0;
        while (level >= 0)
        {
            if (index[level] == Fanout)
            {
                level--;
                continue;
            }

            object? item = path[level].Items[index[level]++];
            if (item is null)
            {
                continue;
            }

            if (level == height)
            {
                yield return (T)item;
            }
            else
            {
                level++;
                path[level] = (Branch)item;
                index[level] = 0;
            }
        }
    }

    private sealed class Branch(object owner)
    {
        public readonly object?[] Items = new object?[Fanout];
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
