using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Probes;
using Skydive.Agent.Topology;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Linux;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;
using Skydive.Linux.Polling;
using Skydive.Packets.Lldp;

namespace Skydive.Agent.Lldp;

/// <summary>
/// Hears the switches that this host is connected to (LLDP) and shows them with their ports: a switch owns its ports, a port is joined to our
/// interface. Interfaces of the host are followed through the graph: each that is up and does multicast is listened to. Neighbours go when
/// their time to live is over, when they say that they go, and when our interface goes down.
/// </summary>
internal sealed partial class LldpProbe : BackgroundProbe
{
    /// <summary>A wire has one neighbour, a hub a few; whoever sends more than that makes them up.</summary>
    private const int MaximumNeighbours = 32;

    /// <summary>An interface that is flooded must not keep the others from being heard.</summary>
    private const int MaximumFramesPerTurn = 64;

    private const int MaximumFrameLength = 9216;
    private const int EthernetHeaderLength = 14;

    /// <summary>The groups that units are sent to: nearest bridge, nearest non-TPMR bridge, nearest customer bridge (IEEE 802.1AB-2016, table 7-1).</summary>
    private static readonly ulong[] s_groups = [0x0180c200000e, 0x0180c2000003, 0x0180c2000000];

    /// <summary>Load the EtherType; take the frame if it is LLDP's.</summary>
    private static readonly BpfProgram s_filter = new([new(0x28, 0, 0, 12), new(0x15, 0, 1, LldpDecoder.EtherType), new(0x06, 0, 0, MaximumFrameLength), new(0x06, 0, 0, 0)]);

    private readonly LiveGraph _graph;
    private readonly string _hostNodeId;
    private readonly Func<string, LinkLocation?> _findLink;
    private readonly HashSet<string> _names;
    private readonly ILogger _logger;
    private readonly DescriptorPoller _poller = new();

    // Nodes of interfaces with their names; without a name for those to listen to no longer. From the follower to the thread.
    private readonly ConcurrentQueue<(string NodeId, string? Name)> _commands = new();

