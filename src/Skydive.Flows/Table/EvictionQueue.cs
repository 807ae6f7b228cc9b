namespace Skydive.Flows.Table;

/// <summary>
/// Finds the least recently updated flow of a full table without a list that every packet would have to keep in order: once in a while it
/// notes the oldest 1/64 of the flows in order, and gives them one by one as long as they have not been updated since. Any flow that is not
/// noted was updated later than all that are, so the answer is exact; the cost for each is that of scanning 64 entries.
/// </summary>
internal sealed class EvictionQueue
{
    private const int Fraction = 64;

    private readonly Random _random = new();
    private Candidate[] _candidates = [];
    private int _next;
    private int _count;

    /// <summary>Gives the least recently updated flow.</summary>
    /// <param name="storage">The flows; at least one.</param>
    public uint Next(FlowStorage storage)
    {
        while (true)
        {
            for (; _next < _count; _next++)
            {
                if (IsCurrent(storage, _candidates[_next]))
                {
                    return _candidates[_next++].Entry;
                }
            }

            Refill(storage);
        }
    }

    /// <summary>Forgets the flows that were noted, after entries have moved.</summary>
    public void Clear()
    {
        _next = 0;
        _count = 0;
        _candidates = [];
    }

    private static unsafe bool IsCurrent(FlowStorage storage, Candidate candidate)
    {
        FlowHot* hot = storage.Hot(candidate.Entry);
        return (hot->State & FlowState.Live) != 0 && hot->LastNanoseconds == candidate.LastNanoseconds;
    }

    private unsafe void Refill(FlowStorage storage)
    {
        if (_candidates.Length < storage.Count)
        {
            _candidates = GC.AllocateUninitializedArray<Candidate>(storage.Count);
        }

        int all = 0;
        for (uint entry = 0; entry < storage.End; entry++)
        {
            FlowHot* hot = storage.Hot(entry);
            if ((hot->State & FlowState.Live) != 0)
            {
                _candidates[all++] = new Candidate(hot->LastNanoseconds, entry);
            }
        }

        _count = Math.Max(1, all / Fraction);
        Select(_candidates.AsSpan(0, all), _count);
        _candidates.AsSpan(0, _count).Sort();
        _next = 0;
    }

    // Hoare's selection: afterwards the smallest ones stand in front, in no particular order. The pivots are random, so that timestamps
    // cannot be chosen to make it slow.
    private void Select(Span<Candidate> span, int count)
    {
        while (span.Length > 1 && count > 0 && count < span.Length)
        {
            Candidate pivot = span[_random.Next(span.Length)];
            int left = 0;
            int right = span.Length - 1;
            while (left <= right)
            {
                while (span[left].CompareTo(pivot) < 0)
                {
                    left++;
                }

                while (span[right].CompareTo(pivot) > 0)
                {
                    right--;
                }

                if (left <= right)
                {
                    (span[left], span[right]) = (span[right], span[left]);
                    left++;
                    right--;
                }
            }

            if (count <= right + 1)
            {
                span = span[..(right + 1)];
            }
            else if (count > left)
            {
                span = span[left..];
                count -= left;
            }
            else
            {
                return;
            }
        }
    }

    private readonly record struct Candidate(long LastNanoseconds, uint Entry) : IComparable<Candidate>
    {
        public int CompareTo(Candidate other)
        {
            int order = LastNanoseconds.CompareTo(other.LastNanoseconds);
            return order != 0 ? order : Entry.CompareTo(other.Entry);
        }
    }
}
