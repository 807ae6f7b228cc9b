using System.Collections.Concurrent;
using Skydive.Agent.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Injections;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;

namespace Skydive.Agent.Injections;

/// <summary>
/// The injections of this host's nodes: started and stopped on request, ended with their nodes, and shown in the <c>PacketInjections</c> list of
/// each node. One that is over stays in the list until whoever ordered it has seen that, or for some minutes.
/// </summary>
internal sealed class InjectionDirectory : IAsyncDisposable
{
    private const string InjectionsKey = "PacketInjections";
    private const int MaximumInjections = 10_000;
    private static readonly TimeSpan s_countsPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_keptWhenOver = TimeSpan.FromMinutes(10);

    private readonly LiveGraph _graph;
    private readonly Func<string, LinkLocation?> _findLink;
    private readonly TimeProvider _time;

    // Read by anyone; changed only by who holds _changing.
    private readonly ConcurrentDictionary<(string NodeId, string InjectionId), NodeInjection> _injections = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly NodeListPublisher _lists;
    private readonly CancellationTokenSource _stop = new();
    private bool _isOver;
    private int _isDisposed;

    /// <summary>Makes a directory without injections.</summary>
    /// <param name="graph">The agent's graph.</param>
    /// <param name="findLink">Where the interface of a node is; null when the node is no interface of the kernel's.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public InjectionDirectory(LiveGraph graph, Func<string, LinkLocation?> findLink, TimeProvider? time = null)
    {
        _graph = graph;
        _findLink = findLink;
        _time = time ?? TimeProvider.System;
        _lists = new(graph, InjectionsKey, static entry => entry.Without("PacketCount"));
    }

    /// <summary>Ends when the directory is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to show how far the injections are.</summary>
    public void Start() => Completion = Task.Run(RunAsync);

    /// <summary>Starts an injection at a node. Nothing happens when it is there already.</summary>
    /// <exception cref="AgentRequestException">It is refused.</exception>
    public async Task StartAsync(string nodeId, Injection injection, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var key = (nodeId, injection.UUID);
            if (_isOver)
            {
                throw new AgentRequestException(503, $"the agent of {_graph.Host} is ending");
            }

            if (_injections.ContainsKey(key))
            {
                return;
            }

            if (_injections.Count >= MaximumInjections)
            {
                throw new AgentRequestException(503, $"{MaximumInjections} injections run on {_graph.Host} already");
            }

            var node = _graph.Current.FindNode(nodeId) ?? throw new AgentRequestException(404, $"node {nodeId} not found on {_graph.Host}");
            var link = _findLink(nodeId) ?? throw new AgentRequestException(400, $"{node.Name} ({node.Type}) of {_graph.Host} is no interface that packets can be sent from");
            _injections[key] = Open(injection, node.Name, link);
        }
        finally
        {
            _changing.Release();
        }

        Publish([nodeId]);
    }

    /// <summary>Stops an injection at a node, and forgets it. Nothing happens when it is not there.</summary>
    public async Task StopAsync(string nodeId, string injectionId, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RemoveAsync((nodeId, injectionId)).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }

        Publish([nodeId]);
    }

    /// <summary>Stops all injections.</summary>
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
            foreach (var key in _injections.Keys)
            {
                await RemoveAsync(key).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }

        _stop.Dispose();
    }

    private NodeInjection Open(Injection injection, string name, LinkLocation link)
    {
        try
        {
            var linkType = LinkTypes.FromHardwareType(link.HardwareType);
            if (linkType is not (LinkType.Ethernet or LinkType.RawIp))
            {
                throw new AgentRequestException(400, $"frames of {name} are of a kind that cannot be made ({link.HardwareType})");
            }

            IFrameSeries frames = injection.Pcap is { Length: > 0 }
                ? new ReplayedFrames(injection, linkType == LinkType.Ethernet)
                : new GeneratedFrames(injection, linkType == LinkType.Ethernet, Random.Shared);
            return new(injection, frames, PacketSender.Open(link.Index, link.Namespace), OnEnd, _time);
        }
        catch (FormatException e)
        {
            throw new AgentRequestException(400, e.Message, e);
        }
        catch (Exception e) when (e is LinuxException or ObjectDisposedException)
        {
            throw new AgentRequestException(409, $"packets cannot be sent from {name}: {e.Message}", e);
        }
    }

    private void OnEnd(NodeInjection ended)
    {
        var nodes = _injections.Where(entry => entry.Value == ended).Select(static entry => entry.Key.NodeId).ToArray();
        Publish(nodes);
    }

    private async Task RemoveAsync((string NodeId, string InjectionId) key)
    {
        if (_injections.TryRemove(key, out var injection))
        {
            await injection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(s_countsPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                if (!_injections.IsEmpty)
                {
                    await ForgetAsync().ConfigureAwait(false);
                    Publish(_injections.Keys.Select(static key => key.NodeId).ToHashSet(StringComparer.Ordinal));
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Ends those whose nodes have gone, and forgets those that were over long ago.</summary>
    private async Task ForgetAsync()
    {
        var snapshot = _graph.Current;
        var over = _injections.Where(entry => snapshot.FindNode(entry.Key.NodeId) is null
            || (entry.Value.EndedAt is { } ended && _time.GetElapsedTime(ended) > s_keptWhenOver)).Select(static entry => entry.Key).ToArray();
        if (over.Length == 0)
        {
            return;
        }

        await _changing.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            foreach (var key in over)
            {
                await RemoveAsync(key).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }

        Publish([.. over.Select(static key => key.NodeId).Distinct()]);
    }

    private void Publish(IReadOnlyCollection<string> nodeIds) => _lists.Publish(
        nodeIds,
        () => _injections.ToArray().Where(entry => nodeIds.Contains(entry.Key.NodeId)).OrderBy(static entry => entry.Key.InjectionId, StringComparer.Ordinal)
            .ToLookup(static entry => entry.Key.NodeId, static entry => entry.Value.ToMetadata()));
}
