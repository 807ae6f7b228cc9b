using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Skydive.Graph.Collections;

/// <summary>
/// A persistent hash map: a trie with 32 branches over the bits of the hash. Reading never locks; writing copies the path unless the node was
/// made by the same writer (the <c>owner</c>).
/// </summary>
/// <typeparam name="TKey">Keys.</typeparam>
/// <typeparam name="TValue">Values.</typeparam>
internal readonly struct HashTrie<TKey, TValue>
    where TKey : notnull, IEquatable<TKey>
{
    private const int Bits = 5;
    private const int Mask = (1 << Bits) - 1;

    private readonly Branch? _root;

    private HashTrie(Branch? root, int count)
    {
        _root = root;
        Count = count;
    }

    /// <summary>How many keys there are.</summary>
    public int Count { get; }

    /// <summary>Finds the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the key is not there.</returns>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        int hash = key.GetHashCode();
        var branch = _root;
        for (int shift = 0; branch is not null; shift += Bits)
        {
            uint bit = 1u << ((hash >>> shift) & Mask);
            if ((branch.Bitmap & bit) == 0)
            {
                break;
            }

            object item = branch.Items[branch.IndexOf(bit)];
            if (item is Branch inner)
            {
                branch = inner;
                continue;
            }

            for (var entry = (Entry?)item; entry is not null; entry = entry.Next)
            {
                if (entry.Hash == hash && entry.Key.Equals(key))
                {
                    value = entry.Value;
                    return true;
                }
            }

            break;
        }

        value = default;
        return false;
    }

    /// <summary>The map with a value at a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="owner">The writer.</param>
    public HashTrie<TKey, TValue> Set(TKey key, TValue value, object owner)
    {
        bool added = true;
        var root = Set(_root ?? new Branch(owner, 0, []), 0, new Entry(key.GetHashCode(), key, value, null), owner, ref added);
        return new(root, Count + (added ? 1 : 0));
    }

    /// <summary>The map with many keys set at once: each branch is made once, in the size that it will have.</summary>
    /// <param name="entries">Keys, each of which comes once, and their values.</param>
    /// <param name="owner">The writer.</param>
    public HashTrie<TKey, TValue> SetMany(ReadOnlySpan<KeyValuePair<TKey, TValue>> entries, object owner)
    {
        if (entries.IsEmpty)
        {
            return this;
        }

        // Hashes are sorted rather than entries, which rest all over the memory.
        var items = new Hashed[entries.Length * 2];
        for (int i = 0; i < entries.Length; i++)
        {
            items[i] = new(entries[i].Key.GetHashCode(), i);
        }

        var batch = new Batch(entries, owner);
        var root = batch.AddTo(_root ?? new Branch(owner, 0, []), items.AsSpan(0, entries.Length), items.AsSpan(entries.Length, entries.Length), 0);
        return new(root, Count + batch.Added);
    }

    /// <summary>The map without a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="owner">The writer.</param>
    public HashTrie<TKey, TValue> Remove(TKey key, object owner)
    {
        if (_root is null || !TryGetValue(key, out _))
        {
            return this;
        }

        return new(Remove(_root, 0, key.GetHashCode(), key, owner), Count - 1);
    }

    /// <summary>Keys and values, in an order that depends on their hashes.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries()
    {
        if (_root is null)
        {
            yield break;
        }

        var stack = new Stack<object>();
        stack.Push(_root);
        while (stack.TryPop(out object? item))
        {
            if (item is Branch branch)
            {
                foreach (object inner in branch.Items)
                {
                    stack.Push(inner);
                }
            }
            else
            {
                for (var entry = (Entry?)item; entry is not null; entry = entry.Next)
                {
                    yield return new(entry.Key, entry.Value);
                }
            }
        }
    }

    private static Branch Set(Branch branch, int shift, Entry added, object owner, ref bool isNew)
    {
        uint bit = 1u << ((added.Hash >>> shift) & Mask);
        int index = branch.IndexOf(bit);
        if ((branch.Bitmap & bit) == 0)
        {
            return branch.Insert(index, bit, added, owner);
        }

        object item = branch.Items[index];
        object replacement;
        if (item is Branch inner)
        {
            replacement = Set(inner, shift + Bits, added, owner, ref isNew);
            if (ReferenceEquals(replacement, inner))
            {
                return branch;
            }
        }
        else
        {
            var entry = (Entry)item;
            if (entry.Hash == added.Hash)
            {
                replacement = entry.With(added, ref isNew);
            }
            else
            {
                replacement = Split(entry, added, shift + Bits, owner);
            }
        }

        return branch.Replace(index, replacement, owner);
    }

    private static Branch Split(Entry left, Entry right, int shift, object owner)
    {
        uint leftBit = 1u << ((left.Hash >>> shift) & Mask);
        uint rightBit = 1u << ((right.Hash >>> shift) & Mask);
        if (leftBit == rightBit)
        {
            return new(owner, leftBit, [Split(left, right, shift + Bits, owner)]);
        }

        return new(owner, leftBit | rightBit, leftBit < rightBit ? [left, right] : [right, left]);
    }

    private static Branch? Remove(Branch branch, int shift, int hash, TKey key, object owner)
    {
        uint bit = 1u << ((hash >>> shift) & Mask);
        int index = branch.IndexOf(bit);
        object? replacement = branch.Items[index] is Branch inner
            ? Remove(inner, shift + Bits, hash, key, owner)
            : ((Entry)branch.Items[index]).Without(key);
        if (replacement is not null)
        {
            return branch.Replace(index, replacement, owner);
        }

        return branch.Items.Length == 1 ? null : new(owner, branch.Bitmap & ~bit, [.. branch.Items[..index], .. branch.Items[(index + 1)..]]);
    }

    /// <summary>The hash of one of many keys, and which of them it is.</summary>
    private readonly record struct Hashed(int Hash, int Index);

    /// <summary>Many keys on their way into the trie.</summary>
    private ref struct Batch(ReadOnlySpan<KeyValuePair<TKey, TValue>> entries, object owner)
    {
        private readonly ReadOnlySpan<KeyValuePair<TKey, TValue>> _entries = entries;

        /// <summary>How many keys were not there before.</summary>
        public int Added { get; private set; }

        /// <summary>Adds to a branch the keys that belong below it.</summary>
        /// <param name="branch">The branch.</param>
        /// <param name="items">The keys, in any order.</param>
        /// <param name="scratch">As much room.</param>
        /// <param name="shift">Which bits of the hash the branch looks at.</param>
        /// <returns>The branch, or the one in its place.</returns>
        public Branch AddTo(Branch branch, Span<Hashed> items, Span<Hashed> scratch, int shift)
        {
            Span<int> ends = stackalloc int[1 << Bits];
            uint bitmap = branch.Bitmap | Divide(items, scratch, shift, ends);
            var children = new object[BitOperations.PopCount(bitmap)];
            int child = 0, begin = 0;
            for (int i = 0; i < ends.Length; i++)
            {
                uint bit = 1u << i;
                if ((bitmap & bit) == 0)
                {
                    continue;
                }

                object? before = (branch.Bitmap & bit) == 0 ? null : branch.Items[branch.IndexOf(bit)];

                // Divided, they rest in what was room, and the other way round below.
                children[child++] = begin == ends[i] ? before! : Add(before, scratch[begin..ends[i]], items[begin..ends[i]], shift + Bits);
                begin = ends[i];
            }

            return branch.With(bitmap, children, owner);
        }

        /// <summary>Puts keys into the order of the branches below, and tells where those of each end.</summary>
        private static uint Divide(ReadOnlySpan<Hashed> items, Span<Hashed> divided, int shift, Span<int> ends)
        {
            ends.Clear();
            uint bitmap = 0;
            foreach (var item in items)
            {
                int branch = (item.Hash >>> shift) & Mask;
                bitmap |= 1u << branch;
                ends[branch]++;
            }

            int end = 0;
            for (int i = 0; i < ends.Length; i++)
            {
                (ends[i], end) = (end, end + ends[i]);
            }

            foreach (var item in items)
            {
                divided[ends[(item.Hash >>> shift) & Mask]++] = item;
            }

            return bitmap;
        }

        private object Add(object? before, Span<Hashed> items, Span<Hashed> scratch, int shift)
        {
            if (before is Branch branch)
            {
                return AddTo(branch, items, scratch, shift);
            }

            var entry = (Entry?)before;
            int hash = entry?.Hash ?? items[0].Hash;
            foreach (var item in items)
            {
                if (item.Hash != hash)
                {
                    return AddTo(entry is null ? new(owner, 0, []) : new(owner, 1u << ((hash >>> shift) & Mask), [entry]), items, scratch, shift);
                }
            }

            foreach (var item in items)
            {
                bool isNew = true;
                var added = new Entry(hash, _entries[item.Index].Key, _entries[item.Index].Value, null);
                entry = entry?.With(added, ref isNew) ?? added;
                Added += isNew ? 1 : 0;
            }

            return entry!;
        }
    }

    private sealed class Branch(object owner, uint bitmap, object[] items)
    {
        public uint Bitmap = bitmap;
        public object[] Items = items;
        private readonly object _owner = owner;

        public int IndexOf(uint bit) => BitOperations.PopCount(Bitmap & (bit - 1));

        public Branch Insert(int index, uint bit, object item, object owner)
        {
            object[] items = new object[Items.Length + 1];
            Array.Copy(Items, items, index);
            items[index] = item;
            Array.Copy(Items, index, items, index + 1, Items.Length - index);
            if (!ReferenceEquals(_owner, owner))
            {
                return new(owner, Bitmap | bit, items);
            }

            Bitmap |= bit;
            Items = items;
            return this;
        }

        public Branch With(uint bitmap, object[] items, object owner)
        {
            if (!ReferenceEquals(_owner, owner))
            {
                return new(owner, bitmap, items);
            }

            Bitmap = bitmap;
            Items = items;
            return this;
        }

        public Branch Replace(int index, object item, object owner)
        {
            if (ReferenceEquals(_owner, owner))
            {
                Items[index] = item;
                return this;
            }

            object[] items = (object[])Items.Clone();
            items[index] = item;
            return new(owner, Bitmap, items);
        }
    }

    /// <summary>A key with its value; keys with one hash form a list.</summary>
    private sealed class Entry(int hash, TKey key, TValue value, Entry? next)
    {
        public readonly int Hash = hash;
        public readonly TKey Key = key;
        public readonly TValue Value = value;
        public readonly Entry? Next = next;

        public Entry With(Entry added, ref bool isNew)
        {
            isNew = true;
            Entry? list = added;
            for (var entry = this; entry is not null; entry = entry.Next)
            {
                if (entry.Key.Equals(added.Key))
                {
                    isNew = false;
                }
                else
                {
                    list = new Entry(added.Hash, entry.Key, entry.Value, list);
                }
            }

            return list;
        }

        public Entry? Without(TKey key)
        {
            Entry? list = null;
            for (var entry = this; entry is not null; entry = entry.Next)
            {
                if (!entry.Key.Equals(key))
                {
                    list = new Entry(entry.Hash, entry.Key, entry.Value, list);
                }
            }

            return list;
        }
    }
}
