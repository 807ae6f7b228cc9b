using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Queries;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Graph.Execution;
using Skydive.Gremlin;
using Skydive.Storage;

namespace Skydive.Analyzer.Captures;

/// <summary>
/// Keeps captures as standing queries: whenever the graph changes, an agent connects or a capture comes or goes, it brings what runs on the
/// agents in line with what is asked for. A node that was once matched is captured until it or the capture is gone. Captures survive a
/// restart of the service.
/// </summary>
public sealed partial class CaptureManager : IAsyncDisposable
{
    private const string ResourceKind = "capture";
    private const string CapturesKey = "Captures";
    private static readonly TimeSpan s_storeRetryDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_stopRetryDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_maximumRetryDelay = TimeSpan.FromMinutes(1);

    private readonly LiveGraph _graph;
    private readonly AgentDirectory _agents;
    private readonly IHistoryStore _store;
    private readonly AnalyzerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<CaptureManager> _logger;
    private readonly ConcurrentDictionary<string, StandingCapture> _captures = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _returnedHosts = new();

    private readonly NodesWithKey _capturing = new(CapturesKey);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Wakeup _due = new();
    private readonly CancellationTokenSource _stop = new();
    private GraphSubscription? _subscription;
    private DateTimeOffset? _stopRetryAt;
    private int _isDisposed;

    /// <summary>Makes a manager without captures.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    /// <param name="agents">The agents.</param>
    /// <param name="store">Where captures rest.</param>
    /// <param name="options">How the analyzer works.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of what goes wrong.</param>
    public CaptureManager(
        LiveGraph graph, AgentDirectory agents, IHistoryStore store, AnalyzerOptions options, TimeProvider time, ILogger<CaptureManager> logger)
    {
        _graph = graph;
        _agents = agents;
        _store = store;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Told of captures that come, go or begin at a node: the type of the message that says so, and the capture.</summary>
    internal Action<string, Capture> OnChanged { get; set; } = static (_, _) => { };

    /// <summary>Ends when the manager is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>How many there are.</summary>
    internal int Count => _captures.Count;

    /// <summary>All captures by identifier, with the number of nodes on which each is active and what became of its packets.</summary>
    public IReadOnlyDictionary<string, Capture> List()
    {
        var states = CollectStates();
        return _captures.Values.OrderBy(static standing => standing.Capture.UUID, StringComparer.Ordinal)
            .ToDictionary(static standing => standing.Capture.UUID, standing => WithState(standing.Capture, states), StringComparer.Ordinal);
    }

    /// <summary>One capture; null when there is none.</summary>
    /// <param name="id">Its identifier, or the path by which it was made.</param>
    public Capture? Find(string id) => FindStanding(id) is { } standing ? WithState(standing.Capture, CollectStates()) : null;

    /// <summary>Takes a capture.</summary>
    /// <param name="capture">The capture; its identifier is assigned here.</param>
    /// <param name="timeToLive">When it ends by itself; null for never.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The capture as it is in force.</returns>
    /// <exception cref="ResourceException">It is invalid, or exists already.</exception>
    /// <exception cref="HistoryException">It could not be kept.</exception>
    public async Task<Capture> CreateAsync(Capture capture, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        var query = await CaptureValidator.ValidateAsync(capture, _options.ValidateBpf, cancellationToken).ConfigureAwait(false);
        var stored = new StoredCapture
        {
            Capture = capture with { UUID = Identifiers.Random(), Count = 0, Statistics = null },
            ExpiresAt = timeToLive is { } life ? (_time.GetUtcNow() + life).ToUnixTimeMilliseconds() : null,
        };
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_captures.Values.FirstOrDefault(other => IsSame(other.Capture, capture)) is { } existing)
            {
                throw new ResourceException(
                    409, ErrorCodes.CaptureExists, $"Duplicate capture: capture '{existing.Capture.UUID}' has the same query and type{(IsAloneAtNode(capture) ? string.Empty : " and filter")}");
            }

            await _store.PutResourceAsync(
                ResourceKind, stored.Capture.UUID, JsonSerializer.Serialize(stored, CapturesJsonContext.Default.StoredCapture), cancellationToken).ConfigureAwait(false);
            _captures[stored.Capture.UUID] = new(stored, query);
        }
        finally
        {
            _changing.Release();
        }

