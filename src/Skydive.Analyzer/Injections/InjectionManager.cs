using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Graph.Execution;
using Skydive.Storage;

namespace Skydive.Analyzer.Injections;

/// <summary>
/// Carries out injections: finds what each source has to send, orders the agents, follows in the graph how far they are, and stops them when
/// they are deleted or their time is over. Those that are over are remembered, also after a restart; one that a restart interrupts is not sent
/// again.
/// </summary>
public sealed partial class InjectionManager : IAsyncDisposable
{
    private const string ResourceKind = "injectpacket";
    private const string InjectionsKey = "PacketInjections";
    private const int MaximumOver = 1000;
    private const long MaximumTraceBytes = 64 << 20;
    private static readonly TimeSpan s_deleteWait = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(5);

    private readonly LiveGraph _graph;
    private readonly AgentDirectory _agents;
    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<InjectionManager> _logger;
    private readonly ConcurrentDictionary<string, RunningInjection> _injections = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _returnedHosts = new();

    private readonly NodesWithKey _injecting = new(InjectionsKey);
    private readonly Wakeup _due = new();
    private readonly CancellationTokenSource _stop = new();
    private GraphSubscription? _subscription;
    private DateTimeOffset? _retryAt;
    private int _isDisposed;

    /// <summary>Makes a manager without injections.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    /// <param name="agents">The agents.</param>
    /// <param name="store">Where injections rest.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of what goes wrong.</param>
    public InjectionManager(LiveGraph graph, AgentDirectory agents, IHistoryStore store, TimeProvider time, ILogger<InjectionManager> logger)
    {
        _graph = graph;
        _agents = agents;
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Ends when the manager is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Told of injections that come, go or are taken by a node: the type of the message that says so, and the injection.</summary>
    internal Action<string, Injection> OnChanged { get; set; } = static (_, _) => { };

    /// <summary>How many are remembered.</summary>
    internal int Count => _injections.Count;

    /// <summary>All injections by identifier, with what became of them.</summary>
    public IReadOnlyDictionary<string, Injection> List() =>
        _injections.Values.OrderBy(static running => running.Injection.StartTime).ToDictionary(static running => running.Injection.UUID, static running => running.Describe(), StringComparer.Ordinal);

    /// <summary>One injection; null when there is none.</summary>
    /// <param name="id">Its identifier.</param>
    public Injection? Find(string id) => _injections.TryGetValue(id, out var running) ? running.Describe() : null;

    /// <summary>Starts an injection at all its sources, or at none.</summary>
    /// <param name="injection">The injection; its identifier is assigned here.</param>
    /// <param name="timeToLive">When it ends by itself; null for never.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The injection as it is in force.</returns>
    /// <exception cref="ResourceException">It is invalid, its packets have no way, or an agent cannot send them.</exception>
    /// <exception cref="HistoryException">It could not be kept.</exception>
    public async Task<Injection> CreateAsync(Injection injection, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var order = injection with
        {
            UUID = Identifiers.Random(),
            Type = injection.Type.Length == 0 ? InjectionTypes.IcmpV4 : injection.Type,
            Mode = injection.Mode.Length == 0 ? InjectionModes.Unique : injection.Mode,
            Count = injection.Count == 0 && injection.Pcap is null ? Injection.DefaultCount : injection.Count,
            TTL = injection.TTL == 0 ? Injection.DefaultTimeToLive : injection.TTL,
            StartTime = now,
            State = null,
            PacketCount = null,
            Sources = null,
        };
#pragma warning disable CA5394 // Ports and identifiers, no secrets.
        var resolved = await new InjectionResolver(_graph.Current, Random.Shared).ResolveAsync(order, cancellationToken).ConfigureAwait(false);
#pragma warning restore CA5394
        var running = new RunningInjection(new()
        {
            Injection = order,
            ExpiresAt = timeToLive is { } life ? (now + life).ToUnixTimeMilliseconds() : null,
            Sources = resolved.ToDictionary(
                static one => one.Source.Id,
                static one => new InjectionSource
                {
                    TID = one.Source.TID ?? string.Empty,
                    Name = one.Source.Name,
                    Host = one.Source.Host,
                    SrcIP = one.Injection.SrcIP,
                    DstIP = one.Injection.DstIP,
                    DstMAC = one.Injection.DstMAC,
                    State = InjectionStates.Active,
                },
                StringComparer.Ordinal),
        });
        await ForgetOldAsync(cancellationToken).ConfigureAwait(false);
        await KeepAsync(running, cancellationToken).ConfigureAwait(false);
        _injections[order.UUID] = running;
        OnChanged(MessageTypes.Added, order);
        var refusals = await Task.WhenAll(resolved.Select(one => _agents.OrderAsync(one.Source.Host, (agent, token) => agent.StartInjectionAsync(one.Source.Id, one.Injection, token), cancellationToken)))
            .ConfigureAwait(false);
        if (refusals.FirstOrDefault(static refusal => refusal is not null) is { } refusal)
        {
            await DeleteAsync(order.UUID, CancellationToken.None).ConfigureAwait(false);
            throw new ResourceException(refusal.Status, ErrorCodes.InvalidInjection, refusal.Message);
        }

        OnChanged(MessageTypes.NodeUpdated, order);
        _due.Signal();
        return order;
    }

    /// <summary>Stops an injection at all its sources, and forgets it.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="HistoryException">It could not be removed.</exception>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        if (!_injections.TryGetValue(id, out var running))
        {
            return false;
        }

        await _store.DeleteResourceAsync(ResourceKind, id, cancellationToken).ConfigureAwait(false);
        if (!_injections.TryRemove(id, out _))
        {
            return false;
        }

        // An agent that does not answer now gets the order again as long as its node shows the injection.
        var stops = Task.WhenAll(running.Sources.Where(static source => source.Value.State == InjectionStates.Active)
            .Select(source => _agents.OrderAsync(source.Value.Host, (agent, token) => agent.StopInjectionAsync(source.Key, id, token), _stop.Token)));
        OnChanged(MessageTypes.Deleted, running.Injection);
        await Task.WhenAny(stops, Task.Delay(s_deleteWait, _time, CancellationToken.None)).ConfigureAwait(false);
        _due.Signal();
        return true;
    }

