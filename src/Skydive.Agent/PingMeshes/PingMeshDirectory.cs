using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Skydive.Agent.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.PingMeshes;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Packets;

namespace Skydive.Agent.PingMeshes;

/// <summary>
/// The ping meshes whose sources are on this host: set and stopped on request, shown in the <c>PingMeshes</c> list of each source, and summed up
/// for each source as a metric under <c>Ping.LastUpdateMetric</c>.
/// </summary>
internal sealed class PingMeshDirectory : IAsyncDisposable
{
    private const string MeshesKey = "PingMeshes";
    private const string MetricKey = "Ping";
    private const int MaximumPairs = 20_000;
    private const int MaximumPayload = ushort.MaxValue - 48;
    private static readonly TimeSpan s_publishPeriod = TimeSpan.FromSeconds(1);
    private static readonly string[] s_counters = ["Up", "Sent", "Received", "Lost", "RTTAvg"];

    private readonly LiveGraph _graph;
    private readonly Func<string, LinkLocation?> _findLink;
    private readonly TimeSpan _metricsUpdate;
    private readonly TimeProvider _time;
    private readonly PingReceiver _receiver = new();
    private readonly NodeListPublisher _lists;

    // Read by anyone; changed only by who holds _changing.
    private readonly ConcurrentDictionary<string, PingMeshRun> _meshes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodePingTotals> _totals = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private long _metricsAt;
    private bool _isOver;
    private int _isDisposed;

    /// <summary>Makes a directory without meshes.</summary>
    /// <param name="graph">The agent's graph.</param>
    /// <param name="findLink">Where the interface of a node is; null when the node is no interface of the kernel's.</param>
    /// <param name="metricsUpdate">How long a metric sample of a node is.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public PingMeshDirectory(LiveGraph graph, Func<string, LinkLocation?> findLink, TimeSpan metricsUpdate, TimeProvider? time = null)
    {
        _graph = graph;
        _findLink = findLink;
        _metricsUpdate = metricsUpdate;
        _time = time ?? TimeProvider.System;
        _lists = new(graph, MeshesKey, static entry => s_counters.Aggregate(entry, static (rest, key) => rest.Without(key)));
    }

    /// <summary>Ends when the directory is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to show how the meshes do.</summary>
    public void Start()
    {
        _metricsAt = _time.GetTimestamp();
        Completion = RunUntilBrokenAsync();
    }

    /// <summary>Measures pairs from now on, instead of those that an order for the same mesh gave before.</summary>
    /// <exception cref="AgentRequestException">It is refused.</exception>
    public async Task SetAsync(PingMeshOrder order, CancellationToken cancellationToken)
    {
        Check(order);
        HashSet<string> nodes;
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isOver)
            {
                throw new AgentRequestException(503, $"the agent of {_graph.Host} is ending");
            }

            string id = order.Mesh.UUID;
            int others = _meshes.Where(entry => entry.Key != id).Sum(static entry => entry.Value.Pairs.Count);
            if (others + order.Probes.Count > MaximumPairs)
            {
                throw new AgentRequestException(503, $"{_graph.Host} would measure {others + order.Probes.Count} pairs: {MaximumPairs} are the most");
            }

            if (_meshes.TryGetValue(id, out var run) && run.Mesh != order.Mesh)
            {
                await RemoveAsync(id).ConfigureAwait(false);
                run = null;
            }

