using Skydive.Graph.Collections;

namespace Skydive.Graph.Reading;

/// <summary>A condition that an index answers: a slot is in one of some sets, or in none of them. Safe for use by several threads at once.</summary>
/// <param name="sets">The sets.</param>
/// <param name="isNegated">Whether it must be in none of them.</param>
internal sealed class SlotCondition(IntSet[] sets, bool isNegated)
{
    /// <summary>After so many questions a table of the pages, which answers faster than the tree, is worth its making.</summary>
    private const int QuestionsBeforeTable = 512;

    private ulong[]?[]? _table;
    private int _questions;

    /// <summary>The sets.</summary>
    public IntSet[] Sets => sets;

    /// <summary>Whether a slot must be in none of them.</summary>
    public bool IsNegated => isNegated;

    /// <summary>How many slots are in the sets, those in several counted several times.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (var set in sets)
            {
                count += set.Count;
            }

            return count;
        }
    }

    /// <summary>Whether a slot meets the condition.</summary>
    public bool Matches(int slot)
    {
        if (_table is { } table)
        {
            int key = slot >> IntSet.PageBits;
            bool isMember = key < table.Length && table[key] is { } words && ((words[(slot >> 6) & (IntSet.PageWords - 1)] >> (slot & 63)) & 1) != 0;
            return isMember != isNegated;
        }

        // Counting is not exact when several threads ask, and need not be.
        if (++_questions == QuestionsBeforeTable && sets is [{ SmallMembers: null }])
        {
            _table = MakeTable(sets[0]);
        }

        foreach (var set in sets)
        {
            if (set.Contains(slot))
            {
                return !isNegated;
            }
        }

        return isNegated;
    }

    private static ulong[]?[] MakeTable(IntSet set)
    {
        var pages = set.MemberPages().ToArray();
        var table = new ulong[]?[pages[^1].Key + 1];
        foreach (var page in pages)
        {
            table[page.Key] = page.Words;
        }

        return table;
    }
}
