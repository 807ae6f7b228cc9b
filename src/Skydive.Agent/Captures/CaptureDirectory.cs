using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Agent.Captures;

/// <summary>
/// The captures that run on this host's nodes: started and stopped on request, ended with their nodes, started again when an interface comes
/// up or gets another TID, and shown in the <c>Captures</c> list of each node. Answers searches in their flow tables.
/// </summary>
internal sealed partial class CaptureDirectory : IAgentLink, IAsyncDisposable
{
    private readonly LiveGraph _graph;
    private readonly AgentOptions _options;
    private readonly IFlowOutput _flows;
    private readonly ILogger _logger;
    private readonly Func<string, LinkLocation?> _findLink;
    private readonly ConcurrentDictionary<(string NodeId, string CaptureId), NodeCapture> _captures = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private GraphSubscription? _subscription;

    public CaptureDirectory(LiveGraph graph, AgentOptions options, IFlowOutput flows, ILogger logger, Func<string, LinkLocation?> findLink)
    {
        _graph = graph;
        _options = options;
        _flows = flows;
        _logger = logger;
        _findLink = findLink;
    }

    /// <inheritdoc/>
    public string Host => _graph.Host;

    /// <summary>Ends when the directory is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to follow the graph.</summary>
    public void Start()
    {
        _subscription = _graph.Subscribe();
        Completion = Task.WhenAll(Task.Run(FollowGraphAsync), Task.Run(UpdateStatsAsync));
    }

    /// <inheritdoc/>
    public Task StartCaptureAsync(string nodeId, Capture capture, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var key = (nodeId, capture.UUID);
            if (_captures.ContainsKey(key))
            {
                return Task.CompletedTask;
            }

            var node = _graph.Current.FindNode(nodeId) ?? throw new AgentRequestException(404, $"node {nodeId} not found on {Host}");
            if (_findLink(nodeId) is not { } location || node.TID is null)
            {
                throw new AgentRequestException(400, $"node {node.Name} ({node.Type}) is no interface of {Host} on which packets can be captured");
            }

            _captures[key] = new NodeCapture(node, capture, location, _options, _flows, _logger);
            Publish(nodeId);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopCaptureAsync(string nodeId, string captureId, CancellationToken cancellationToken)
    {
        if (_captures.TryRemove((nodeId, captureId), out var capture))
        {
            await capture.DisposeAsync().ConfigureAwait(false);
        }

        Publish(nodeId);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        // Every table answers its part; order, de-duplication and cut are made once over all.
        var part = search with { Skip = 0, Limit = search.Limit is { } limit ? (int)Math.Min((long)limit + search.Skip, int.MaxValue) : null };
        var found = new List<Flow>();
        foreach (var capture in _captures.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (search.NodeTIDs is null || search.NodeTIDs.Contains(capture.NodeTID, StringComparer.Ordinal))
            {
                found.AddRange(capture.Search(part));
            }
        }

        return Task.FromResult(search.Finish(found));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var capture in _captures.Values)
        {
            await capture.DisposeAsync().ConfigureAwait(false);
        }

        _subscription?.Dispose();
        _stop.Dispose();
    }

    private async Task FollowGraphAsync()
    {
        try
        {
            await foreach (var change in _subscription!.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                foreach (var (key, capture) in _captures.ToArray())
                {
                    var node = change.Snapshot.FindNode(key.NodeId);
                    if (node is null)
                    {
                        _captures.TryRemove(key, out _);
                        await capture.DisposeAsync().ConfigureAwait(false);
                    }
                    else if (_findLink(key.NodeId) is { } location && capture.NeedsRestart(node))
                    {
                        await capture.DisposeAsync().ConfigureAwait(false);
                        _captures[key] = new NodeCapture(node, capture.Capture, location, _options, _flows, _logger);
                        Publish(key.NodeId);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task UpdateStatsAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_options.CaptureStatsUpdate);
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                foreach (string nodeId in _captures.Keys.Select(static key => key.NodeId).Distinct(StringComparer.Ordinal).ToArray())
                {
                    Publish(nodeId);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Brings the state of a node's captures into its metadata. Ticking counters alone make no history.</summary>
    private void Publish(string nodeId)
    {
        var states = _captures.Where(entry => entry.Key.NodeId == nodeId)
            .OrderBy(static entry => entry.Key.CaptureId, StringComparer.Ordinal)
            .Select(static entry => (MetadataValue)entry.Value.ToMetadata())
            .ToArray();
        var node = _graph.Current.FindNode(nodeId);
        if (node is null)
        {
            return;
        }

        var list = states.Length == 0 ? default : MetadataValue.List(states);
        if (node.Metadata["Captures"].Equals(list))
        {
            return;
        }

        bool countersOnly = node.Metadata["Captures"].Elements.ToArray().Select(WithoutCounters).SequenceEqual(states.Select(WithoutCounters));
        _graph.Write(
            transaction =>
            {
                if (transaction.FindNode(nodeId) is { } current)
                {
                    transaction.SetMetadata(current, list.IsNull ? current.Metadata.Without("Captures") : current.Metadata.With("Captures", list));
                }
            },
            isTransient: countersOnly);
    }

    private static MetadataValue WithoutCounters(MetadataValue capture) =>
        capture.AsMap?.Without("PacketsReceived").Without("PacketsDropped").Without("PacketsIfDropped").Without("FlowsDropped");
}
