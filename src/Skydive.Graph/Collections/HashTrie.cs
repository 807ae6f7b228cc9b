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
