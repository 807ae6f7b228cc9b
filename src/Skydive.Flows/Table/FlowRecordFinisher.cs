using System.Numerics;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;

namespace Skydive.Flows.Table;

/// <summary>
/// De-duplicates, orders and cuts copied flows: the same as <see cref="FlowSearchExtensions.Finish"/>, as a test holds, but wire records are made
/// of what is left only.
/// </summary>
internal static class FlowRecordFinisher
{
    // Below this share of all it is cheaper to keep the first ones than to sort all.
    private const int SelectBelow = 8;

    public static IReadOnlyList<Flow> Finish(FlowSearch search, FlowRecordBlocks records, FlowOrigin origin)
    {
        var order = new int[records.Count];
        var keys = new StartKey[records.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = new StartKey(records[i].StartMilliseconds, records[i].Hot.Uuid);
        }

        Array.Sort(keys, order);
        if (search.DeduplicateBy is { } field)
        {
            order = Deduplicate(order, records, FieldPath.Parse(field), origin);
        }

        int skip = Math.Min(Math.Max(0, search.Skip), order.Length);
        int take = Math.Min(search.Limit ?? int.MaxValue, order.Length - skip);
        take = Math.Max(0, take);
        if (search.SortBy is { } sortKey)
        {
            order = Sort(order, records, FieldPath.Parse(sortKey), search.Descending, skip + take, origin);
        }

        return new FlowRecordList(records, skip == 0 && take == order.Length ? order : order[skip..(skip + take)], origin);
    }

    private static int[] Deduplicate(int[] order, FlowRecordBlocks records, FieldPath path, FlowOrigin origin)
    {
        var seen = new HashSet<MetadataValue>();
        var view = new FlowRecordView(origin);
        int kept = 0;
        foreach (int index in order)
        {
            view.TurnTo(in records[index]);
            if (!view.TryGetField(path, out MetadataValue value) || seen.Add(value))
            {
                order[kept++] = index;
            }
        }

        return order[..kept];
    }

    // Flows of equal value, and those that lack the field at the end, stay in the order that they have.
    private static int[] Sort(int[] order, FlowRecordBlocks records, FieldPath path, bool isDescending, int count, FlowOrigin origin)
    {
        var view = new FlowRecordView(origin);
        var present = new List<SortKey>(order.Length);
        var absent = new List<int>();
        for (int place = 0; place < order.Length; place++)
        {
            view.TurnTo(in records[order[place]]);
            if (view.TryGetField(path, out MetadataValue value))
            {
                present.Add(new SortKey(value, place));
            }
            else
            {
                absent.Add(order[place]);
            }
        }

        var comparer = new SortKeyComparer(isDescending);
        if (count < present.Count / SelectBelow)
        {
            present = Select(present, count, comparer);
        }

        present.Sort(comparer);
        return [.. present.Select(key => order[key.Place]), .. absent];
    }

    private static List<SortKey> Select(List<SortKey> keys, int count, SortKeyComparer comparer)
    {
        // The last of those that are kept stands in front, to be replaced.
        var kept = new PriorityQueue<SortKey, SortKey>(Comparer<SortKey>.Create((left, right) => comparer.Compare(right, left)));
        foreach (SortKey key in keys)
        {
            if (kept.Count < count)
            {
                kept.Enqueue(key, key);
            }
            else if (count > 0 && comparer.Compare(key, kept.Peek()) < 0)
            {
                kept.DequeueEnqueue(key, key);
            }
        }

        return [.. kept.UnorderedItems.Select(static item => item.Element)];
    }

    /// <summary>Orders by Start, then by the UUID's text.</summary>
    private readonly struct StartKey(long start, ulong uuid) : IComparable<StartKey>
    {
        private readonly long _start = start;

        // Texts without leading zeros compare as their digits do when these stand left-aligned; a text that is a part of another comes first.
        private readonly ulong _digits = uuid << (BitOperations.LeadingZeroCount(uuid) & ~3);
        private readonly int _length = BitOperations.LeadingZeroCount(uuid) / -4;

        public int CompareTo(StartKey other)
        {
            int order = _start.CompareTo(other._start);
            order = order != 0 ? order : _digits.CompareTo(other._digits);
            return order != 0 ? order : _length.CompareTo(other._length);
        }
    }

    private readonly record struct SortKey(MetadataValue Value, int Place);

    private sealed class SortKeyComparer(bool isDescending) : IComparer<SortKey>
    {
        public int Compare(SortKey left, SortKey right)
        {
            int order = MetadataOrder.Instance.Compare(left.Value, right.Value);
            return order == 0 ? left.Place.CompareTo(right.Place) : isDescending ? -order : order;
        }
    }
}
