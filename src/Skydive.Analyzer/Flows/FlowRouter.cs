using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Storage;

namespace Skydive.Analyzer.Flows;

/// <summary>
/// Answers searches for flows and their packets. For now it asks the live tables of all agents; for a time it asks the store and the live
/// tables, since flows reach the store only with their next update.
/// </summary>
public sealed partial class FlowRouter : IFlowSource, IRawPacketSource
{
    private readonly AgentDirectory _agents;
    private readonly IHistoryStore _store;
    private readonly ILogger<FlowRouter> _logger;
    private readonly FlowEnhancer? _enhancer;

    /// <summary>Makes a router.</summary>
    /// <param name="agents">The agents.</param>
    /// <param name="store">The store.</param>
    /// <param name="logger">Told of agents that do not answer.</param>
    public FlowRouter(AgentDirectory agents, IHistoryStore store, ILogger<FlowRouter> logger)
        : this(agents, store, logger, null)
    {
    }

    /// <summary>Makes a router that adds to live flows what the topology knows of their ends.</summary>
    internal FlowRouter(AgentDirectory agents, IHistoryStore store, ILogger<FlowRouter> logger, FlowEnhancer? enhancer)
    {
        _agents = agents;
        _store = store;
        _logger = logger;
        _enhancer = enhancer;
    }

    /// <summary>How long an agent may take to answer.</summary>
    internal TimeSpan AgentTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        // Each part is asked for all that may be among the first of the whole; the order and the cut are made once, here.
        var part = search with { Skip = 0, Limit = search.Limit is { } limit ? (int)Math.Min((long)limit + search.Skip, int.MaxValue) : null };
        var answers = AskAgents((agent, deadline) => SearchAgentAsync(agent, part, deadline), cancellationToken);
        if (search.Slice is null)
        {
            var live = await Task.WhenAll(answers).ConfigureAwait(false);
            return live.Length == 1 && search.Skip == 0 ? live[0] : search.Finish(live.SelectMany(static flows => flows));
        }

        answers.Add(_store.SearchFlowsAsync(part, cancellationToken));
        if (search.EveryUpdate)
        {
            // The newest update of a flow may be in a live table and in the store.
            var updates = (await Task.WhenAll(answers).ConfigureAwait(false)).SelectMany(static flows => flows);
            return search.Finish(updates.DistinctBy(static flow => (flow.UUID, flow.LastUpdateMetric?.Start, flow.LastUpdateMetric?.Last)));
        }

        var newest = new Dictionary<string, Flow>(StringComparer.Ordinal);
        foreach (var flow in (await Task.WhenAll(answers).ConfigureAwait(false)).SelectMany(static flows => flows))
        {
            if (!newest.TryGetValue(flow.UUID, out var other) || flow.Last > other.Last)
            {
                newest[flow.UUID] = flow;
            }
        }

        return search.Finish(newest.Values);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken)
    {
        var answers = AskAgents((agent, deadline) => agent.SearchRawPacketsAsync(search, deadline), cancellationToken);
        if (search.Slice is not null)
        {
            answers.Add(_store.SearchRawPacketsAsync(search, cancellationToken));
        }

        // Of one flow the table has all packets until it ends, the store those of the updates so far.
        return
        [
            .. (await Task.WhenAll(answers).ConfigureAwait(false)).SelectMany(static flows => flows)
                .GroupBy(static flow => flow.FlowUUID, StringComparer.Ordinal)
                .Select(static flow => new FlowRawPackets(
                    flow.Key,
                    [.. flow.SelectMany(static part => part.Packets).DistinctBy(static packet => packet.Index).OrderBy(static packet => packet.Index)])),
        ];
    }

    /// <inheritdoc/>
    public async Task<FlowSum?> TotalFlowsAsync(FlowSearch search, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        if (search.Slice is null || search.EveryUpdate)
        {
            return null;
        }

        // What the live tables have is newer than what the store has of the same flows.
        var live = (await Task.WhenAll(AskAgents((agent, deadline) => SearchAgentAsync(agent, search, deadline), cancellationToken)).ConfigureAwait(false))
            .SelectMany(static flows => flows)
            .GroupBy(static flow => flow.UUID, StringComparer.Ordinal)
            .Select(static same => same.MaxBy(static flow => flow.Last)!)
            .ToList();
        var stored = await _store.SumFlowsAsync(
            new() { Search = search, Fields = fields, Except = live.Count == 0 ? null : [.. live.Select(static flow => flow.UUID)] }, cancellationToken).ConfigureAwait(false);
        long count = live.Count;
        var sums = new Int128[fields.Count];
        foreach (var sum in stored)
        {
            count += sum.Count;
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += sum.Sums[i];
            }
        }

        for (int i = 0; i < sums.Length; i++)
        {
            var path = FieldPath.Parse(fields[i]);
            foreach (var flow in live)
            {
                sums[i] += flow.TryGetField(path, out var value) && value.TryGetInteger(out long integer) ? integer : 0;
            }
        }

        return new(MetadataValue.Null, count, [.. sums.Select(static sum => (long)Int128.Clamp(sum, long.MinValue, long.MaxValue))]);
    }

    private async Task<IReadOnlyList<Flow>> SearchAgentAsync(IAgentLink agent, FlowSearch search, CancellationToken cancellationToken) =>
        _enhancer is null
            ? await agent.SearchFlowsAsync(search, cancellationToken).ConfigureAwait(false)
            : await _enhancer.SearchAsync(agent, search, cancellationToken).ConfigureAwait(false);

    private List<Task<IReadOnlyList<T>>> AskAgents<T>(Func<IAgentLink, CancellationToken, Task<IReadOnlyList<T>>> ask, CancellationToken cancellationToken) =>
        [.. _agents.Agents.Select(agent => AskAsync(agent.Link, ask, cancellationToken))];

    private async Task<IReadOnlyList<T>> AskAsync<T>(IAgentLink agent, Func<IAgentLink, CancellationToken, Task<IReadOnlyList<T>>> ask, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(AgentTimeout);
        try
        {
            return await ask(agent, deadline.Token).WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AgentRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogAgentSilent(_logger, agent.Host, e.Message);
            return [];
        }
    }

    [LoggerMessage(2301, LogLevel.Warning, "Flows of agent {Host} are missing in an answer: {Reason}")]
    private static partial void LogAgentSilent(ILogger logger, string host, string reason);
}
