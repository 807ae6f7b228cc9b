using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Flows;

/// <summary>
/// Takes updates of flows, those appended last first, and keeps of each flow the update appended last if that meets a search, or every one
/// that does. In the first case it has to be remembered which flows were met, but of conditions that all updates of a flow meet alike only
/// those that met them.
/// </summary>
internal sealed class FlowCollector(FlowSearch search, HistoryStoreOptions options)
{
    private readonly bool _isStable = FlowFilters.IsStable(search.Filter);
    private readonly TimeSlice _slice = search.Slice ?? new(long.MinValue, long.MaxValue);
    private readonly FlowMatch _match = new(search);
    private readonly FlowUuidSet _met = new();
    private readonly List<Flow> _matches = [];

    /// <summary>What was kept.</summary>
    public IReadOnlyList<Flow> Matches => _matches;

    /// <summary>Takes the next older update.</summary>
    /// <param name="flow">The flow as it was.</param>
    /// <exception cref="HistoryException">It is one too many.</exception>
    public void Add(Flow flow)
    {
        if (flow.Start > _slice.Last || flow.Last < _slice.Start)
        {
            // A younger update that lies outside of the time cannot hide an older one inside: its span holds the older one's.
            return;
        }

        if (search.EveryUpdate)
        {
            if (search.Matches(flow))
            {
                Keep(flow);
            }

            return;
        }

        if (_isStable ? search.Matches(flow) && _met.Add(flow.UUID) : IsFirst(flow.UUID) && search.Matches(flow))
        {
            Keep(flow);
        }
    }

    /// <summary>Takes the next older update without making it, unless it is kept.</summary>
    /// <param name="row">A row on it.</param>
    /// <param name="keep">Keeps it.</param>
    public void Add(FlowChunkCursor row, Action<FlowChunkCursor> keep)
    {
        if (row.Start > _slice.Last || row.Last < _slice.Start)
        {
            return;
        }

        bool isKept = search.EveryUpdate ? _match.IsMetBy(row)
            : _isStable ? _match.IsMetBy(row) && _met.Add(row.Uuid)
            : IsFirst(row.Uuid) && _match.IsMetBy(row);
        if (isKept)
        {
            keep(row);
        }
    }

    /// <summary>Keeps the flow of a row.</summary>
    /// <param name="row">The row.</param>
    /// <exception cref="HistoryException">It is one too many.</exception>
    public void Keep(FlowChunkCursor row) => Keep(row.Read());

    private void Keep(Flow flow)
    {
        _matches.Add(flow);
        AnswerLimits.CheckFlows(_matches.Count, options);
    }

    private bool IsFirst(string uuid)
    {
        bool isFirst = _met.Add(uuid);

        // Sixteen bytes here against a thousand of a flow that is kept.
        AnswerLimits.CheckFlows(_met.Count / 16, options);
        return isFirst;
    }
}
