using Microsoft.Extensions.Logging;
using Skydive.Agent.Captures;
using Skydive.Agent.Hardware;
using Skydive.Agent.Injections;
using Skydive.Agent.Link;
using Skydive.Agent.PingMeshes;
using Skydive.Agent.Probes;
using Skydive.Agent.Topology;
using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Status;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent;

/// <summary>An agent: the graph of this host, kept current by its probes, and the captures that run on its nodes.</summary>
public sealed partial class AgentRuntime : IAsyncDisposable
{
    private readonly AgentOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<AgentRuntime> _logger;
    private readonly ProbeState _netlinkState = new();
    private readonly ProbeState _netnsState = new();
    private readonly ProbeState _hardwareState = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CaptureDirectory _captures;
    private readonly InjectionDirectory _injections;
    private readonly PingMeshDirectory _meshes;
    private HostProbe? _hardware;
    private NetlinkProbe? _netlink;
    private NamespaceProbe? _netns;
    private volatile ProbeSet? _probes;
    private ProbeContext? _context;

    /// <summary>Makes an agent that does nothing yet.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="flows">Where flows go.</param>
    /// <param name="loggers">Told of what goes wrong.</param>
    public AgentRuntime(AgentOptions options, IFlowOutput flows, ILoggerFactory loggers)
    {
        _options = options;
        _loggers = loggers;
        _logger = loggers.CreateLogger<AgentRuntime>();
        Graph = new(options.Host, "agent." + options.Host, null, new TidHook());
        _captures = new(Graph, options, flows, loggers.CreateLogger<CaptureDirectory>(), FindLink);
        _injections = new(Graph, FindLink);
        _meshes = new(Graph, FindLink, options.MetricsUpdate);
        Link = new AgentLink(options.Host, _captures, _injections, _meshes);
    }

    /// <summary>The graph of this host.</summary>
    public LiveGraph Graph { get; }

    /// <summary>What can be asked of the agent.</summary>
    public IAgentLink Link { get; }

    /// <summary>The names that <c>agent.topology.probes</c> may have, in order.</summary>
    public static IReadOnlyList<string> ProbeNames { get; } = [.. ProbeCatalog.AlwaysOn.Concat(ProbeCatalog.Optional.Keys).Order(StringComparer.Ordinal)];

    /// <summary>The keys of the host's node that <see cref="AgentOptions.Metadata"/> cannot set.</summary>
    public static IReadOnlyList<string> ReservedMetadataKeys => HostMetadata.ReservedKeys;

    /// <summary>How the probes do, by name.</summary>
    public IReadOnlyDictionary<string, ProbeStatus> Probes => new Dictionary<string, ProbeStatus>(_probes?.Status ?? [], StringComparer.Ordinal)
    {
        ["hardware"] = _hardwareState.Status,
        ["netlink"] = _netlinkState.Status,
        ["netns"] = _netnsState.Status,
    };

    /// <summary>Ends when the agent is disposed, or fails with what broke it.</summary>
    public Task Completion => _ended.Task;

    /// <summary>
    /// Starts the probes; the graph holds all interfaces of all named namespaces when this returns. Those that <see cref="AgentOptions.Probes"/>
    /// names start in the background.
    /// </summary>
    /// <exception cref="LinuxException">The kernel does not let us read even our own interfaces.</exception>
    public async Task StartAsync()
    {
        string hostNode = HostProbe.AddTo(Graph, _options.Metadata, _hardwareState);
        _netlink = new(Graph, hostNode, _netlinkState, _logger, new() { MetricsUpdate = _options.MetricsUpdate });
        _netlink.Start();
        Watch(_netlink.Completion);
        var namespaces = new NamespaceDirectory(_netlink);
        _netns = new(_options.NamespacePath, namespaces, _netnsState, _logger);
        long began = TimeProvider.System.GetTimestamp();
        await _netns.StartAsync(NetworkNamespace.OpenCurrent()).ConfigureAwait(false);
        Watch(_netns.Completion);
        _captures.Start();
        Watch(_captures.Completion);
        _injections.Start();
        Watch(_injections.Completion);
        _meshes.Start();
        Watch(_meshes.Completion);
        _context = new(Graph, hostNode, _options, _loggers, _netlink.FindLink, namespaces);
        _hardware = new(_context, _hardwareState);
        await _hardware.StartAsync(CancellationToken.None).ConfigureAwait(false);
        Watch(_hardware.Completion);
        _probes = new(_options.Probes, ProbeCatalog.Optional, _context, _logger);
        Watch(_probes.Completion);
        _probes.Start();
        LogStarted(_logger, Graph.Current.NodeCount, Graph.Current.EdgeCount, TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_probes is not null)
        {
            await _probes.DisposeAsync().ConfigureAwait(false);
        }

        if (_hardware is not null)
        {
            await _hardware.DisposeAsync().ConfigureAwait(false);
        }

        await _meshes.DisposeAsync().ConfigureAwait(false);
        await _injections.DisposeAsync().ConfigureAwait(false);
        await _captures.DisposeAsync().ConfigureAwait(false);
        _netns?.Dispose();
        _netlink?.Dispose();
        if (_context is { Processes.IsValueCreated: true })
        {
            _context.Processes.Value.Dispose();
        }

        _ended.TrySetResult();
    }

    private LinkLocation? FindLink(string nodeId) => _netlink?.FindLink(nodeId);

    private void Watch(Task part) => part.ContinueWith(
        ended => _ended.TrySetException(ended.Exception!.InnerExceptions),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    [LoggerMessage(1021, LogLevel.Information, "This host is in the graph: {Nodes} nodes, {Edges} edges, read in {Milliseconds:F0} ms")]
    private static partial void LogStarted(ILogger logger, int nodes, int edges, double milliseconds);
}
