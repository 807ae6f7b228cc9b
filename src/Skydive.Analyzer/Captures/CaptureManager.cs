using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Queries;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
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
    private static readonly TimeSpan s_debounce = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_orderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maximumRetryDelay = TimeSpan.FromMinutes(1);
    private static readonly Filter s_hasCaptures = new ExistsFilter("Captures");

    private readonly LiveGraph _graph;
    private readonly AgentDirectory _agents;
    private readonly IHistoryStore _store;
    private readonly AnalyzerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<CaptureManager> _logger;
    private readonly ConcurrentDictionary<string, StandingCapture> _captures = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _returnedHosts = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private GraphSubscription? _subscription;

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

    /// <summary>Ends when the manager is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>All captures by identifier, with the number of nodes on which each is active.</summary>
    public IReadOnlyDictionary<string, Capture> List()
    {
        var counts = CountActive();
        return _captures.Values.OrderBy(static standing => standing.Capture.UUID, StringComparer.Ordinal)
            .ToDictionary(static standing => standing.Capture.UUID, standing => standing.Capture with { Count = counts.GetValueOrDefault(standing.Capture.UUID) }, StringComparer.Ordinal);
    }

    /// <summary>One capture; null when there is none.</summary>
    /// <param name="id">Its identifier.</param>
    public Capture? Find(string id) =>
        _captures.TryGetValue(id, out var standing) ? standing.Capture with { Count = CountActive().GetValueOrDefault(id) } : null;

    /// <summary>Takes a capture.</summary>
    /// <param name="capture">The capture; its identifier is assigned here.</param>
    /// <param name="timeToLive">When it ends by itself; null for never.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The capture as it is in force.</returns>
    /// <exception cref="CaptureException">It is invalid, or exists already.</exception>
    /// <exception cref="HistoryException">It could not be kept.</exception>
    public async Task<Capture> CreateAsync(Capture capture, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        var query = CaptureValidator.Validate(capture, _options.ValidateBpf);
        var stored = new StoredCapture
        {
            Capture = capture with { UUID = Identifiers.Random(), Count = 0 },
            ExpiresAt = timeToLive is { } life ? (_time.GetUtcNow() + life).ToUnixTimeMilliseconds() : null,
        };
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_captures.Values.FirstOrDefault(other => IsSame(other.Capture, capture)) is { } existing)
            {
                throw new CaptureException(
                    409, ErrorCodes.CaptureExists, $"Duplicate capture: capture '{existing.Capture.UUID}' has the same query, type and filter");
            }

            await _store.PutResourceAsync(
                ResourceKind, stored.Capture.UUID, JsonSerializer.Serialize(stored, CapturesJsonContext.Default.StoredCapture), cancellationToken).ConfigureAwait(false);
            _captures[stored.Capture.UUID] = new(stored, query);
        }
        finally
        {
            _changing.Release();
        }

        Signal();
        return stored.Capture;
    }

    /// <summary>Ends a capture on all nodes.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="HistoryException">It could not be removed.</exception>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_captures.ContainsKey(id))
            {
                return false;
            }

            await _store.DeleteResourceAsync(ResourceKind, id, cancellationToken).ConfigureAwait(false);
            _captures.TryRemove(id, out _);
        }
        finally
        {
            _changing.Release();
        }

        Signal();
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
            catch (CaptureException e)
            {
                LogNotLoaded(_logger, "analyzer.startup", e.Message);
            }
        }

        _agents.AgentAdded += OnAgentAdded;
        _subscription = _graph.Subscribe();
        Completion = Task.WhenAll(Task.Run(FollowGraphAsync), Task.Run(RunAsync));
        Signal();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _agents.AgentAdded -= OnAgentAdded;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _subscription?.Dispose();
        _changing.Dispose();
        _due.Dispose();
        _stop.Dispose();
    }

    private static bool IsSame(Capture left, Capture right) =>
        left.GremlinQuery == right.GremlinQuery
        && (left.Type ?? string.Empty) == (right.Type ?? string.Empty)
        && (left.BPFFilter ?? string.Empty) == (right.BPFFilter ?? string.Empty);

    private void OnAgentAdded(string host)
    {
        _returnedHosts.Enqueue(host);
        Signal();
    }

    private void Signal()
    {
        try
        {
            _due.Release();
        }
        catch (SemaphoreFullException)
        {
            // A round is due already.
        }
    }

    private async Task FollowGraphAsync()
    {
        try
        {
            await foreach (var change in _subscription!.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                // Counters that tick match no other nodes.
                if (change.Commit is not { IsTransient: true } && !_captures.IsEmpty)
                {
                    Signal();
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
            while (true)
            {
                await _due.WaitAsync(NextDeadline(), _stop.Token).ConfigureAwait(false);
                await Task.Delay(s_debounce, _time, _stop.Token).ConfigureAwait(false);
                await ReconcileAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private TimeSpan NextDeadline()
    {
        var now = _time.GetUtcNow();
        var deadlines = _captures.Values
            .SelectMany(static standing => standing.Nodes.Values.Select(static state => state.RetryAt)
                .Append(standing.Stored.ExpiresAt is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null))
            .OfType<DateTimeOffset>()
            .ToArray();
        if (deadlines.Length == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var wait = deadlines.Min() - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : wait;
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        foreach (var expired in _captures.Values.Where(standing => standing.Stored.ExpiresAt <= now.ToUnixTimeMilliseconds()).ToArray())
        {
            await DeleteAsync(expired.Capture.UUID, cancellationToken).ConfigureAwait(false);
        }

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
        await StopOrphansAsync(snapshot, cancellationToken).ConfigureAwait(false);
        foreach (var standing in _captures.Values)
        {
            foreach (string gone in standing.Nodes.Keys.Where(nodeId => snapshot.FindNode(nodeId) is null).ToArray())
            {
                standing.Nodes.Remove(gone);
            }

            foreach (var node in await SelectAsync(standing, snapshot, cancellationToken).ConfigureAwait(false))
            {
                await StartAsync(standing, node, now, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<IReadOnlyList<Node>> SelectAsync(StandingCapture standing, GraphSnapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            var result = await standing.Query.ExecuteAsync(new SnapshotQuerySource(snapshot), null, cancellationToken).ConfigureAwait(false);
            return [.. result.Nodes.DistinctBy(static node => node.Id)
                .Where(node => node.Host.Length > 0 && node.TID is not null && CaptureTypes.CapturableNodeTypes.Contains(node.Type))];
        }
        catch (GremlinException e)
        {
            // For example a node that is named by its identifier and is not there yet.
            if (e.Reason != GremlinErrorReason.NotFound)
            {
                LogQueryFailed(_logger, standing.Capture.UUID, e.Message);
            }

            return [];
        }
    }

    private async Task StartAsync(StandingCapture standing, Node node, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var state = standing.Nodes.GetValueOrDefault(node.Id);
        if (state is not null && (state.RetryAt is null || state.RetryAt > now))
        {
            return;
        }

        if (_agents.Find(node.Host) is not { } agent)
        {
            // Its return is a reason for another round.
            return;
        }

        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(s_orderTimeout);
            await agent.StartCaptureAsync(node.Id, standing.Capture, deadline.Token).ConfigureAwait(false);
            standing.Nodes[node.Id] = new(node.Host, null, 0);
        }
        catch (Exception e) when (e is AgentRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            int failures = (state?.Failures ?? 0) + 1;
            var delay = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures), s_maximumRetryDelay.TotalSeconds));
            standing.Nodes[node.Id] = new(node.Host, now + delay, failures);
            if (failures == 1)
            {
                LogStartFailed(_logger, standing.Capture.UUID, node.Name, node.Host, e.Message);
            }
        }
    }

    /// <summary>Stops what runs on agents for captures that are no more, also those that went while the agent was away.</summary>
    private async Task StopOrphansAsync(GraphSnapshot snapshot, CancellationToken cancellationToken)
    {
        foreach (var node in snapshot.GetNodes(s_hasCaptures))
        {
            foreach (var running in node.Metadata["Captures"].Elements.ToArray())
            {
                if (running.AsMap?["ID"].AsString is not { } captureId || _captures.ContainsKey(captureId) || _agents.Find(node.Host) is not { } agent)
                {
                    continue;
                }

                try
                {
                    using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    deadline.CancelAfter(s_orderTimeout);
                    await agent.StopCaptureAsync(node.Id, captureId, deadline.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is AgentRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
                {
                    LogStopFailed(_logger, captureId, node.Name, node.Host, e.Message);
                }
            }
        }
    }

    private Dictionary<string, int> CountActive()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in _graph.Current.GetNodes(s_hasCaptures))
        {
            foreach (var capture in node.Metadata["Captures"].Elements)
            {
                if (capture.AsMap is { } map && map["State"].AsString == CaptureStates.Active && map["ID"].AsString is { } id)
                {
                    counts[id] = counts.GetValueOrDefault(id) + 1;
                }
            }
        }

        return counts;
    }

    [LoggerMessage(2401, LogLevel.Error, "Capture {Id} cannot be carried out: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string id, string reason);

    [LoggerMessage(2402, LogLevel.Warning, "The query of capture {Id} failed: {Reason}")]
    private static partial void LogQueryFailed(ILogger logger, string id, string reason);

    [LoggerMessage(2403, LogLevel.Warning, "Capture {Id} could not be started at {Node} on {Host}: {Reason}; trying again")]
    private static partial void LogStartFailed(ILogger logger, string id, string node, string host, string reason);

    [LoggerMessage(2404, LogLevel.Warning, "Capture {Id} could not be stopped at {Node} on {Host}: {Reason}")]
    private static partial void LogStopFailed(ILogger logger, string id, string node, string host, string reason);
}
