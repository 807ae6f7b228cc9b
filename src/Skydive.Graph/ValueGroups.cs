using System.Runtime.InteropServices;
using Skydive.Contracts.Metadata;
using Skydive.Graph.Collections;

namespace Skydive.Graph;

/// <summary>Collects which of many elements, given in the order of their slots, hold which values at one key.</summary>
internal sealed class ValueGroups
{
    private readonly Dictionary<MetadataValue, int> _groups = [];
    private readonly List<MetadataValue> _values = [];
    private readonly List<int> _counts = [];

    // The slots as they came, each with its group.
    private readonly List<(int Group, int Slot)> _members = [];

    /// <summary>Adds an element to those that hold a value.</summary>
    public void Add(MetadataValue value, int slot)
    {
        ref int group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, value, out bool exists);
        if (!exists)
        {
            group = _values.Count;
            _values.Add(value);
            _counts.Add(0);
        }

        _counts[group]++;
        _members.Add((group, slot));
    }

    /// <summary>The sets of elements by value: those that were collected, and those that an index has already.</summary>
    /// <param name="index">The index.</param>
    /// <param name="owner">The writer.</param>
    public KeyValuePair<MetadataValue, IntSet>[] AddTo(HashTrie<MetadataValue, IntSet> index, object owner)
    {
        // Brought together by group, in each of which they stay in ascending order.
        int[] slots = new int[_members.Count];
        int[] ends = new int[_values.Count];
        for (int i = 1; i < ends.Length; i++)
        {
            ends[i] = ends[i - 1] + _counts[i - 1];
        }

        foreach (var (group, slot) in _members)
        {
            slots[ends[group]++] = slot;
        }

        var sets = new KeyValuePair<MetadataValue, IntSet>[_values.Count];
        for (int i = 0; i < sets.Length; i++)
        {
            index.TryGetValue(_values[i], out var members);
            sets[i] = new(_values[i], members.AddMany(Distinct(slots.AsSpan(ends[i] - _counts[i], _counts[i])), owner));
        }

        return sets;
    }

    // A list may hold a value twice.
    private static ReadOnlySpan<int> Distinct(Span<int> slots)
    {
        int count = 0;
        foreach (int slot in slots)
        {
            if (count == 0 || slots[count - 1] != slot)
            {
                slots[count++] = slot;
            }
        }

        return slots[..count];
    }
}
