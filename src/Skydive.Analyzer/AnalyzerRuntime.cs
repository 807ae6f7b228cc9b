using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Captures;
using Skydive.Analyzer.Fabric;
using Skydive.Analyzer.Flows;
using Skydive.Analyzer.History;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Injections;
using Skydive.Analyzer.PingMeshes;
using Skydive.Analyzer.Queries;
using Skydive.Analyzer.Topology;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Status;
using Skydive.Graph;
using Skydive.Gremlin;
using Skydive.Storage;

namespace Skydive.Analyzer;

/// <summary>
/// An analyzer: the merged graph of its agents, its history, flows and captures. <see cref="StartAsync"/> comes first; the API is mapped by
/// <see cref="Api.AnalyzerApi"/>.
/// </summary>
public sealed class AnalyzerRuntime : IAsyncDisposable
{
    private static readonly TimeSpan s_flushLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_trimAfter = TimeSpan.FromSeconds(2);

    private readonly AnalyzerOptions _options;
    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _startTime;
    private volatile HistoryWriter? _writer;
    private readonly FabricProbe _fabric;
    private readonly PeeringProbe _peering;
    private readonly FlowEnhancer _enhancer;
    private HistoryPruner? _pruner;
    private HeapTrimmer? _trimmer;
    private AgentPresence? _presence;
    private volatile bool _isReady;
    private int _isDisposed;

    /// <summary>Makes an analyzer that does nothing yet.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="store">Where history rests; stays with its owner.</param>
    /// <param name="loggers">Told of what goes wrong.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public AnalyzerRuntime(AnalyzerOptions options, IHistoryStore store, ILoggerFactory loggers, TimeProvider? time = null)
    {
        _options = options;
        _store = store;
        _loggers = loggers;
        _time = time ?? TimeProvider.System;
        _startTime = _time.GetUtcNow();
        Graph = new(options.Host, "analyzer." + options.Host, _time);
        Agents = new();
        _enhancer = new(Graph);
        Flows = new(store, options.MaximumBufferedFlows, _time, loggers.CreateLogger<FlowReceiver>(), _enhancer) { Board = FlowBoard };
        FlowRuns = new(store, Flows);
        var router = new FlowRouter(Agents, store, loggers.CreateLogger<FlowRouter>(), _enhancer);
        QuerySource = new AnalyzerQuerySource(Graph, store, FlushHistoryAsync, router) { FlowExpire = options.FlowExpire, PacketFilters = options.PacketFilters };
        _fabric = new(Graph, options.Fabric);
        _peering = new(Graph);
        Injections = new(Graph, Agents, store, _time, loggers.CreateLogger<InjectionManager>());
        PingMeshes = new(Graph, Agents, store, _time, loggers.CreateLogger<PingMeshManager>());
        Captures = new(Graph, Agents, store, options, _time, loggers.CreateLogger<CaptureManager>());
        var types = ContractsJsonContext.Default;
        Captures.OnChanged = (type, capture) => Notices.Tell(MessageNamespaces.OnDemandCaptureNotification, type, capture, types.Capture);
        Injections.OnChanged = (type, injection) => Notices.Tell(MessageNamespaces.OnDemandPacketInjectionNotification, type, injection, types.Injection);
    }

    /// <summary>The names that <c>analyzer.topology.probes</c> may have, in order: probes that run always.</summary>
    public static IReadOnlyList<string> ProbeNames { get; } = ["fabric", "peering"];

    /// <summary>The merged graph.</summary>
    public LiveGraph Graph { get; }

    /// <summary>The connected agents.</summary>
    public AgentDirectory Agents { get; }

    /// <summary>Takes flows from agents.</summary>
    public FlowReceiver Flows { get; }

    /// <summary>The runs of agents that send flows.</summary>
    internal FlowRunDirectory FlowRuns { get; }

    /// <summary>The captures.</summary>
    public CaptureManager Captures { get; }

    /// <summary>The injections.</summary>
    public InjectionManager Injections { get; }

    /// <summary>The ping meshes.</summary>
    public PingMeshManager PingMeshes { get; }

    /// <summary>What queries are asked of.</summary>
    public IQuerySource QuerySource { get; }

    /// <summary>Whether history and captures are loaded.</summary>
    public bool IsReady => _isReady;

    /// <summary>Ends when the analyzer is disposed, or fails with what broke it.</summary>
    public Task Completion => _ended.Task;

    /// <summary>How the analyzer works.</summary>
    internal AnalyzerOptions Options => _options;

    /// <summary>The history store.</summary>
    internal IHistoryStore Store => _store;

    /// <summary>The clock.</summary>
    internal TimeProvider Time => _time;

    /// <summary>The subscribers of graph events.</summary>
    internal ConnectionDirectory Subscribers { get; } = new();

    /// <summary>Tells subscribers of what is no change of the graph.</summary>
    internal NoticeBoard Notices { get; } = new();

    /// <summary>Tells subscribers of flows.</summary>
    internal FlowBoard FlowBoard { get; } = new();