        OnChanged(MessageTypes.Added, stored.Capture);
        _due.Signal();
        return stored.Capture;
    }

    /// <summary>Ends a capture on all nodes.</summary>
    /// <param name="id">Its identifier, or the path by which it was made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="HistoryException">It could not be removed.</exception>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        Capture capture;
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (FindStanding(id) is not { Capture.UUID: { } uuid } standing)
            {
                return false;
            }

            capture = standing.Capture;

            await _store.DeleteResourceAsync(ResourceKind, uuid, cancellationToken).ConfigureAwait(false);
            _captures.TryRemove(uuid, out _);
        }
        finally
        {
            _changing.Release();
        }

        OnChanged(MessageTypes.Deleted, capture);
        _due.Signal();
        return true;
    }

    /// <summary>Loads the captures that were in force when the service ended, and begins to carry them out.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">They could not be read.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in await _store.GetResourcesAsync(ResourceKind, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var stored = JsonSerializer.Deserialize(resource.Json, CapturesJsonContext.Default.StoredCapture)!;
                _captures[stored.Capture.UUID] = new(stored, GremlinEngine.Compile(stored.Capture.GremlinQuery));
            }
            catch (Exception e) when (e is JsonException or GremlinException)
            {
                LogNotLoaded(_logger, resource.Id, e.Message);
            }
        }

        if (_options.StartupCapture is { } startup && !_captures.Values.Any(standing => IsSame(standing.Capture, startup)))
        {
            try
            {
                await CreateAsync(startup, null, cancellationToken).ConfigureAwait(false);
            }
            catch (ResourceException e)
            {
                LogNotLoaded(_logger, "analyzer.startup", e.Message);
            }
        }

        _agents.AgentAdded += OnAgentAdded;
        _subscription = _graph.Subscribe();
        _capturing.Reset(_subscription.Start);
        Completion = LoopGroup.WatchAsync(_stop, Task.Run(FollowGraphAsync), Task.Run(RunAsync));
        _due.Signal();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _agents.AgentAdded -= OnAgentAdded;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _subscription?.Dispose();
        _stop.Dispose();
    }

    private static bool IsSame(Capture left, Capture right) =>
        left.GremlinQuery == right.GremlinQuery
        && (left.Type ?? string.Empty) == (right.Type ?? string.Empty)
        && (IsAloneAtNode(left) || (left.BPFFilter ?? string.Empty) == (right.BPFFilter ?? string.Empty));

    private static bool IsAloneAtNode(Capture capture) => CaptureTypes.Find(capture.Type ?? string.Empty) is { AllowsMany: false };

    private StandingCapture? FindStanding(string id) =>
        _captures.TryGetValue(id, out var standing) ? standing : _captures.Values.FirstOrDefault(other => other.Capture.ProbePath == id);

    private void OnAgentAdded(string host)
    {
        _returnedHosts.Enqueue(host);
        _due.Signal();
    }

    private async Task FollowGraphAsync()
    {
        try
        {
            while (await _subscription!.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                while (_subscription.TryRead(out var change))
                {
                    bool concernsCaptures = _capturing.Apply(change);

                    // Counters that tick match no other nodes. What runs somewhere is looked at even when there are no captures: it must not.
                    if (change.Commit is not { IsTransient: true } && (concernsCaptures || !_captures.IsEmpty))
                    {
                        _due.Signal();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task RunAsync()
    {
        try
        {
            var pace = new Pace(_time);
            while (true)
            {
                var deadline = _captures.Values.Select(static standing => standing.NextDeadline).Append(_stopRetryAt).Min();
                await _due.WaitAsync(deadline, _time, _stop.Token).ConfigureAwait(false);
                await pace.RunAsync(() => ReconcileAsync(_stop.Token), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await RemoveExpiredAsync(cancellationToken).ConfigureAwait(false);
        while (_returnedHosts.TryDequeue(out string? host))
        {
            foreach (var standing in _captures.Values)
            {
                foreach (string nodeId in standing.Nodes.Where(entry => entry.Value.Host == host).Select(static entry => entry.Key).ToArray())
                {
                    standing.Nodes.Remove(nodeId);
                }
            }
        }

        var snapshot = _graph.Current;
        var orders = FindOrphans(snapshot);
        foreach (var standing in _captures.Values)
        {
            foreach (string gone in standing.Nodes.Keys.Where(nodeId => snapshot.FindNode(nodeId) is null).ToArray())
            {
                standing.Nodes.Remove(gone);
            }

            orders.AddRange(FindStarts(standing, await SelectAsync(standing, snapshot, cancellationToken).ConfigureAwait(false)));
        }

        // Agents do not wait for one another.
        await Task.WhenAll(orders.GroupBy(static order => order.Agent).Select(group => OrderAsync(group, cancellationToken))).ConfigureAwait(false);
        Settle(orders);
    }

    private async Task RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        foreach (var standing in _captures.Values.Where(standing => standing.Stored.ExpiresAt <= now.ToUnixTimeMilliseconds() && !(standing.RemoveAt > now)).ToArray())
        {
            try
            {
                await DeleteAsync(standing.Capture.UUID, cancellationToken).ConfigureAwait(false);
            }
            catch (HistoryException e)
            {
                standing.RemoveAt = now + s_storeRetryDelay;
                LogNotRemoved(_logger, standing.Capture.UUID, e.Message);
            }
        }
    }

    private async Task<IReadOnlyList<Node>> SelectAsync(StandingCapture standing, GraphSnapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            var result = await standing.Query.ExecuteAsync(new SnapshotQuerySource(snapshot), null, cancellationToken).ConfigureAwait(false);
            standing.IsFailing = false;
            return [.. result.Nodes.DistinctBy(static node => node.Id)
                .Where(node => node.Host.Length > 0 && node.TID is not null && CaptureTypes.ForNode(standing.Capture.Type, node.Type) is { IsAvailable: true })];
        }
        catch (GremlinException e)
        {
            // For example a node that is named by its identifier and is not there yet.
            if (e.Reason != GremlinErrorReason.NotFound && !standing.IsFailing)
            {
                standing.IsFailing = true;
                LogQueryFailed(_logger, standing.Capture.UUID, e.Message);
            }

            return [];
        }
    }

    /// <summary>The nodes at which a capture is to be started now. An agent that is away gives a reason for another round when it returns.</summary>
    private IEnumerable<AgentOrder> FindStarts(StandingCapture standing, IReadOnlyList<Node> nodes)
    {
        var now = _time.GetUtcNow();
        foreach (var node in nodes)
        {
            bool isDue = !standing.Nodes.TryGetValue(node.Id, out var state) || state.RetryAt <= now;
            if (isDue && _agents.Find(node.Host) is { } agent)
            {
                yield return new(agent, node, standing.Capture.UUID, standing);
            }
        }
    }

    /// <summary>What runs on agents for captures that are no more, also those that went while the agent was away.</summary>
    private List<AgentOrder> FindOrphans(GraphSnapshot snapshot)
    {
        var orphans = new List<AgentOrder>();
        foreach (string nodeId in _capturing.Ids)
        {
            if (snapshot.FindNode(nodeId) is not { } node || _agents.Find(node.Host) is not { } agent)
            {
                continue;
            }

            foreach (var running in node.Metadata[CapturesKey].Elements)
            {
                if (running.AsMap?["ID"].AsString is { } captureId && !_captures.ContainsKey(captureId))
                {
                    orphans.Add(new(agent, node, captureId, null));
                }
            }
        }

        return orphans;
    }

    /// <summary>Gives one agent its orders, one after another. Once it has not answered in time it is not asked further in this round.</summary>
    private async Task OrderAsync(IEnumerable<AgentOrder> orders, CancellationToken cancellationToken)
    {
        string? silence = null;
        foreach (var order in orders)
        {
            if (silence is not null)
            {
                order.Error = silence;
                continue;
            }

            // A round over thousands of nodes takes a while, and a capture that was deleted meanwhile must not go on being started.
            if (order.Start is not null && !_captures.ContainsKey(order.CaptureId))
            {
                continue;
            }

            var refusal = await order.Agent.OrderAsync(
                (agent, token) => order.Start is { } standing
                    ? agent.StartCaptureAsync(order.Node.Id, standing.Capture, token)
                    : agent.StopCaptureAsync(order.Node.Id, order.CaptureId, token),
                cancellationToken).ConfigureAwait(false);
            order.Error = refusal?.Message;
            silence = refusal is { Status: 504 } ? refusal.Message : null;
        }
    }

    private void Settle(List<AgentOrder> orders)
    {
        var now = _time.GetUtcNow();
        _stopRetryAt = null;
        foreach (var order in orders)
        {
            if (order.Start is not { } standing)
            {
                if (order.Error is { } error)
                {
                    _stopRetryAt = now + s_stopRetryDelay;
                    LogStopFailed(_logger, order.CaptureId, order.Node.Name, order.Node.Host, error);
                }
            }
            else if (order.Error is null)
            {
                standing.Nodes[order.Node.Id] = new(order.Node.Host, null, 0);
                OnChanged(MessageTypes.NodeUpdated, standing.Capture);
            }
            else
            {
                int failures = (standing.Nodes.GetValueOrDefault(order.Node.Id)?.Failures ?? 0) + 1;
                var delay = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures), s_maximumRetryDelay.TotalSeconds));
                standing.Nodes[order.Node.Id] = new(order.Node.Host, now + delay, failures);
                if (failures == 1)
                {
                    LogStartFailed(_logger, order.CaptureId, order.Node.Name, order.Node.Host, order.Error);
                }
            }
        }
    }

    /// <summary>What became of packets and flows of each capture that runs somewhere, at all its nodes together.</summary>
    public IReadOnlyDictionary<string, CaptureStatistics> GetStatistics() =>
        CollectStates().ToDictionary(static pair => pair.Key, static pair => pair.Value.Statistics, StringComparer.Ordinal);

    private static Capture WithState(Capture capture, Dictionary<string, (int Active, CaptureStatistics Statistics)> states) =>
        states.TryGetValue(capture.UUID, out var state) ? capture with { Count = state.Active, Statistics = state.Statistics } : capture;

    private Dictionary<string, (int Active, CaptureStatistics Statistics)> CollectStates()
    {
        var states = new Dictionary<string, (int Active, CaptureStatistics Statistics)>(StringComparer.Ordinal);
        var snapshot = _graph.Current;
        foreach (string nodeId in _capturing.Ids)
        {
            foreach (var capture in (snapshot.FindNode(nodeId)?.Metadata[CapturesKey] ?? default).Elements)
            {
                if (capture.AsMap is { } entry && entry["ID"].AsString is { } id)
                {
                    var (active, statistics) = states.TryGetValue(id, out var sum) ? sum : (0, new());
                    states[id] = (active + (entry["State"].AsString == CaptureStates.Active ? 1 : 0), statistics + CaptureStatistics.FromMetadata(entry));
                }
            }
        }

        return states;
    }

    [LoggerMessage(2401, LogLevel.Error, "Capture {Id} cannot be carried out: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string id, string reason);

    [LoggerMessage(2405, LogLevel.Warning, "Capture {Id} has expired but cannot be removed: {Reason}; trying again")]
    private static partial void LogNotRemoved(ILogger logger, string id, string reason);

    [LoggerMessage(2402, LogLevel.Warning, "The query of capture {Id} failed: {Reason}")]
    private static partial void LogQueryFailed(ILogger logger, string id, string reason);

    [LoggerMessage(2403, LogLevel.Warning, "Capture {Id} could not be started at {Node} on {Host}: {Reason}; trying again")]
    private static partial void LogStartFailed(ILogger logger, string id, string node, string host, string reason);

    [LoggerMessage(2404, LogLevel.Warning, "Capture {Id} could not be stopped at {Node} on {Host}: {Reason}")]
    private static partial void LogStopFailed(ILogger logger, string id, string node, string host, string reason);
}