            run ??= _meshes[id] = new(order.Mesh, _time);
            nodes = Change(run, order.Probes);
        }
        finally
        {
            _changing.Release();
        }

        Publish(nodes);
    }

    /// <summary>Ends a mesh, and forgets it. Nothing happens when it is not there.</summary>
    public async Task StopAsync(string id, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> nodes;
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            nodes = await RemoveAsync(id).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }

        Publish(nodes);
    }

    /// <summary>What was measured.</summary>
    /// <exception cref="AgentRequestException">There is no such mesh.</exception>
    public PingReport Report(PingReportRequest request) => _meshes.TryGetValue(request.UUID, out var run)
        ? run.Report(request.After)
        : throw new AgentRequestException(404, $"ping mesh {request.UUID} is not on {_graph.Host}");

    /// <summary>Ends all meshes.</summary>
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
            foreach (string id in _meshes.Keys)
            {
                await RemoveAsync(id).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }

        _receiver.Dispose();
        _stop.Dispose();
    }

    private static void Check(PingMeshOrder order)
    {
        var mesh = order.Mesh;
        if (!PingTypes.All.Contains(mesh.Type) || mesh.Interval < 1 || mesh.Timeout < 1 || mesh.SamplePeriod < 1 || mesh.Timeout / mesh.Interval > ushort.MaxValue / 2
            || mesh.PayloadSize is < 0 or > MaximumPayload || mesh.Count < 0)
        {
            throw new AgentRequestException(400, $"ping mesh {mesh.UUID} is incomplete: type '{mesh.Type}', interval {mesh.Interval} ms, timeout {mesh.Timeout} ms, sample period {mesh.SamplePeriod} ms");
        }

        var family = mesh.Type == PingTypes.IcmpV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var probe in order.Probes)
        {
            if (!IPAddress.TryParse(probe.SrcIP, out var source) || source.AddressFamily != family || !IPAddress.TryParse(probe.DstIP, out var destination) || destination.AddressFamily != family
                || (probe.DstMAC.Length > 0 && !MacAddress.TryParse(probe.DstMAC, out _)) || !ids.Add(probe.ID))
            {
                throw new AgentRequestException(400, $"pair {probe.ID} cannot be measured: from '{probe.SrcIP}' to '{probe.DstIP}' by '{probe.DstMAC}'");
            }
        }
    }

    /// <summary>Makes the pairs those that are ordered.</summary>
    /// <returns>The nodes of which something is different.</returns>
    private HashSet<string> Change(PingMeshRun run, IReadOnlyList<PingProbe> probes)
    {
        var nodes = new HashSet<string>(StringComparer.Ordinal);
        var wanted = probes.ToDictionary(static probe => probe.ID, StringComparer.Ordinal);
        foreach (var pair in run.Pairs.Where(pair => !wanted.TryGetValue(pair.Probe.ID, out var probe) || probe.NodeID != pair.Probe.NodeID).ToArray())
        {
            nodes.Add(pair.Probe.NodeID);
            Remove(run, pair);
        }

        var added = new List<PingPairRun>();
        foreach (var probe in probes)
        {
            var pair = run.Find(probe.ID);
            if (pair is null)
            {
                nodes.Add(probe.NodeID);
                pair = new(run.Mesh, probe, Use(probe.NodeID), run.Gate);
                run.Add(pair);
                added.Add(pair);
            }
            else if (pair.Probe == probe && pair.CanSend)
            {
                continue;
            }

            Attach(run, pair, probe);
        }

        run.Schedule(added);
        return nodes;
    }

    /// <summary>Gives a pair what it needs to send, or says why it cannot.</summary>
    private void Attach(PingMeshRun run, PingPairRun pair, PingProbe probe)
    {
        if (pair.CanSend)
        {
            Detach(run, pair, "it is about to begin");
        }

        string? error = null;
        if (_graph.Current.FindNode(probe.NodeID) is not { } node)
        {
            error = "the interface is gone";
        }
        else if (_findLink(probe.NodeID) is not { } link)
        {
            error = $"{node.Name} ({node.Type}) of {_graph.Host} is no interface that packets can be sent from";
        }
        else
        {
            try
            {
                var (socket, identifier) = _receiver.Add(pair, link.Namespace, run.Mesh.Type == PingTypes.IcmpV6);
                byte[] linkAddress = [];
                if (MacAddress.TryParse(probe.DstMAC, out var mac))
                {
                    linkAddress = new byte[6];
                    mac.CopyTo(linkAddress);
                }

                lock (run.Gate)
                {
                    pair.Attach(probe, socket, identifier, link.Index, linkAddress);
                }
            }
            catch (Exception e) when (e is LinuxException or ObjectDisposedException)
            {
                error = $"requests cannot be sent from {node.Name}: {e.Message}";
            }
        }

        if (error is not null)
        {
            Detach(run, pair, error);
        }
    }

    private void Detach(PingMeshRun run, PingPairRun pair, string error)
    {
        (PingSocket Socket, ushort Identifier)? used;
        lock (run.Gate)
        {
            used = pair.Detach(error);
        }

        if (used is { } given)
        {
            _receiver.Remove(given.Socket, given.Identifier);
        }
    }

    private void Remove(PingMeshRun run, PingPairRun pair)
    {
        run.Remove(pair);
        Detach(run, pair, "it has ended");
        lock (_totals)
        {
            if (--_totals[pair.Probe.NodeID].Users == 0)
            {
                _totals.Remove(pair.Probe.NodeID);
            }
        }
    }

    private NodePingTotals Use(string nodeId)
    {
        lock (_totals)
        {
            if (!_totals.TryGetValue(nodeId, out var totals))
            {
                _totals[nodeId] = totals = new(_time.GetUtcNow().ToUnixTimeMilliseconds());
            }

            totals.Users++;
            return totals;
        }
    }

    private async Task<IReadOnlyCollection<string>> RemoveAsync(string id)
    {
        if (!_meshes.TryRemove(id, out var run))
        {
            return [];
        }

        var nodes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in run.Pairs.ToArray())
        {
            nodes.Add(pair.Probe.NodeID);
            Remove(run, pair);
        }

        await run.DisposeAsync().ConfigureAwait(false);
        return nodes;
    }

    private async Task RunUntilBrokenAsync()
    {
        var loop = Task.Run(RunAsync);
        await (await Task.WhenAny(loop, _receiver.Completion).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(s_publishPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                if (_meshes.IsEmpty)
                {
                    continue;
                }

                foreach (var run in _meshes.Values)
                {
                    if (run.Completion.IsFaulted)
                    {
                        await run.Completion.ConfigureAwait(false);
                    }
                }

                var nodes = await FollowNodesAsync().ConfigureAwait(false);
                Publish(nodes);
                if (_time.GetElapsedTime(_metricsAt) >= _metricsUpdate)
                {
                    _metricsAt = _time.GetTimestamp();
                    PublishMetrics();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// Lets go of the namespaces of interfaces that are gone, and takes up those that could not be used before. An interface that comes back is
    /// another node, which whoever ordered the mesh tells of.
    /// </summary>
    /// <returns>The nodes of all pairs.</returns>
    private async Task<HashSet<string>> FollowNodesAsync()
    {
        var nodes = new HashSet<string>(StringComparer.Ordinal);
        await _changing.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            var snapshot = _graph.Current;
            foreach (var run in _meshes.Values)
            {
                foreach (var pair in run.Pairs)
                {
                    nodes.Add(pair.Probe.NodeID);
                    bool exists = snapshot.FindNode(pair.Probe.NodeID) is not null;
                    if (pair.CanSend && !exists)
                    {
                        Detach(run, pair, "the interface is gone");
                    }
                    else if (!pair.CanSend && exists)
                    {
                        Attach(run, pair, pair.Probe);
                    }
                }
            }
        }
        finally
        {
            _changing.Release();
        }

        return nodes;
    }

    private void Publish(IReadOnlyCollection<string> nodeIds)
    {
        _lists.Publish(nodeIds, Read);
        RemoveMetrics(nodeIds);

        ILookup<string, MetadataMap> Read() => _meshes.OrderBy(static entry => entry.Key, StringComparer.Ordinal)
            .SelectMany(static entry => Describe(entry.Value)).ToLookup(static entry => entry.NodeId, static entry => entry.Entry);
    }

    /// <summary>A mesh as it stands in the list of each of its sources.</summary>
    private static IReadOnlyList<(string NodeId, MetadataMap Entry)> Describe(PingMeshRun run)
    {
        lock (run.Gate)
        {
            return
            [
                .. run.Pairs.GroupBy(static pair => pair.Probe.NodeID, StringComparer.Ordinal).Select(group =>
                {
                    var pairs = group.Select(static pair => pair.Summary).ToArray();
                    long received = pairs.Sum(static pair => pair.Received);
                    return (group.Key, new MetadataBuilder()
                        .Set("ID", run.Mesh.UUID)
                        .SetIfNotNull("Name", run.Mesh.Name)
                        .Set("Type", run.Mesh.Type)
                        .Set("State", PingMeshStates.Active)
                        .Set("Pairs", pairs.Length)
                        .Set("Up", pairs.Count(static pair => pair.State == PingPairStates.Up))
                        .Set("Sent", pairs.Sum(static pair => pair.Sent))
                        .Set("Received", received)
                        .Set("Lost", pairs.Sum(static pair => pair.Lost))
                        .Set("RTTAvg", received > 0 ? pairs.Sum(static pair => pair.Sum) / received : 0)
                        .Build());
                }),
            ];
        }
    }

    private void PublishMetrics()
    {
        KeyValuePair<string, NodePingTotals>[] all;
        lock (_totals)
        {
            all = [.. _totals];
        }

        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var samples = all.Select(entry => (NodeId: entry.Key, Sample: entry.Value.TakeSample(now))).ToArray();
        _graph.Write(
            transaction =>
            {
                foreach (var (nodeId, sample) in samples)
                {
                    if (transaction.FindNode(nodeId) is { } node)
                    {
                        transaction.SetMetadata(node, node.Metadata.With(MetricKey, new MetadataBuilder().Set(MetricSample.LastUpdate, sample).Build()));
                    }
                }
            },
            isTransient: true);
    }

    /// <summary>A node without pairs has no metric.</summary>
    private void RemoveMetrics(IReadOnlyCollection<string> nodeIds)
    {
        string[] idle;
        lock (_totals)
        {
            idle = [.. nodeIds.Where(nodeId => !_totals.ContainsKey(nodeId) && _graph.Current.FindNode(nodeId)?.Metadata.ContainsKey(MetricKey) == true)];
        }

        if (idle.Length == 0)
        {
            return;
        }

        _graph.Write(transaction =>
        {
            foreach (string nodeId in idle)
            {
                if (transaction.FindNode(nodeId) is { } node)
                {
                    transaction.SetMetadata(node, node.Metadata.Without(MetricKey));
                }
            }
        });
    }
}