    // Belong to the follower.
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);

    // Belong to the thread.
    private readonly Dictionary<ulong, LldpPort> _ports = [];
    private readonly Dictionary<string, ulong> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<LldpNeighbour> _changed = [];
    private readonly List<(string PortNodeId, string InterfaceNodeId)> _gone = [];
    private readonly Dictionary<string, MetadataMap> _written = new(StringComparer.Ordinal);
    private readonly byte[] _frame = new byte[MaximumFrameLength];
    private ulong _nextKey;
    private GraphSubscription? _subscription;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="context">What it works with.</param>
    public LldpProbe(ProbeContext context)
        : base("lldp")
    {
        _graph = context.Graph;
        _hostNodeId = context.HostNodeId;
        _findLink = context.FindLink;
        _names = context.Options.LldpInterfaces.ToHashSet(StringComparer.Ordinal);
        _logger = context.Loggers.CreateLogger<LldpProbe>();
    }

    /// <summary>How many interfaces are to be listened to.</summary>
    internal int WantedCount => _wanted.Count;

    /// <summary>How many interfaces are listened to.</summary>
    internal int ListeningCount => _ports.Count;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = _graph.Subscribe();
        EvaluateAll(_subscription.Start);
        Run(FollowAsync, Run);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        _subscription?.Dispose();
        foreach (var port in _ports.Values)
        {
            port.Dispose();
        }

        _poller.Dispose();
    }

    private async Task FollowAsync()
    {
        await foreach (var change in _subscription!.ReadAllAsync(Stopping).ConfigureAwait(false))
        {
            if (change.Commit is not { } commit)
            {
                EvaluateAll(change.Snapshot);
                continue;
            }

            // Counters say nothing of whether an interface is up.
            foreach (var graphEvent in commit.IsTransient ? [] : commit.Events)
            {
                if (graphEvent.Node is { } node)
                {
                    Evaluate(commit.Snapshot, node.Id);
                }
                else if (graphEvent.Edge is { RelationType: RelationTypes.Ownership } edge && edge.Parent == _hostNodeId)
                {
                    Evaluate(commit.Snapshot, edge.Child);
                }
            }
        }
    }

    private void EvaluateAll(GraphSnapshot snapshot)
    {
        var nodes = _wanted.ToHashSet(StringComparer.Ordinal);
        if (snapshot.FindNode(_hostNodeId) is { } host)
        {
            nodes.UnionWith(snapshot.GetEdges(host, EdgeDirection.Out).Select(static edge => edge.Child));
        }

        foreach (string nodeId in nodes)
        {
            Evaluate(snapshot, nodeId);
        }
    }

    private void Evaluate(GraphSnapshot snapshot, string nodeId)
    {
        var node = snapshot.FindNode(nodeId);
        bool isWanted = node is not null && IsCapable(node) && (_names.Count == 0 || _names.Contains(node.Name)) && snapshot.GetOwner(node)?.Id == _hostNodeId;
        if (isWanted ? _wanted.Add(nodeId) : _wanted.Remove(nodeId))
        {
            _commands.Enqueue((nodeId, isWanted ? node!.Name : null));
            _poller.Wake();
        }
    }

    private static bool IsCapable(Node node)
    {
        bool isUp = false;
        bool doesMulticast = false;
        foreach (var flag in node.Metadata["LinkFlags"].Elements)
        {
            isUp |= flag.AsString == "UP";
            doesMulticast |= flag.AsString == "MULTICAST";
        }

        return isUp && doesMulticast && node.GetText("EncapType") == "ether";
    }

    private void Run()
    {
        ulong[] keys = new ulong[64];
        State.SetRunning();
        while (_poller.Wait(keys, out int count, TimeUntilNextExpiry(), Stopping) != WaitOutcome.Cancelled)
        {
            while (_commands.TryDequeue(out var command))
            {
                Execute(command.NodeId, command.Name);
            }

            foreach (ulong key in keys.AsSpan(0, count))
            {
                if (_ports.TryGetValue(key, out var port))
                {
                    Receive(port);
                }
            }

            Expire();
            Commit();
        }
    }

    private TimeSpan TimeUntilNextExpiry()
    {
        long next = long.MaxValue;
        foreach (var port in _ports.Values)
        {
            foreach (var neighbour in port.Neighbours.Values)
            {
                next = Math.Min(next, neighbour.ExpiresAt);
            }
        }

        return next == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(0, next - Environment.TickCount64));
    }

    private void Execute(string nodeId, string? name)
    {
        if (name is null)
        {
            State.ClearProblem(nodeId);
            if (_keys.Remove(nodeId, out ulong key) && _ports.Remove(key, out var port))
            {
                foreach (var neighbour in port.Neighbours.Values)
                {
                    Forget(neighbour);
                }

                port.Dispose();
            }

            return;
        }

        if (_keys.ContainsKey(nodeId) || _findLink(nodeId) is not { } location)
        {
            return;
        }

        PacketListener? listener = null;
        try
        {
            listener = PacketListener.Open(location.Index, s_filter, s_groups, location.Namespace);
            _poller.Add(listener.Descriptor, ++_nextKey);
        }
        catch (Exception e) when (e is LinuxException or ObjectDisposedException)
        {
            // One that is gone, or whose namespace is, is told of by the graph.
            listener?.Dispose();
            if (e is LinuxException { Reason: not LinuxErrorReason.NotFound } refused)
            {
                // What is refused for one is refused for all, and told once.
                bool isRefusedForAll = refused.Reason == LinuxErrorReason.PermissionDenied;
                string message = isRefusedForAll ? "LLDP cannot be heard: run as root, or with CAP_NET_RAW" : $"LLDP cannot be heard on {name}: {refused.Message}";
                if (State.SetProblem(isRefusedForAll ? string.Empty : nodeId, message))
                {
                    LogTrouble(_logger, message);
                }
            }

            return;
        }

        State.ClearProblem(string.Empty);
        _ports.Add(_nextKey, new(nodeId, name, listener));
        _keys.Add(nodeId, _nextKey);
    }

    private void Receive(LldpPort port)
    {
        long now = Environment.TickCount64;
        for (int turn = 0; turn < MaximumFramesPerTurn; turn++)
        {
            switch (port.Listener.TryReceive(_frame, out int length))
            {
                case PacketReceiveStatus.Empty:
                    return;
                case PacketReceiveStatus.InterfaceDown:
                    foreach (var neighbour in port.Neighbours.Values)
                    {
                        Forget(neighbour);
                    }

                    port.Neighbours.Clear();
                    return;
                default:
                    if (length > EthernetHeaderLength && LldpDecoder.TryDecode(_frame.AsSpan(EthernetHeaderLength, length - EthernetHeaderLength), out var unit))
                    {
                        Take(port, unit, now);
                    }

                    break;
            }
        }
    }

    private void Take(LldpPort port, LldpDataUnit unit, long now)
    {
        string key = LldpNeighbour.KeyOf(unit);
        bool isKnown = port.Neighbours.TryGetValue(key, out var neighbour);
        if (unit.TimeToLive == 0)
        {
            if (isKnown)
            {
                port.Neighbours.Remove(key);
                Forget(neighbour!);
            }

            return;
        }

        if (!isKnown)
        {
            if (port.Neighbours.Count >= MaximumNeighbours)
            {
                string message = $"{port.Name} hears more than {MaximumNeighbours} LLDP neighbours; further ones are left out";
                if (State.SetProblem(port.NodeId, message))
                {
                    LogTrouble(_logger, message);
                }

                return;
            }

            neighbour = new(port.NodeId);
            port.Neighbours.Add(key, neighbour);
        }

        string portNodeId = neighbour!.PortNodeId;
        if (neighbour.Update(unit, now))
        {
            if (portNodeId.Length > 0 && portNodeId != neighbour.PortNodeId)
            {
                _gone.Add((portNodeId, port.NodeId));
            }

            _changed.Add(neighbour);
        }
    }

    private void Expire()
    {
        long now = Environment.TickCount64;
        foreach (var port in _ports.Values)
        {
            foreach (var (key, neighbour) in port.Neighbours)
            {
                if (neighbour.ExpiresAt <= now)
                {
                    port.Neighbours.Remove(key);
                    Forget(neighbour);
                    State.ClearProblem(port.NodeId);
                }
            }
        }
    }

    private void Forget(LldpNeighbour neighbour)
    {
        _changed.Remove(neighbour);
        _gone.Add((neighbour.PortNodeId, neighbour.InterfaceNodeId));
    }

    private void Commit()
    {
        if (_changed.Count == 0 && _gone.Count == 0)
        {
            return;
        }

        // What several interfaces hear stays until the last of them hears it no more.
        var alive = new HashSet<string>(StringComparer.Ordinal);
        foreach (var neighbour in _ports.Values.SelectMany(static port => port.Neighbours.Values))
        {
            alive.Add(neighbour.ChassisNodeId);
            alive.Add(neighbour.PortNodeId);
        }

        _graph.Write(transaction =>
        {
            foreach (var (portNodeId, interfaceNodeId) in _gone)
            {
                transaction.Unlink(portNodeId, interfaceNodeId, RelationTypes.Layer2);
            }

            foreach (string nodeId in _written.Keys.Where(nodeId => !alive.Contains(nodeId)).ToArray())
            {
                transaction.DeleteNode(nodeId);
                _written.Remove(nodeId);
            }

            foreach (var neighbour in _changed)
            {
                Write(transaction, neighbour);
            }
        });
        _changed.Clear();
        _gone.Clear();
    }

    private void Write(GraphTransaction transaction, LldpNeighbour neighbour)
    {
        Put(transaction, neighbour.ChassisNodeId, neighbour.Chassis);
        Put(transaction, neighbour.PortNodeId, neighbour.Port);
        transaction.SetOwner(neighbour.ChassisNodeId, neighbour.PortNodeId);
        transaction.Link(neighbour.ChassisNodeId, neighbour.PortNodeId, RelationTypes.Layer2);
        if (transaction.FindNode(neighbour.InterfaceNodeId) is not null)
        {
            transaction.Link(neighbour.PortNodeId, neighbour.InterfaceNodeId, RelationTypes.Layer2);
        }
    }

    private void Put(GraphTransaction transaction, string nodeId, MetadataMap metadata)
    {
        if (transaction.FindNode(nodeId) is { } node)
        {
            // What others have written into the node stays.
            var before = _written.GetValueOrDefault(nodeId, MetadataMap.Empty);
            transaction.SetMetadata(node, MetadataOperation.Apply(node.Metadata, MetadataOperation.Between(before, metadata)));
        }
        else
        {
            transaction.AddNode(nodeId, metadata);
        }

        _written[nodeId] = metadata;
    }

    [LoggerMessage(1051, LogLevel.Warning, "{Message}")]
    private static partial void LogTrouble(ILogger logger, string message);
}
