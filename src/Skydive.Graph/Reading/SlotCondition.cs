using Skydive.Graph.Collections;

namespace Skydive.Graph.Reading;

/// <summary>A condition that an index answers: a slot is in one of some sets, or in none of them.</summary>
/// <param name="Sets">The sets.</param>
/// <param name="IsNegated">Whether it must be in none of them.</param>
internal readonly record struct SlotCondition(IntSet[] Sets, bool IsNegated)
{
    /// <summary>How many slots are in the sets, those in several counted several times.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (var set in Sets)
            {
                count += set.Count;
            }

            return count;
        }
    }

    /// <summary>Whether a slot meets the condition.</summary>
    public bool Matches(int slot)
    {
        foreach (var set in Sets)
        {
            if (set.Contains(slot))
            {
                return !IsNegated;
            }
        }

        return IsNegated;
    }
}
