using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Captures.Sources;
using Skydive.Agent.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;
using Skydive.Graph.Execution;
using Skydive.Graph;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Captures;

/// <summary>
/// The captures that run on this host's nodes: started and stopped on request, ended with their nodes, started again when an interface comes
/// up or gets another TID, and shown in the <c>Captures</c> list of each node. Answers searches in their flow tables.
/// </summary>
internal sealed partial class CaptureDirectory : IAsyncDisposable
{
    private const string CapturesKey = "Captures";
    private const string SFlowKey = "SFlow";

    private readonly LiveGraph _graph;
    private readonly AgentOptions _options;
    private readonly IFlowOutput _flows;
    private readonly ILogger _logger;
    private readonly Func<string, LinkLocation?> _findLink;

    // Read by anyone; changed only by who holds _changing.
    private readonly ConcurrentDictionary<(string NodeId, string CaptureId), NodeCapture> _captures = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly NodeListPublisher _lists;
    private readonly RingBudget _rings;
    private readonly CancellationTokenSource _stop = new();
    private GraphSubscription? _subscription;
    private bool _isOver;
    private int _isDisposed;

    public CaptureDirectory(LiveGraph graph, AgentOptions options, IFlowOutput flows, ILogger logger, Func<string, LinkLocation?> findLink)
    {
        _graph = graph;
        _options = options;
        _flows = flows;
        _logger = logger;
        _findLink = findLink;
        _lists = new(graph, CapturesKey, CaptureStatistics.Without);
        _rings = new(options.RingMemoryBytes);
    }

    /// <summary>How sources of a capture type are made; null when they cannot be.</summary>
    internal Func<CaptureType, CaptureSourceKind?> FindKind { get; init; } = CaptureSourceCatalog.Find;

    /// <summary>The namespace from which is sent to targets; null for that of this process.</summary>
    internal NetworkNamespace? TargetNamespace { get; init; }

    /// <summary>Ends when the directory is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to follow the graph.</summary>
    public void Start()
    {
        _subscription = _graph.Subscribe();
        Completion = LoopGroup.WatchAsync(_stop, Task.Run(FollowGraphAsync), Task.Run(UpdateStatsAsync));
    }

    /// <summary>Starts a capture at a node. Nothing happens when it runs there already.</summary>
    /// <exception cref="AgentRequestException">It is refused.</exception>
    public async Task StartCaptureAsync(string nodeId, Capture capture, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var key = (nodeId, capture.UUID);
            if (_isOver)
            {
                throw new AgentRequestException(503, $"the agent of {_graph.Host} is ending");
            }

            if (_captures.ContainsKey(key))
            {
                return;
            }

            var node = _graph.Current.FindNode(nodeId) ?? throw new AgentRequestException(404, $"node {nodeId} not found on {_graph.Host}");
            _captures[key] = (CanStart(node, capture) ? Make(node, capture, 0) : null)
                ?? throw new AgentRequestException(400, $"{node.Name} ({node.Type}) of {_graph.Host} cannot be captured" + (string.IsNullOrEmpty(capture.Type) ? string.Empty : $" with type {capture.Type}"));
        }
        finally
        {
            _changing.Release();
        }

