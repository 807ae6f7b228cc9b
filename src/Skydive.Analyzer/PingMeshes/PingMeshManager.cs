using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.Topology;
using Skydive.Contracts;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Graph.Execution;
using Skydive.Storage;

namespace Skydive.Analyzer.PingMeshes;

/// <summary>
/// Keeps ping meshes as standing orders: whenever the graph changes or an agent connects, it brings what agents measure in line with what is
/// asked for; at a period it asks them for samples, which it brings into the store. Meshes survive a restart of the service, and of agents.
/// </summary>
public sealed partial class PingMeshManager : IAsyncDisposable
{
    private const string ResourceKind = "pingmesh";
    private const string MeshesKey = "PingMeshes";
    private const int MaximumMeshes = 100;

    /// <summary>The path of the samples; their element is the pair.</summary>
    private const string SamplePath = "PingMesh";

    private static readonly TimeSpan s_pollTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pollPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPollPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_deleteWait = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(5);

    private readonly LiveGraph _graph;
    private readonly AgentDirectory _agents;
    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<PingMeshManager> _logger;
    private readonly ConcurrentDictionary<string, StandingPingMesh> _meshes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Host, string? MeshId)> _forgetful = new();
    private readonly NodesWithKey _measuring = new(MeshesKey);
    private readonly Wakeup _due = new();
    private readonly CancellationTokenSource _stop = new();
    private GraphSubscription? _subscription;
    private DateTimeOffset? _retryAt;
    private int _isDisposed;

    /// <summary>Makes a manager without meshes.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    /// <param name="agents">The agents.</param>
    /// <param name="store">Where meshes and samples rest.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of what goes wrong.</param>
    public PingMeshManager(LiveGraph graph, AgentDirectory agents, IHistoryStore store, TimeProvider time, ILogger<PingMeshManager> logger)
    {
        _graph = graph;
        _agents = agents;
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Ends when the manager is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>All meshes by identifier, the oldest first, without their pairs.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyDictionary<string, PingMesh>> ListAsync(CancellationToken cancellationToken)
    {
        StandingPingMesh[] meshes = [.. _meshes.Values.OrderBy(static standing => standing.Mesh.StartTime)];
        await Task.WhenAll(meshes.Select(standing => PollAsync(standing, s_fresh, cancellationToken))).ConfigureAwait(false);
        return meshes.ToDictionary(static standing => standing.Mesh.UUID, static standing => standing.Describe(withPairs: false), StringComparer.Ordinal);
    }

    /// <summary>One mesh as it is now, with its pairs; null when there is none.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PingMesh?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!_meshes.TryGetValue(id, out var standing))
        {
            return null;
        }

        await PollAsync(standing, s_fresh, cancellationToken).ConfigureAwait(false);
        return standing.Describe(withPairs: true);
    }

    /// <summary>One mesh with what its pairs measured in a span of time; null when there is none.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="slice">The time; for a point, the sample that covers it or is the last before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">The store could not be read.</exception>
    public async Task<PingMesh?> FindAsync(string id, TimeSlice slice, CancellationToken cancellationToken)
    {
        if (!_meshes.TryGetValue(id, out var standing))
        {
            return null;
        }

        var samples = (await SearchAsync(standing, slice, cancellationToken).ConfigureAwait(false)).ToLookup(static sample => sample.PairID, StringComparer.Ordinal);
        return standing.Describe([.. standing.KnownPairs().Where(pair => samples.Contains(pair.ID)).Select(pair => InPast(pair, samples[pair.ID]))], withPairs: true);
    }

    /// <summary>The samples of a mesh by their time; null when there is no such mesh.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="slice">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">The store could not be read.</exception>
    public async Task<IReadOnlyList<PingSample>?> GetSamplesAsync(string id, TimeSlice slice, CancellationToken cancellationToken) =>
        _meshes.TryGetValue(id, out var standing) ? await SearchAsync(standing, slice, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>Takes a mesh.</summary>
    /// <param name="mesh">The mesh; its identifier is assigned here.</param>
    /// <param name="timeToLive">When it ends by itself; null for never.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The mesh as it is in force, with its pairs.</returns>
    /// <exception cref="ResourceException">It is invalid, or has no pairs or too many.</exception>
    /// <exception cref="HistoryException">It could not be kept.</exception>
    public async Task<PingMesh> CreateAsync(PingMesh mesh, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var order = PingMeshResolver.Complete(mesh) with { UUID = Identifiers.Random(), StartTime = now };
        var pairs = await new PingMeshResolver(_graph.Current).ResolveAsync(order, cancellationToken).ConfigureAwait(false);
        if (_meshes.Count >= MaximumMeshes)
        {
            throw new ResourceException(409, Contracts.Errors.ErrorCodes.InvalidPingMesh, $"there are {MaximumMeshes} ping meshes already: delete one first");
        }

        var standing = new StandingPingMesh(new() { Mesh = order, ExpiresAt = timeToLive is { } life ? (now + life).ToUnixTimeMilliseconds() : null });
        standing.SetPairs(pairs);
        await KeepAsync(standing, cancellationToken).ConfigureAwait(false);
        _meshes[order.UUID] = standing;
        _due.Signal();
        return standing.Describe(withPairs: true);
    }

    /// <summary>Ends a mesh on all hosts, and forgets it.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="HistoryException">It could not be removed.</exception>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        if (!_meshes.TryGetValue(id, out var standing))
        {
            return false;
        }

        await _store.DeleteResourceAsync(ResourceKind, id, cancellationToken).ConfigureAwait(false);
        if (!_meshes.TryRemove(id, out _))
        {
            return false;
        }

        // An agent that does not answer now gets the order again as long as its nodes show the mesh.
        var stops = Task.WhenAll(standing.Hosts.Select(host => _agents.OrderAsync(host, (agent, token) => agent.StopPingMeshAsync(id, token), _stop.Token)));
        await Task.WhenAny(stops, Task.Delay(s_deleteWait, _time, CancellationToken.None)).ConfigureAwait(false);
        _due.Signal();
        return true;
    }

    /// <summary>Loads the meshes that were in force when the service ended, and begins to carry them out.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">They could not be read.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in await _store.GetResourcesAsync(ResourceKind, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var stored = JsonSerializer.Deserialize(resource.Json, PingMeshesJsonContext.Default.StoredPingMesh)!;
                _meshes[stored.Mesh.UUID] = new(stored);
            }
            catch (JsonException e)
            {
                LogNotLoaded(_logger, resource.Id, e.Message);
            }
        }

        _agents.AgentAdded += OnAgentAdded;
        _subscription = _graph.Subscribe();
        _measuring.Reset(_subscription.Start);
        Completion = LoopGroup.WatchAsync(_stop, Task.Run(FollowGraphAsync), Task.Run(RunAsync), Task.Run(PollAllAsync));
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

    private static PingPair InPast(PingPair pair, IEnumerable<PingSample> samples)
    {
        PingSample[] all = [.. samples];
        var statistics = PingStatistics.Sum(all.Select(static sample => sample.Statistics));
        return pair with
        {
            State = all[^1].Statistics is { Received: 0, Lost: > 0 } ? PingPairStates.Down : statistics.Received > 0 ? PingPairStates.Up : PingPairStates.Pending,
            Statistics = statistics,
        };
    }

    private void OnAgentAdded(string host)
    {
        _forgetful.Enqueue((host, null));
        _due.Signal();
    }

    private Task KeepAsync(StandingPingMesh standing, CancellationToken cancellationToken) => _store.PutResourceAsync(
        ResourceKind, standing.Mesh.UUID, JsonSerializer.Serialize(standing.ToStored(), PingMeshesJsonContext.Default.StoredPingMesh), cancellationToken);

    private async Task FollowGraphAsync()
    {
        try
        {
            await foreach (var change in _subscription!.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                bool concerns = _measuring.Apply(change);
                if (change.Commit is not { IsTransient: true } && (concerns || !_meshes.IsEmpty))
                {
                    _due.Signal();
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
                var deadline = _meshes.Values.SelectMany(static standing => (DateTimeOffset?[])[standing.ExpiresAt, standing.RetryAt]).Append(_retryAt).Min();
                await _due.WaitAsync(deadline, _time, _stop.Token).ConfigureAwait(false);
                await pace.RunAsync(ReconcileOrRetryAsync, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task ReconcileOrRetryAsync()
    {
        try
        {
            await ReconcileAsync().ConfigureAwait(false);
        }
        catch (HistoryException e)
        {
            _retryAt = _time.GetUtcNow() + s_retryDelay;
            LogNotKept(_logger, e.Message);
        }
    }

    private async Task ReconcileAsync()
    {
        _retryAt = null;
        var now = _time.GetUtcNow();
        foreach (var expired in _meshes.Values.Where(standing => standing.ExpiresAt <= now).ToArray())
        {
            await DeleteAsync(expired.Mesh.UUID, _stop.Token).ConfigureAwait(false);
        }

        while (_forgetful.TryDequeue(out var forgetful))
        {
            foreach (var standing in _meshes.Values.Where(standing => forgetful.MeshId is null || standing.Mesh.UUID == forgetful.MeshId))
            {
                standing.Ordered.Remove(forgetful.Host);
            }
        }

        var snapshot = _graph.Current;
        foreach (var standing in _meshes.Values.Where(static standing => !standing.IsCompleted))
        {
            await ResolveAsync(standing, snapshot).ConfigureAwait(false);
        }

        var stops = FindOrphans(snapshot).Select(async orphan =>
        {
            if (await _agents.OrderAsync(orphan.Host, (agent, token) => agent.StopPingMeshAsync(orphan.Id, token), _stop.Token).ConfigureAwait(false) is not null && _agents.Find(orphan.Host) is not null)
            {
                _retryAt = now + s_retryDelay;
            }
        });
        await Task.WhenAll([.. stops, .. _meshes.Values.Where(static standing => !standing.IsCompleted).Select(OrderAsync)]).ConfigureAwait(false);
    }

    /// <summary>Looks which pairs a mesh has now.</summary>
    private async Task ResolveAsync(StandingPingMesh standing, GraphSnapshot snapshot)
    {
        IReadOnlyList<MeshPair> pairs;
        try
        {
            pairs = await new PingMeshResolver(snapshot).ResolveAsync(standing.Mesh, _stop.Token).ConfigureAwait(false);
            standing.Error = null;
        }
        catch (ResourceException e)
        {
            // The interfaces went, or are too many now. Those that were measured and are there still go on.
            standing.Error = e.Message;
            var there = snapshot.GetNodes().Select(static node => node.TID).OfType<string>().ToHashSet(StringComparer.Ordinal);
            pairs = [.. standing.Pairs.Where(pair => there.Contains(pair.Pair.SrcTID) && there.Contains(pair.Pair.DstTID))];
        }

        if (standing.SetPairs(pairs) && _meshes.ContainsKey(standing.Mesh.UUID))
        {
            await KeepAsync(standing, _stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Tells agents what to measure, where that is not what they were told before.</summary>
    private async Task OrderAsync(StandingPingMesh standing)
    {
        standing.RetryAt = null;
        var orders = standing.Pairs.Where(static pair => pair.Probe is not null)
            .GroupBy(static pair => pair.Pair.SrcHost, static pair => pair.Probe!, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, group => new PingMeshOrder { Mesh = standing.Mesh, Probes = [.. group] }, StringComparer.Ordinal);
        var changes = orders.Select(pair => (Host: pair.Key, Order: (PingMeshOrder?)pair.Value))
            .Concat(standing.Ordered.Keys.Where(host => !orders.ContainsKey(host)).Select(static host => (Host: host, Order: (PingMeshOrder?)null))).ToArray();
        var results = await Task.WhenAll(changes.Select(async change =>
        {
            string text = change.Order is null ? string.Empty : JsonSerializer.Serialize(change.Order, ContractsJsonContext.Default.PingMeshOrder);
            if (standing.Ordered.GetValueOrDefault(change.Host) == text)
            {
                return (change.Host, Text: text, Error: (string?)null);
            }

            var refusal = await _agents.OrderAsync(
                change.Host,
                (agent, token) => change.Order is { } order ? agent.SetPingMeshAsync(order, token) : agent.StopPingMeshAsync(standing.Mesh.UUID, token),
                _stop.Token).ConfigureAwait(false);
            return (change.Host, Text: text, Error: refusal?.Message);
        })).ConfigureAwait(false);
        foreach (var (host, text, error) in results)
        {
            if (error is not null)
            {
                // One that is not connected gives a reason for another round when it is.
                standing.Ordered.Remove(host);
                standing.HostErrors[host] = error;
                standing.RetryAt = _agents.Find(host) is null ? standing.RetryAt : _time.GetUtcNow() + s_retryDelay;
            }
            else
            {
                standing.HostErrors.TryRemove(host, out _);
                if (text.Length == 0)
                {
                    standing.Ordered.Remove(host);
                }
                else
                {
                    standing.Ordered[host] = text;
                }
            }
        }

        // Deleted in the meantime: whoever deleted it may have spoken with the agents before us.
        if (!_meshes.ContainsKey(standing.Mesh.UUID))
        {
            await Task.WhenAll(standing.Hosts.Select(host => _agents.OrderAsync(host, (agent, token) => agent.StopPingMeshAsync(standing.Mesh.UUID, token), _stop.Token))).ConfigureAwait(false);
        }
    }

    /// <summary>What agents measure for meshes that are no more, or are completed.</summary>
    private HashSet<(string Host, string Id)> FindOrphans(GraphSnapshot snapshot)
    {
        var orphans = new HashSet<(string Host, string Id)>();
        foreach (string nodeId in _measuring.Ids)
        {
            if (snapshot.FindNode(nodeId) is not { } node)
            {
                continue;
            }

            foreach (var element in node.Metadata[MeshesKey].Elements)
            {
                if (element.AsMap?["ID"].AsString is { } id && !(_meshes.TryGetValue(id, out var standing) && !standing.IsCompleted))
                {
                    orphans.Add((node.Host, id));
                }
            }
        }

        return orphans;
    }

    private async Task PollAllAsync()
    {
        using var timer = new PeriodicTimer(s_pollPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await Task.WhenAll(_meshes.Values.Select(standing => PollAsync(standing, PollPeriodOf(standing.Mesh), _stop.Token))).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>How often a mesh is asked for when nobody looks: that it is over should be seen soon.</summary>
    private static TimeSpan PollPeriodOf(PingMesh mesh)
    {
        var period = TimeSpan.FromMilliseconds(mesh.SamplePeriod);
        return mesh.Count > 0 ? s_fresh : period < s_longestPollPeriod ? period : s_longestPollPeriod;
    }

    /// <summary>Asks the agents of a mesh what they have measured, unless that was done a moment ago.</summary>
    private async Task PollAsync(StandingPingMesh standing, TimeSpan notWithin, CancellationToken cancellationToken)
    {
        if (standing.IsCompleted)
        {
            return;
        }

        await standing.Polling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (standing.IsCompleted || (standing.PolledAt is { } at && _time.GetElapsedTime(at) < notWithin))
            {
                return;
            }

            var hosts = standing.Hosts;
            standing.PolledAt = _time.GetTimestamp();
            await Task.WhenAll(hosts.Select(host => PollAsync(standing, host, cancellationToken))).ConfigureAwait(false);
            if (standing.Mesh.Count > 0 && hosts.Count > 0 && hosts.All(standing.CompletedHosts.Contains))
            {
                standing.Complete();
                await KeepAsync(standing, cancellationToken).ConfigureAwait(false);

                // What agents still have of it is an orphan now.
                _due.Signal();
            }
        }
        catch (HistoryException e)
        {
            LogNotKept(_logger, e.Message);
        }
        finally
        {
            standing.Polling.Release();
        }
    }

    private async Task PollAsync(StandingPingMesh standing, string host, CancellationToken cancellationToken)
    {
        if (_agents.Find(host) is not { } agent)
        {
            standing.HostErrors[host] = $"the agent of {host} is not connected";
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_pollTimeout);
        try
        {
            PingReport report;
            do
            {
                long after;
                lock (standing.Acknowledged)
                {
                    after = standing.Acknowledged.GetValueOrDefault(host);
                }

                report = await agent.GetPingReportAsync(new() { UUID = standing.Mesh.UUID, After = after }, deadline.Token).ConfigureAwait(false);
                await TakeAsync(standing, host, report, cancellationToken).ConfigureAwait(false);
            }
            while (report.HasMore);
        }
        catch (AgentRequestException e) when (e.Status == 404)
        {
            // It has begun anew, or has not got the order yet.
            _forgetful.Enqueue((host, standing.Mesh.UUID));
            _due.Signal();
        }
        catch (AgentRequestException e)
        {
            standing.HostErrors[host] = e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            standing.HostErrors[host] = $"the agent of {host} does not answer within {s_pollTimeout.TotalSeconds} s";
        }
    }

    private async Task TakeAsync(StandingPingMesh standing, string host, PingReport report, CancellationToken cancellationToken)
    {
        var known = standing.Pairs.Select(static pair => pair.Pair.ID).ToHashSet(StringComparer.Ordinal);
        foreach (var pair in report.Pairs.Where(pair => known.Contains(pair.ID)))
        {
            standing.Reports[pair.ID] = pair;
        }

        standing.HostErrors.TryRemove(host, out _);
        if (report.Samples.Count > 0)
        {
            // Only when they are kept may the agent forget them.
            await _store.AppendMetricsAsync([.. report.Samples.Select(static sample => new MetricSample(sample.PairID, SamplePath, ToValues(sample)))], cancellationToken).ConfigureAwait(false);
        }

        lock (standing.Acknowledged)
        {
            standing.Acknowledged[host] = report.Sequence;
            if (report.IsCompleted && !report.HasMore)
            {
                standing.CompletedHosts.Add(host);
            }
            else
            {
                standing.CompletedHosts.Remove(host);
            }
        }
    }

    private async Task<IReadOnlyList<PingSample>> SearchAsync(StandingPingMesh standing, TimeSlice slice, CancellationToken cancellationToken)
    {
        await PollAsync(standing, s_fresh, cancellationToken).ConfigureAwait(false);
        var samples = await _store.SearchMetricsAsync(
            new() { ElementIds = [.. standing.KnownPairs().Select(static pair => pair.ID)], Path = SamplePath, Slice = slice }, cancellationToken).ConfigureAwait(false);
        return [.. samples.Select(ToSample)];
    }

    private static MetadataMap ToValues(PingSample sample) => new MetadataBuilder()
        .Set("Start", sample.Start)
        .Set("Last", sample.Last)
        .Set(nameof(PingStatistics.Sent), sample.Statistics.Sent)
        .Set(nameof(PingStatistics.Received), sample.Statistics.Received)
        .Set(nameof(PingStatistics.Lost), sample.Statistics.Lost)
        .Set(nameof(PingStatistics.Duplicates), sample.Statistics.Duplicates)
        .Set(nameof(PingStatistics.Late), sample.Statistics.Late)
        .Set(nameof(PingStatistics.RTTMin), sample.Statistics.RTTMin)
        .Set(nameof(PingStatistics.RTTMax), sample.Statistics.RTTMax)
        .Set(nameof(PingStatistics.RTTSum), sample.Statistics.RTTSum)
        .Set(nameof(PingStatistics.Jitter), sample.Statistics.Jitter)
        .Build();

    private static PingSample ToSample(MetricSample sample) => new()
    {
        PairID = sample.ElementId,
        Start = sample.Start,
        Last = sample.Last,
        Statistics = new()
        {
            Sent = Number(sample, nameof(PingStatistics.Sent)),
            Received = Number(sample, nameof(PingStatistics.Received)),
            Lost = Number(sample, nameof(PingStatistics.Lost)),
            Duplicates = Number(sample, nameof(PingStatistics.Duplicates)),
            Late = Number(sample, nameof(PingStatistics.Late)),
            RTTMin = Number(sample, nameof(PingStatistics.RTTMin)),
            RTTMax = Number(sample, nameof(PingStatistics.RTTMax)),
            RTTSum = Number(sample, nameof(PingStatistics.RTTSum)),
            Jitter = Number(sample, nameof(PingStatistics.Jitter)),
        },
    };

    private static long Number(MetricSample sample, string key) => sample.Values[key].TryGetInteger(out long number) ? number : 0;

    [LoggerMessage(2441, LogLevel.Error, "Ping mesh {Id} cannot be read from the store: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string id, string reason);

    [LoggerMessage(2442, LogLevel.Warning, "Ping meshes or what they measured cannot be kept: {Reason}; trying again")]
    private static partial void LogNotKept(ILogger logger, string reason);
}
