using System.Runtime.InteropServices;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Graph.Collections;

namespace Skydive.Graph.Reading;

/// <summary>
/// A filter over the elements of one state, divided into what the index answers by itself and what the elements have to be asked for. Immutable.
/// </summary>
/// <typeparam name="T">Nodes or edges.</typeparam>
internal sealed class SlotFilter<T>
    where T : class, IFieldSource
{
    private readonly IntMap<T> _elements;
    private readonly List<SlotCondition> _conditions = [];
    private readonly List<Filter> _rest = [];

    /// <summary>Divides a filter.</summary>
    /// <param name="elements">The elements.</param>
    /// <param name="index">Their index.</param>
    /// <param name="filter">The filter; null for none.</param>
    public SlotFilter(IntMap<T> elements, ElementIndex index, Filter? filter)
    {
        _elements = elements;
        Add(index, filter);

        // The smallest comes first: it is the one to start from, and the one that says no most often.
        _conditions.Sort(static (left, right) => Rank(left).CompareTo(Rank(right)));
    }

    /// <summary>Whether every element passes.</summary>
    public bool IsEmpty => _conditions.Count == 0 && _rest.Count == 0;

    /// <summary>Whether the index alone answers all of it.</summary>
    public bool IsExact => _rest.Count == 0;

    /// <summary>The condition whose slots hold all that pass; null when there is none and all elements have to be looked at.</summary>
    public SlotCondition? Start => _conditions is [{ IsNegated: false } first, ..] ? first : null;

    /// <summary>The conditions that the index answers, but for <see cref="Start"/>.</summary>
    public ReadOnlySpan<SlotCondition> Others => CollectionsMarshal.AsSpan(_conditions)[(Start is null ? 0 : 1)..];

    /// <summary>How many elements pass; -1 when that takes looking at them.</summary>
    public int KnownCount => Start is { Sets: [var only] } && IsExact && _conditions.Count == 1 ? only.Count : -1;

    /// <summary>Whether the element at a slot, which holds one, passes.</summary>
    public bool Matches(int slot) => MatchesIndex(slot) && MatchesRest(slot);

    /// <summary>Whether the element at a slot passes what the index answers.</summary>
    public bool MatchesIndex(int slot)
    {
        foreach (var condition in CollectionsMarshal.AsSpan(_conditions))
        {
            if (!condition.Matches(slot))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the element at a slot passes what the index does not answer.</summary>
    public bool MatchesRest(int slot)
    {
        if (_rest.Count == 0)
        {
            return true;
        }

        return _elements[slot] is { } element && MatchesRest(element);
    }

    /// <summary>Whether an element passes what the index does not answer.</summary>
    public bool MatchesRest(T element)
    {
        foreach (var filter in _rest)
        {
            if (!filter.Matches(element))
            {
                return false;
            }
        }

        return true;
    }

    private static long Rank(SlotCondition condition) => condition.IsNegated ? (1L << 32) - condition.Count : condition.Count;

    private void Add(ElementIndex index, Filter? filter)
    {
        switch (filter)
        {
            case null:
                break;
            case AllFilter all:
                foreach (var part in all.Filters)
                {
                    Add(index, part);
                }

                break;
            case NotFilter { Filter: var inner } when index.FindExact(inner) is { } sets:
                _conditions.Add(new(sets, true));
                break;
            default:
                if (index.FindExact(filter) is { } exact)
                {
                    _conditions.Add(new(exact, false));
                    break;
                }

                _rest.Add(filter);
                if (index.FindCandidates(filter) is { } candidates)
                {
                    _conditions.Add(new([.. candidates], false));
                }

                break;
        }
    }
}
