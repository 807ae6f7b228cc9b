using Skydive.Contracts.Flows;

namespace Skydive.Storage;

/// <summary>Shorter ways to ask a history store.</summary>
public static class HistoryStoreExtensions
{
    /// <summary>Keeps flows as they are now; see <see cref="IHistoryStore.AppendFlowsAsync"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="flows">The flows; none is fine.</param>
    /// <param name="cancellationToken">Gives up waiting; a write that has begun is completed all the same.</param>
    /// <exception cref="HistoryException">None of them was kept.</exception>
    public static Task AppendFlowsAsync(this IHistoryStore store, IReadOnlyList<Flow> flows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.AppendFlowsAsync(new FlowAppend { Flows = flows }, cancellationToken);
    }
}