        Publish([nodeId]);
    }

    /// <summary>Stops a capture at a node. Nothing happens when it does not run there.</summary>
    public async Task StopCaptureAsync(string nodeId, string captureId, CancellationToken cancellationToken)
    {
        NodeCapture? capture;
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _captures.TryRemove((nodeId, captureId), out capture);
        }
        finally
        {
            _changing.Release();
        }

        if (capture is not null)
        {
            await capture.DisposeAsync().ConfigureAwait(false);
        }

        Publish([nodeId]);
    }

    /// <summary>Finds flows in the tables of all captures.</summary>
    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken) =>
        Task.Run(() => SearchFlows(search, cancellationToken), cancellationToken);

    /// <summary>Gives packets that captures keep of some flows.</summary>
    public Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken) => Task.Run<IReadOnlyList<FlowRawPackets>>(
        () =>
        {
            var found = new List<FlowRawPackets>();
            foreach (var capture in _captures.Values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (search.NodeTIDs is null || search.NodeTIDs.Contains(capture.NodeTID, StringComparer.Ordinal))
                {
                    found.AddRange(capture.SearchRawPackets(search));
                }
            }

            // Two captures at one node may have the same flow, each with packets of its own.
            return [.. found.GroupBy(static flow => flow.FlowUUID, StringComparer.Ordinal).Select(static flow => flow.MaxBy(static part => part.Packets.Count)!)];
        },
        cancellationToken);

    /// <summary>Ends all captures; their flows are sent before this returns.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _changing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _isOver = true;
            await Task.WhenAll(_captures.Values.Select(static capture => capture.DisposeAsync().AsTask())).ConfigureAwait(false);
            _captures.Clear();
        }
        finally
        {
            _changing.Release();
        }

        _subscription?.Dispose();
        _stop.Dispose();
    }

    private IReadOnlyList<Flow> SearchFlows(FlowSearch search, CancellationToken cancellationToken)
    {
        // Every table answers its part; order, de-duplication and cut are made once over all.
        var part = search with { Skip = 0, Limit = search.Limit is { } limit ? (int)Math.Min((long)limit + search.Skip, int.MaxValue) : null };
        var answers = new List<IReadOnlyList<Flow>>();
        foreach (var capture in _captures.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (search.NodeTIDs is null || search.NodeTIDs.Contains(capture.NodeTID, StringComparer.Ordinal))
            {
                answers.AddRange(capture.Search(part));
            }
        }

        // One table's answer is complete as it is.
        answers.RemoveAll(static flows => flows.Count == 0);
        return answers.Count == 1 && search.Skip == 0 ? answers[0] : search.Finish(answers.SelectMany(static flows => flows));
    }

    private async Task FollowGraphAsync()
    {
        try
        {
            while (await _subscription!.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                // Of all that is waiting only the end matters; counters that tick, ours above all, do not matter at all.
                GraphSnapshot? newest = null;
                while (_subscription.TryRead(out var change))
                {
                    newest = change.Commit is { IsTransient: true } ? newest : change.Snapshot;
                }

                if (newest is not null && !_captures.IsEmpty)
                {
                    await FollowAsync(newest).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task FollowAsync(GraphSnapshot snapshot)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        await _changing.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            foreach (var (key, capture) in _captures.ToArray())
            {
                // A capture that was started since may know a newer node than this snapshot: it has not gone then.
                if (snapshot.FindNode(key.NodeId) is not { } node)
                {
                    if (_graph.Current.FindNode(key.NodeId) is null)
                    {
                        _captures.TryRemove(key, out _);
                        await capture.DisposeAsync().ConfigureAwait(false);
                    }
                }
                else
                {
                    string before = capture.Problem;
                    if (capture.NeedsRestart(node))
                    {
                        await RestartAsync(key, capture, node, 0).ConfigureAwait(false);
                        changed.Add(key.NodeId);
                    }
                    else if (capture.Problem != before)
                    {
                        changed.Add(key.NodeId);
                    }
                }
            }
        }
        finally
        {
            _changing.Release();
        }

        Publish(changed);
    }

    /// <summary>Makes a capture anew; the one before ends first, since some things cannot be had twice.</summary>
    private async Task RestartAsync((string NodeId, string CaptureId) key, NodeCapture capture, Node node, int retries)
    {
        await capture.DisposeAsync().ConfigureAwait(false);
        if (Make(node, capture.Capture, retries) is { } restarted)
        {
            _captures[key] = restarted;
        }
        else
        {
            _captures.TryRemove(key, out _);
        }
    }

    private bool CanStart(Node node, Capture capture) =>
        Find(node, capture, out _) is { } kind && (kind.Need == LinkNeed.None || _findLink(node.Id) is not null);

    private NodeCapture? Make(Node node, Capture capture, int retries) => Find(node, capture, out var type) is { } kind
        ? new(new(node, capture, type!, _findLink(node.Id), _options) { Rings = _rings, TargetNamespace = TargetNamespace }, kind, _flows, _logger, retries)
        : null;

    private CaptureSourceKind? Find(Node node, Capture capture, out CaptureType? type)
    {
        type = node.TID is null ? null : CaptureTypes.ForNode(capture.Type, node.Type);
        return type is null ? null : FindKind(type);
    }

    private async Task RetryAsync()
    {
        if (!_captures.Values.Any(static capture => capture.RetryAt <= TimeProvider.System.GetTimestamp()))
        {
            return;
        }

        await _changing.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            foreach (var (key, capture) in _captures.ToArray())
            {
                if (capture.RetryAt <= TimeProvider.System.GetTimestamp() && _graph.Current.FindNode(key.NodeId) is { } node)
                {
                    await RestartAsync(key, capture, node, capture.Retries + 1).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task UpdateStatsAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_options.CaptureStatsUpdate);
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await RetryAsync().ConfigureAwait(false);
                Publish(_captures.Keys.Select(static key => key.NodeId).ToHashSet(StringComparer.Ordinal));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private void Publish(IReadOnlyCollection<string> nodeIds)
    {
        _lists.Publish(
            nodeIds,
            () => Of(nodeIds).OrderBy(static entry => entry.Key.CaptureId, StringComparer.Ordinal).ToLookup(static entry => entry.Key.NodeId, static entry => entry.Value.ToMetadata()));
        PublishSFlow(nodeIds);
    }

    /// <summary>Shows what sFlow agents count, which is a transient commit, as all counters are. Those of a capture that has ended say nothing of now.</summary>
    private void PublishSFlow(IReadOnlyCollection<string> nodeIds)
    {
        var counters = Of(nodeIds).OrderBy(static entry => entry.Key.CaptureId, StringComparer.Ordinal)
            .Select(static entry => (entry.Key.NodeId, Counters: entry.Value.GetSFlow())).Where(static entry => entry.Counters is not null)
            .ToLookup(static entry => entry.NodeId, static entry => (MetadataValue)entry.Counters!);
        var snapshot = _graph.Current;
        string[] changed = [.. nodeIds.Where(nodeId => snapshot.FindNode(nodeId) is { } node && !node.Metadata[SFlowKey].Equals(counters[nodeId].FirstOrDefault()))];
        if (changed.Length == 0)
        {
            return;
        }

        _graph.Write(
            transaction =>
            {
                foreach (string nodeId in changed)
                {
                    if (transaction.FindNode(nodeId) is { } node)
                    {
                        transaction.SetMetadata(node, counters[nodeId].FirstOrDefault() is { IsNull: false } value ? node.Metadata.With(SFlowKey, value) : node.Metadata.Without(SFlowKey));
                    }
                }
            },
            isTransient: true);
    }

    private IEnumerable<KeyValuePair<(string NodeId, string CaptureId), NodeCapture>> Of(IReadOnlyCollection<string> nodeIds) =>
        _captures.ToArray().Where(entry => nodeIds.Contains(entry.Key.NodeId));
}