    /// <summary>Loads what is remembered, and begins to follow the graph.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">They could not be read.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in await _store.GetResourcesAsync(ResourceKind, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var running = new RunningInjection(JsonSerializer.Deserialize(resource.Json, InjectionsJsonContext.Default.StoredInjection)!);
                _injections[running.Injection.UUID] = running;

                // Until an agent shows that it still sends.
                foreach (string nodeId in running.Sources.Keys)
                {
                    Interrupt(running, nodeId);
                }
            }
            catch (JsonException e)
            {
                LogNotLoaded(_logger, resource.Id, e.Message);
            }
        }

        _agents.AgentAdded += OnAgentAdded;
        _subscription = _graph.Subscribe();
        _injecting.Reset(_subscription.Start);
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

    private static void Interrupt(RunningInjection running, string nodeId)
    {
        if (running.Sources.TryGetValue(nodeId, out var source) && source.State == InjectionStates.Active)
        {
            running.Sources[nodeId] = source with { State = InjectionStates.Interrupted, Error = "the service or its agent ended meanwhile" };
        }
    }

    private void OnAgentAdded(string host)
    {
        _returnedHosts.Enqueue(host);
        _due.Signal();
    }

    private Task KeepAsync(RunningInjection running, CancellationToken cancellationToken) => _store.PutResourceAsync(
        ResourceKind, running.Injection.UUID, JsonSerializer.Serialize(running.ToStored(), InjectionsJsonContext.Default.StoredInjection), cancellationToken);

    /// <summary>Forgets the oldest of those that are over, so that neither their number nor the traces that they brought grow without end.</summary>
    private async Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        int count = 0;
        long bytes = 0;
        foreach (var over in _injections.Values.Where(static running => !running.IsActive).OrderByDescending(static running => running.Injection.StartTime).ToArray())
        {
            bytes += over.Injection.Pcap?.Length ?? 0;
            if (++count > MaximumOver || bytes > MaximumTraceBytes)
            {
                await DeleteAsync(over.Injection.UUID, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task FollowGraphAsync()
    {
        try
        {
            await foreach (var change in _subscription!.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (_injecting.Apply(change))
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
            while (true)
            {
                var deadline = _injections.Values.Select(static running => running.ExpiresAt).Append(_retryAt).Min();
                await _due.WaitAsync(deadline, _time, _stop.Token).ConfigureAwait(false);
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
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task ReconcileAsync()
    {
        _retryAt = null;
        var now = _time.GetUtcNow();
        foreach (var expired in _injections.Values.Where(running => running.ExpiresAt <= now).ToArray())
        {
            await DeleteAsync(expired.Injection.UUID, _stop.Token).ConfigureAwait(false);
        }

        var snapshot = _graph.Current;
        var stops = new List<(Node Node, string Id)>();
        var ended = new HashSet<RunningInjection>();
        foreach (string nodeId in _injecting.Ids)
        {
            if (snapshot.FindNode(nodeId) is { } node)
            {
                Read(node, stops, ended);
            }
        }

        FindLost(snapshot, ended);
        foreach (var running in ended)
        {
            // Deleted meanwhile: it must not come back.
            if (_injections.ContainsKey(running.Injection.UUID))
            {
                await KeepAsync(running, _stop.Token).ConfigureAwait(false);
            }
        }

        var refusals = await Task.WhenAll(stops.Select(stop => _agents.OrderAsync(stop.Node.Host, (agent, token) => agent.StopInjectionAsync(stop.Node.Id, stop.Id, token), _stop.Token))).ConfigureAwait(false);
        if (refusals.Any(static refusal => refusal is not null))
        {
            _retryAt = now + s_retryDelay;
        }
    }

    /// <summary>Takes in how far the injections of a node are.</summary>
    /// <param name="node">The node.</param>
    /// <param name="stops">What the agent may forget, or must stop.</param>
    /// <param name="ended">The injections of which a source is over since.</param>
    private void Read(Node node, List<(Node Node, string Id)> stops, HashSet<RunningInjection> ended)
    {
        foreach (var element in node.Metadata[InjectionsKey].Elements)
        {
            if (element.AsMap is not { } entry || entry["ID"].AsString is not { } id)
            {
                continue;
            }

            string state = entry["State"].AsString ?? InjectionStates.Active;
            if (!_injections.TryGetValue(id, out var running))
            {
                stops.Add((node, id));
                continue;
            }

            if (!running.Sources.TryGetValue(node.Id, out var before))
            {
                continue;
            }

            running.Sources[node.Id] = before with
            {
                State = state,
                PacketCount = entry["PacketCount"].TryGetInteger(out long count) ? count : before.PacketCount,
                Error = entry["Error"].AsString,
            };
            if (state != InjectionStates.Active)
            {
                stops.Add((node, id));
                if (before.State != state)
                {
                    ended.Add(running);
                }
            }
        }
    }

    /// <summary>Sources that are gone, and those whose agent has begun anew and knows nothing of them.</summary>
    private void FindLost(GraphSnapshot snapshot, HashSet<RunningInjection> ended)
    {
        var returned = new HashSet<string>(StringComparer.Ordinal);
        while (_returnedHosts.TryDequeue(out string? host))
        {
            returned.Add(host);
        }

        foreach (var running in _injections.Values)
        {
            foreach (var (nodeId, source) in running.Sources.Where(static entry => entry.Value.State == InjectionStates.Active))
            {
                if (snapshot.FindNode(nodeId) is not { } node)
                {
                    running.Sources[nodeId] = source with { State = InjectionStates.Failed, Error = "the interface is gone" };
                    ended.Add(running);
                }
                else if (returned.Contains(source.Host) && !node.Metadata[InjectionsKey].Elements.ToArray().Any(element => element.AsMap?["ID"].AsString == running.Injection.UUID))
                {
                    Interrupt(running, nodeId);
                    ended.Add(running);
                }
            }
        }
    }

    [LoggerMessage(2421, LogLevel.Error, "Injection {Id} cannot be read from the store: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string id, string reason);

    [LoggerMessage(2422, LogLevel.Warning, "What became of injections cannot be kept: {Reason}; trying again")]
    private static partial void LogNotKept(ILogger logger, string reason);
}
