using Skydive.Storage;

namespace Skydive.Analyzer.Flows;

/// <summary>The runs of agents that send flows. Bounded: what a run has come to is in the store, where it is found again.</summary>
/// <param name="store">The store.</param>
/// <param name="receiver">Takes flows.</param>
internal sealed class FlowRunDirectory(IHistoryStore store, FlowReceiver receiver)
{
    private const int MaximumRuns = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, FlowRun> _runs = [];

    /// <summary>The run of an identifier.</summary>
    /// <exception cref="HistoryException">The store could not be asked whether it knows the run.</exception>
    public async Task<FlowRun> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_runs.TryGetValue(id, out var known))
            {
                return known;
            }
        }

        long sequence = await store.GetFlowProgressAsync(id, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_runs.TryGetValue(id, out var known))
            {
                return known;
            }

            if (_runs.Count >= MaximumRuns)
            {
                foreach (var (other, _) in _runs.Where(static pair => pair.Value.IsIdle).ToArray())
                {
                    _runs.Remove(other);
                }
            }

            var run = new FlowRun(id, receiver);
            run.Resume(sequence);
            _runs.Add(id, run);
            return run;
        }
    }
}
