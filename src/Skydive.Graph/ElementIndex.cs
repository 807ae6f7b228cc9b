using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;

namespace Skydive.Graph;

/// <summary>
/// Which elements hold which values at some top-level metadata keys. Immutable: an update gives a new index that shares what did not change.
/// A list is indexed by each of its elements, and not as a whole; maps are not indexed.
/// </summary>
internal readonly struct ElementIndex
{
    private readonly string[] _keys;
    private readonly HashTrie<MetadataValue, IntSet>[] _tries;

    // The writer that made the array, and may write to it.
    private readonly object? _owner;

    public ElementIndex(string[] keys)
        : this(keys, new HashTrie<MetadataValue, IntSet>[keys.Length], null)
    {
    }

    private ElementIndex(string[] keys, HashTrie<MetadataValue, IntSet>[] tries, object? owner)
    {
        _keys = keys;
        _tries = tries;
        _owner = owner;
    }

    /// <summary>The index after an element's metadata changed.</summary>
    public ElementIndex Update(int slot, MetadataMap before, MetadataMap after, object owner)
    {
        var tries = _tries;
        bool isOwned = ReferenceEquals(_owner, owner);
        for (int i = 0; i < _keys.Length; i++)
        {
            bool had = before.TryGetValue(_keys[i], out var old);
            bool has = after.TryGetValue(_keys[i], out var value);
            if (had == has && old.Equals(value))
            {
                continue;
            }

            if (!isOwned)
            {
                tries = (HashTrie<MetadataValue, IntSet>[])_tries.Clone();
                isOwned = true;
            }

            if (had)
            {
                tries[i] = Remove(tries[i], old, slot, owner);
            }

            if (has)
            {
                tries[i] = Add(tries[i], value, slot, owner);
            }
        }

        return isOwned ? new(_keys, tries, owner) : this;
    }

    /// <summary>The index after elements were added.</summary>
    /// <param name="first">Slot of the first; the others follow it.</param>
    /// <param name="elements">The elements.</param>
    /// <param name="owner">The writer.</param>
    public ElementIndex AddMany(int first, GraphElement[] elements, object owner)
    {
        var (keys, tries) = (_keys, (HashTrie<MetadataValue, IntSet>[])_tries.Clone());
        Together.For(keys.Length, elements.Length, key =>
        {
            var groups = new ValueGroups();
            for (int i = 0; i < elements.Length; i++)
            {
                if (elements[i].Metadata.TryGetValue(keys[key], out var value))
                {
                    Collect(groups, value, first + i);
                }
            }

            tries[key] = tries[key].SetMany(groups.AddTo(tries[key], owner), owner);
        });
        return new(keys, tries, owner);
    }

    /// <summary>
    /// The smallest set that surely holds every element that meets the condition; null when no index helps. What is in it still has to be
    /// checked against the whole condition.
    /// </summary>
    public IReadOnlyList<IntSet>? FindCandidates(Filter filter)
    {
        switch (filter)
        {
            case EqualFilter equal when IsIndexed(equal.Value) && IndexOf(equal.Path.Text) is >= 0 and int i:
                return [_tries[i].TryGetValue(equal.Value, out var members) ? members : IntSet.Empty];
            case WithinFilter within when within.Values.All(IsIndexed) && IndexOf(within.Path.Text) is >= 0 and int i:
                var trie = _tries[i];
                return [.. within.Values.Distinct().Select(value => trie.TryGetValue(value, out var set) ? set : IntSet.Empty)];
            case AllFilter all:
                IReadOnlyList<IntSet>? best = null;
                int bestCount = int.MaxValue;
                foreach (var part in all.Filters)
                {
                    if (FindCandidates(part) is { } candidates && candidates.Sum(static set => set.Count) is int count && count < bestCount)
                    {
                        best = candidates;
                        bestCount = count;
                    }
                }

                return best;
            case AnyFilter { Filters.Count: > 0 } any:
                var union = new List<IntSet>();
                foreach (var part in any.Filters)
                {
                    if (FindCandidates(part) is not { } candidates)
                    {
                        return null;
                    }

                    union.AddRange(candidates);
                }

                return union;
            default:
                return null;
        }
    }

    /// <summary>
    /// Sets that together hold the elements that meet the condition, all of them and no others; null when the index cannot answer it alone.
    /// </summary>
    /// <remarks>An element is in the set of each value that it has or has in a list, which is just what these conditions ask for.</remarks>
    public IntSet[]? FindExact(Filter filter)
    {
        switch (filter)
        {
            case EqualFilter or WithinFilter:
                return FindCandidates(filter) is { } candidates ? [.. candidates] : null;
            case AllFilter { Filters: [var only] }:
                return FindExact(only);
            case AnyFilter { Filters.Count: > 0 } any:
                var union = new List<IntSet>();
                foreach (var part in any.Filters)
                {
                    if (FindExact(part) is not { } exact)
                    {
                        return null;
                    }

                    union.AddRange(exact);
                }

                return [.. union];
            default:
                return null;
        }
    }

    /// <summary>The values at an indexed key with the number of elements that hold them; null when the key is not indexed.</summary>
    public IEnumerable<KeyValuePair<MetadataValue, int>>? CountValues(string key) =>
        IndexOf(key) is >= 0 and int i ? _tries[i].Entries().Select(static entry => KeyValuePair.Create(entry.Key, entry.Value.Count)) : null;

    private static void Collect(ValueGroups members, MetadataValue value, int slot)
    {
        if (value.Kind == MetadataKind.List)
        {
            foreach (var element in value.Elements)
            {
                Collect(members, element, slot);
            }
        }
        else if (IsIndexed(value))
        {
            members.Add(value, slot);
        }
    }

    private static HashTrie<MetadataValue, IntSet> Add(HashTrie<MetadataValue, IntSet> trie, MetadataValue value, int slot, object owner)
    {
        if (value.Kind == MetadataKind.List)
        {
            foreach (var element in value.Elements)
            {
                trie = Add(trie, element, slot, owner);
            }

            return trie;
        }

        if (!IsIndexed(value))
        {
            return trie;
        }

        trie.TryGetValue(value, out var members);
        var added = members.Add(slot, owner);
        return added.IsSame(members) ? trie : trie.Set(value, added, owner);
    }

    private static HashTrie<MetadataValue, IntSet> Remove(HashTrie<MetadataValue, IntSet> trie, MetadataValue value, int slot, object owner)
    {
        if (value.Kind == MetadataKind.List)
        {
            foreach (var element in value.Elements)
            {
                trie = Remove(trie, element, slot, owner);
            }

            return trie;
        }

        if (!trie.TryGetValue(value, out var members))
        {
            return trie;
        }

        var left = members.Remove(slot, owner);
        return left.Count == 0 ? trie.Remove(value, owner) : left.IsSame(members) ? trie : trie.Set(value, left, owner);
    }

    // Lists are looked for element by element; maps are seldom asked for and cost much to compare.
    private static bool IsIndexed(MetadataValue value) => value.Kind is not (MetadataKind.List or MetadataKind.Map);

    private int IndexOf(string key) => Array.IndexOf(_keys, key);
}
