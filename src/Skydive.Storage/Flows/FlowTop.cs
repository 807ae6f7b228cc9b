using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Flows;

/// <summary>The first flows in an order, found without making the others.</summary>
/// <param name="search">The search, with an order and a limit.</param>
/// <param name="count">How many flows.</param>
internal sealed class FlowTop(FlowSearch search, int count)
{
    /// <summary>With more it is not worth it.</summary>
    private const int MaximumCount = 10_000;

    private readonly FieldPath _path = FieldPath.Parse(search.SortBy!);
    private readonly List<Candidate> _candidates = [];
    private Candidate? _worst;

    /// <summary>Starts looking for the first flows of a search.</summary>
    /// <param name="search">The search.</param>
    /// <returns>Null when the search has no order or limit, or wants something that has to be known of all flows.</returns>
    public static FlowTop? For(FlowSearch search) =>
        search is { SortBy: not null, DeduplicateBy: null, Limit: { } limit } && (long)limit + search.Skip <= MaximumCount
            ? new(search, limit + search.Skip)
            : null;

    /// <summary>Takes a flow that meets the search.</summary>
    /// <param name="chunk">The chunk that it is in.</param>
    /// <param name="row">A row on it.</param>
    public void Add(long chunk, FlowChunkCursor row)
    {
        row.TryGetField(_path, out var value);
        var candidate = new Candidate(value, row.Start, row.Uuid, chunk, row.Row);
        if (_worst is { } worst && Compare(candidate, worst) >= 0)
        {
            return;
        }

        _candidates.Add(candidate);
        if (_candidates.Count >= (2 * count) + 1000)
        {
            Shrink();
        }
    }

    /// <summary>The flows.</summary>
    /// <param name="open">Opens a chunk.</param>
    public IEnumerable<Flow> Read(Func<long, FlowChunkReader> open)
    {
        Shrink();
        foreach (var chunk in _candidates.GroupBy(static candidate => candidate.Chunk))
        {
            var row = new FlowChunkCursor(open(chunk.Key));
            foreach (var candidate in chunk)
            {
                row.Row = candidate.Row;
                yield return row.Read();
            }
        }
    }

    private void Shrink()
    {
        _candidates.Sort(Compare);
        if (_candidates.Count > count)
        {
            _candidates.RemoveRange(count, _candidates.Count - count);
            _worst = count > 0 ? _candidates[^1] : new(default, long.MinValue, string.Empty, 0, 0);
        }
    }

    /// <summary>As <see cref="FlowSearchExtensions.Finish"/> orders: what lacks the field comes last, what is alike in order of Start and UUID.</summary>
    private int Compare(Candidate left, Candidate right)
    {
        int order = left.Value.IsNull.CompareTo(right.Value.IsNull);
        if (order == 0)
        {
            order = search.Descending ? MetadataOrder.Instance.Compare(right.Value, left.Value) : MetadataOrder.Instance.Compare(left.Value, right.Value);
        }

        order = order != 0 ? order : left.Start.CompareTo(right.Start);
        return order != 0 ? order : string.CompareOrdinal(left.Uuid, right.Uuid);
    }

    private readonly record struct Candidate(MetadataValue Value, long Start, string Uuid, long Chunk, int Row);
}