    /// <summary>The subscribers of flows.</summary>
    internal ConnectionDirectory FlowSubscribers { get; } = new();

    /// <summary>The filters of subscribers.</summary>
    internal SubscriberFilters Filters { get; } = new();

    /// <summary>The programs that publish nodes and edges.</summary>
    internal ConnectionDirectory Publishers { get; } = new();

    /// <summary>Knows which agents are there; null until the analyzer has started.</summary>
    internal AgentPresence? Presence => _presence;

    /// <summary>How many transactions of the graph are not in the store yet.</summary>
    internal long HistoryWaiting => _writer?.Waiting ?? 0;

    /// <summary>Loads history and captures, and begins to work.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">The store could not be read or written.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _writer = await HistoryWriter.StartAsync(Graph, _store, _time, _loggers.CreateLogger<HistoryWriter>(), cancellationToken).ConfigureAwait(false);
        Watch(_writer.Completion);
        Watch(Flows.Completion);
        _fabric.AddFabric();
        _fabric.Start();
        Watch(_fabric.Completion);
        _peering.Start();
        Watch(_peering.Completion);
        _enhancer.Start();
        Watch(_enhancer.Completion);
        await Captures.StartAsync(cancellationToken).ConfigureAwait(false);
        Watch(Captures.Completion);
        await Injections.StartAsync(cancellationToken).ConfigureAwait(false);
        Watch(Injections.Completion);
        await PingMeshes.StartAsync(cancellationToken).ConfigureAwait(false);
        Watch(PingMeshes.Completion);
        _presence = new(Graph, _options.AgentPatience, _time, _loggers.CreateLogger<AgentPresence>());
        if (_options.LocalAgent is { } local)
        {
            _presence.Enter(local);
        }

        Watch(_presence.Completion);
        _pruner = new(_store, _time, _loggers.CreateLogger<HistoryPruner>());
        Watch(_pruner.Completion);
        _trimmer = new(Graph, () => _writer.IsBehind, _store.TrimMemoryAsync, _time, s_trimAfter);
        Watch(_trimmer.Completion);
        _isReady = true;
    }

    /// <summary>How the analyzer does.</summary>
    public AnalyzerStatus GetStatus()
    {
        var snapshot = Graph.Current;
        var storage = _store.GetStatus();
        using var process = Process.GetCurrentProcess();
        return new()
        {
            Agents = Agents.Agents.ToDictionary(static agent => agent.Link.Host, static agent => agent.Status, StringComparer.Ordinal),
            Publishers = Publishers.Status,
            Subscribers = Subscribers.Status,
            Probes = GetProbes(),
            Storage = storage with { FlowsDropped = Flows.Dropped, RevisionsDropped = _writer?.Dropped ?? 0, MetricsDropped = _writer?.SamplesDropped ?? 0 },
            Flows = Flows.Status,
            CaptureStatistics = Captures.GetStatistics(),
            NodeCount = snapshot.NodeCount,
            EdgeCount = snapshot.EdgeCount,
            StartTime = _startTime,
            MemoryBytes = process.WorkingSet64,
        };
    }

    /// <summary>Waits, within limits, until the store has everything that happened before; a question for the past that reaches up to now needs it.</summary>
    /// <returns>Whether it has.</returns>
    internal Task<bool> FlushHistoryAsync(CancellationToken cancellationToken) => _writer?.FlushAsync(s_flushLimit, cancellationToken) ?? Task.FromResult(true);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _isReady = false;
        if (_trimmer is not null)
        {
            await _trimmer.DisposeAsync().ConfigureAwait(false);
        }

        if (_pruner is not null)
        {
            await _pruner.DisposeAsync().ConfigureAwait(false);
        }

        await PingMeshes.DisposeAsync().ConfigureAwait(false);
        if (_presence is not null)
        {
            await _presence.DisposeAsync().ConfigureAwait(false);
        }

        await Injections.DisposeAsync().ConfigureAwait(false);
        await Captures.DisposeAsync().ConfigureAwait(false);
        await _peering.DisposeAsync().ConfigureAwait(false);
        await _fabric.DisposeAsync().ConfigureAwait(false);
        await Flows.DisposeAsync().ConfigureAwait(false);
        await _enhancer.DisposeAsync().ConfigureAwait(false);
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        _ended.TrySetResult();
    }

    private Dictionary<string, ProbeStatus> GetProbes() => new(_options.GetProbes(), StringComparer.Ordinal)
    {
        ["fabric"] = StatusOf(_fabric.Completion),
        ["peering"] = StatusOf(_peering.Completion),
    };

    private ProbeStatus StatusOf(Task completion) => completion.IsFaulted
        ? new() { Status = "failed", Message = completion.Exception.GetBaseException().Message }
        : new() { Status = _isReady ? "running" : "starting" };

    /// <summary>The analyzer fails when a part of it does.</summary>
    internal void Watch(Task part) => part.ContinueWith(
        ended => _ended.TrySetException(ended.Exception!.InnerExceptions),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);
}
