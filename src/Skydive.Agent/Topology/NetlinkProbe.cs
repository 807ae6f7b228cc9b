using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology;

/// <summary>
/// Keeps the interfaces of all namespaces that it is told of in the graph: one thread, one event socket for each namespace. Whatever the
/// events of one moment change becomes one revision of the graph. When the kernel had to drop events, the namespace is read anew.
/// </summary>
internal sealed partial class NetlinkProbe : IDisposable
{
    private readonly LiveGraph _graph;
    private readonly string _hostNodeId;
    private readonly ProbeState _state;
    private readonly ILogger _logger;
    private readonly DescriptorPoller _poller = new();
    private readonly ConcurrentQueue<NamespaceCommand> _commands = new();
    private readonly ConcurrentDictionary<string, LinkLocation> _locations = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, NamespaceState> _namespaces = [];
    private readonly HashSet<LinkState> _dirty = [];
    private readonly HashSet<LinkState> _peerless = [];
    private readonly List<string> _deletedNodes = [];
    private readonly List<(string NodeId, MetadataMap Metadata)> _addedNamespaces = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _nextKey;

    public NetlinkProbe(LiveGraph graph, string hostNodeId, ProbeState state, ILogger logger)
    {
        _graph = graph;
        _hostNodeId = hostNodeId;
        _state = state;
        _logger = logger;
    }

    /// <summary>Ends when the probe is disposed, or fails with what broke it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "netlink probe" }.Start();

    /// <summary>Where the interface of a node is; null when the node is none of this probe's. Safe to call from any thread.</summary>
    public LinkLocation? FindLink(string nodeId) => _locations.GetValueOrDefault(nodeId);

    /// <summary>
    /// Watches some namespaces from now on, in one revision of the graph. Safe to call from any thread; the probe takes over the namespaces.
    /// </summary>
    /// <param name="sources">The namespaces.</param>
    /// <returns>A task that ends when they are in the graph.</returns>
    public Task AddAsync(IReadOnlyList<NamespaceSource> sources) => Enqueue(new(sources, []));

    /// <summary>Forgets namespaces and everything in them. Safe to call from any thread.</summary>
    /// <param name="ids">The namespaces.</param>
    /// <returns>A task that ends when they are gone from the graph.</returns>
    public Task RemoveAsync(IReadOnlyList<NamespaceId> ids) => Enqueue(new([], ids));

    public void Dispose()
    {
        _stop.Cancel();
        _completion.Task.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _poller.Dispose();
        _stop.Dispose();
    }

    private Task Enqueue(NamespaceCommand command)
    {
        _commands.Enqueue(command);
        _poller.Wake();
        return command.Done.Task;
    }

    private void Run()
    {
        try
        {
            ulong[] keys = new ulong[64];
            var events = new List<RtnetlinkEvent>();
            while (_poller.Wait(keys, out int count, Timeout.InfiniteTimeSpan, _stop.Token) != WaitOutcome.Cancelled)
            {
                var done = ExecuteCommands();
                foreach (ulong key in keys.AsSpan(0, count))
                {
                    if (_namespaces.TryGetValue(key, out var state))
                    {
                        Receive(state, events);
                    }
                }

                Commit();
                foreach (var command in done)
                {
                    command.Done.TrySetResult();
                }
            }

            _completion.TrySetResult();
        }
#pragma warning disable CA1031 // Whatever breaks the probe is handed to whoever watches its completion, and ends the process there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _state.SetFailed(e.Message);
            _completion.TrySetException(e);
        }
        finally
        {
            foreach (var state in _namespaces.Values)
            {
                state.Dispose();
            }

            while (_commands.TryDequeue(out var command))
            {
                command.Done.TrySetCanceled();
            }
        }
    }

    private List<NamespaceCommand> ExecuteCommands()
    {
        var done = new List<NamespaceCommand>();
        while (_commands.TryDequeue(out var command))
        {
            foreach (var id in command.Removed)
            {
                if (_namespaces.Values.FirstOrDefault(state => state.Namespace.Id == id) is { } state)
                {
                    Remove(state);
                }
            }

            foreach (var source in command.Added)
            {
                Add(source);
            }

            done.Add(command);
        }

        return done;
    }

    private void Add(NamespaceSource source)
    {
        NamespaceState state;
        try
        {
            state = NamespaceState.Open(_nextKey++, source.Namespace, source.Name);
        }
        catch (LinuxException e)
        {
            source.Namespace.Dispose();
            LogNamespaceRefused(_logger, source.Path, e.Message);
            _state.SetDegraded($"namespace {source.Path}: {e.Message}");
            return;
        }

        state.NodeId = source.IsHost ? _hostNodeId : Identifiers.Random();
        if (!source.IsHost)
        {
            var metadata = MetadataMap.Create(
                ("Name", source.Name), ("Type", "netns"), ("Path", source.Path), ("Inode", (long)state.Namespace.Id.Inode), ("Device", (long)state.Namespace.Id.Device));
            _addedNamespaces.Add((state.NodeId, metadata));
        }

        _namespaces.Add(state.Key, state);
        _poller.Add(state.Listener.Descriptor!, state.Key);
        Dump(state);
    }

    private void Remove(NamespaceState state)
    {
        foreach (var link in state.Links.Values.ToArray())
        {
            Forget(link);
        }

        foreach (var other in _namespaces.Values)
        {
            foreach (int id in other.PeerNamespaces.Where(entry => entry.Value == state).Select(static entry => entry.Key).ToArray())
            {
                other.PeerNamespaces.Remove(id);
            }
        }

        if (state.NodeId is { } nodeId && nodeId != _hostNodeId)
        {
            _deletedNodes.Add(nodeId);
        }

        _poller.Remove(state.Listener.Descriptor!);
        _namespaces.Remove(state.Key);
        state.Dispose();
    }

    private void Receive(NamespaceState state, List<RtnetlinkEvent> events)
    {
        while (true)
        {
            events.Clear();
            switch (state.Listener.TryReceive(events))
            {
                case NetlinkReceiveStatus.Messages:
                    foreach (var rtnetlinkEvent in events)
                    {
                        Apply(state, rtnetlinkEvent);
                    }

                    break;
                case NetlinkReceiveStatus.Overrun:
                    _state.CountResynchronization();
                    LogOverrun(_logger, state.Name.Length == 0 ? "the host" : state.Name);
                    Dump(state);
                    return;
                default:
                    return;
            }
        }
    }

    private void Apply(NamespaceState state, RtnetlinkEvent rtnetlinkEvent)
    {
        switch (rtnetlinkEvent.Kind)
        {
            case RtnetlinkEventKind.LinkSet:
                Update(state, rtnetlinkEvent.Link!);
                break;
            case RtnetlinkEventKind.LinkRemoved:
                if (state.Links.TryGetValue(rtnetlinkEvent.Link!.Index, out var deleted))
                {
                    Forget(deleted);
                }

                break;
            case RtnetlinkEventKind.AddressSet:
                if (state.Links.TryGetValue(rtnetlinkEvent.Address!.Index, out var changed))
                {
                    SetAddress(changed, rtnetlinkEvent.Address);
                }

                break;
            case RtnetlinkEventKind.AddressRemoved:
                if (state.Links.TryGetValue(rtnetlinkEvent.Address!.Index, out var link)
                    && link.Addresses.RemoveAll(address => IsSame(address, rtnetlinkEvent.Address)) > 0)
                {
                    _dirty.Add(link);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Reads all of a namespace; what was known and is not there any more is forgotten.</summary>
    private void Dump(NamespaceState state)
    {
        try
        {
            var links = state.Client.DumpLinks(cancellationToken: _stop.Token);
            var addresses = state.Client.DumpAddresses(cancellationToken: _stop.Token);
            var present = new HashSet<int>(links.Count);
            foreach (var message in links)
            {
                present.Add(message.Index);
                Update(state, message);
            }

            foreach (var gone in state.Links.Values.Where(link => !present.Contains(link.Message.Index)).ToArray())
            {
                Forget(gone);
            }

            var byLink = addresses.AsSpan().ToArray().ToLookup(static address => address.Index);
            foreach (var link in state.Links.Values)
            {
                if (!link.Addresses.SequenceEqual(byLink[link.Message.Index]))
                {
                    link.Addresses.Clear();
                    link.Addresses.AddRange(byLink[link.Message.Index]);
                    _dirty.Add(link);
                }
            }
        }
        catch (NetlinkException e)
        {
            // The namespace may vanish while it is read; its removal follows. Anything else shows in the status.
            LogDumpFailed(_logger, state.Name.Length == 0 ? "the host" : state.Name, e.Message);
            _state.SetDegraded($"namespace {state.Name}: {e.Message}");
        }
    }

    private void Update(NamespaceState state, LinkMessage message)
    {
        if (!state.Links.TryGetValue(message.Index, out var link))
        {
            link = new LinkState(state, message);
            state.Links.Add(message.Index, link);
        }
        else if (link.Peer is { } peer
            && (link.Message.LinkIndex != message.LinkIndex || link.Message.LinkNamespaceId != message.LinkNamespaceId))
        {
            // The other end moved: its new place is looked for anew.
            link.Peer = null;
            peer.Peer = null;
            _dirty.Add(peer);
            if (peer.IsVeth)
            {
                _peerless.Add(peer);
            }
        }

        link.Message = message;
        _dirty.Add(link);
        if (link.IsVeth && link.Peer is null)
        {
            _peerless.Add(link);
        }
    }

    private void Forget(LinkState link)
    {
        link.Owner.Links.Remove(link.Message.Index);
        _dirty.Remove(link);
        _peerless.Remove(link);
        if (link.Peer is { } peer)
        {
            peer.Peer = null;
            _peerless.Add(peer);
        }

        foreach (var other in link.Owner.Links.Values)
        {
            // The edges go with the node; only the memory of them has to go here.
            other.LinkedMaster = other.LinkedMaster == link ? null : other.LinkedMaster;
            other.LinkedLower = other.LinkedLower == link ? null : other.LinkedLower;
        }

        if (link.NodeId is { } nodeId)
        {
            _locations.TryRemove(nodeId, out _);
            _deletedNodes.Add(nodeId);
        }
    }

    private void SetAddress(LinkState link, AddressMessage address)
    {
        int index = link.Addresses.FindIndex(other => IsSame(other, address));
        if (index < 0)
        {
            link.Addresses.Add(address);
            _dirty.Add(link);
        }
        else if (link.Addresses[index].PrefixLength != address.PrefixLength)
        {
            link.Addresses[index] = address;
            _dirty.Add(link);
        }
    }

    private static bool IsSame(AddressMessage left, AddressMessage right) =>
        left.Address.Equals(right.Address) && left.PrefixLength == right.PrefixLength && Equals(left.Peer, right.Peer);

    private void Commit()
    {
        if (_dirty.Count == 0 && _deletedNodes.Count == 0 && _addedNamespaces.Count == 0)
        {
            return;
        }

        FindPeers();
        _graph.Write(transaction =>
        {
            foreach (string nodeId in _deletedNodes)
            {
                transaction.DeleteNode(nodeId);
            }

            foreach (var (nodeId, metadata) in _addedNamespaces)
            {
                transaction.AddNode(nodeId, metadata);
                transaction.SetOwner(_hostNodeId, nodeId);
            }

            foreach (var link in _dirty)
            {
                WriteNode(transaction, link);
            }

            foreach (var link in _dirty)
            {
                WriteEdges(transaction, link);
            }
        });
        _dirty.Clear();
        _deletedNodes.Clear();
        _addedNamespaces.Clear();
        if (_state.Status.Status == "starting")
        {
            _state.SetRunning();
        }
    }

    private void WriteNode(GraphTransaction transaction, LinkState link)
    {
        string? peerNamespace = link.Message.LinkNamespaceId is null ? null : link.Peer?.Owner.Name;
        var metadata = LinkMetadata.Build(link.Message, link.Addresses, peerNamespace);
        if (link.NodeId is { } nodeId && transaction.FindNode(nodeId) is { } node)
        {
            // What others have written into the node stays.
            transaction.SetMetadata(node, MetadataOperation.Apply(node.Metadata, MetadataOperation.Between(link.Written, metadata)));
        }
        else
        {
            link.NodeId = Identifiers.Random();
            transaction.AddNode(link.NodeId, metadata);
            transaction.SetOwner(link.Owner.NodeId!, link.NodeId);
        }

        link.Written = metadata;
        _locations[link.NodeId] = new(link.Owner.Namespace, link.Message.Index, link.Message.HardwareType);
    }

    private void WriteEdges(GraphTransaction transaction, LinkState link)
    {
        var master = link.Message.MasterIndex == 0 ? null : link.Owner.Links.GetValueOrDefault(link.Message.MasterIndex);
        link.LinkedMaster = Relink(transaction, link.LinkedMaster, master, link, null);
        var lower = link.IsStacked && link.Message.LinkNamespaceId is null ? link.Owner.Links.GetValueOrDefault(link.Message.LinkIndex) : null;
        link.LinkedLower = Relink(transaction, link.LinkedLower, lower, link, MetadataMap.Create(("Type", link.Message.Kind)));

        if (link.Peer is { NodeId: not null } peer)
        {
            var (parent, child) = IsFirst(link, peer) ? (link, peer) : (peer, link);
            transaction.Link(parent.NodeId!, child.NodeId!, RelationTypes.Layer2, MetadataMap.Create(("Type", "veth")));
        }
    }

    /// <summary>
    /// Moves a layer 2 edge from one parent to another. A parent that is not known yet is looked for again when it appears, since an
    /// interface is told of again whenever its master or lower interface changes.
    /// </summary>
    private static LinkState? Relink(GraphTransaction transaction, LinkState? before, LinkState? after, LinkState link, MetadataMap? details)
    {
        if (before != after && before?.NodeId is not null)
        {
            transaction.Unlink(before.NodeId, link.NodeId!, RelationTypes.Layer2);
        }

        if (after?.NodeId is null)
        {
            return null;
        }

        transaction.Link(after.NodeId, link.NodeId!, RelationTypes.Layer2, details);
        return after;
    }

    /// <summary>The edge of a pair starts at the interface with the larger index, as in Skydive; between equals the names decide.</summary>
    private static bool IsFirst(LinkState link, LinkState peer) =>
        link.Message.Index != peer.Message.Index
            ? link.Message.Index > peer.Message.Index
            : string.CompareOrdinal(link.Owner.Name, peer.Owner.Name) > 0;

    private void FindPeers()
    {
        foreach (var link in _peerless.ToArray())
        {
            if (link.Peer is null && FindPeer(link) is { } peer)
            {
                link.Peer = peer;
                peer.Peer = link;
                _dirty.Add(link);
                _dirty.Add(peer);
                _peerless.Remove(link);
                _peerless.Remove(peer);
                Refresh(peer);
            }
        }
    }

    private LinkState? FindPeer(LinkState link)
    {
        if (link.Message.LinkIndex == 0)
        {
            return null;
        }

        if (link.Message.LinkNamespaceId is not { } id)
        {
            return link.Owner.Links.GetValueOrDefault(link.Message.LinkIndex) is { IsVeth: true } local ? local : null;
        }

        if (link.Owner.PeerNamespaces.TryGetValue(id, out var known))
        {
            return known.Links.GetValueOrDefault(link.Message.LinkIndex) is { IsVeth: true } peer ? peer : null;
        }

        // Only namespaces with an interface that may be the peer are asked for: of hundreds that is one, or a few.
        foreach (var candidate in _namespaces.Values)
        {
            if (candidate != link.Owner
                && candidate.Links.GetValueOrDefault(link.Message.LinkIndex) is { IsVeth: true } peer
                && peer.Message.LinkIndex == link.Message.Index
                && GetNamespaceId(link.Owner, candidate) == id)
            {
                link.Owner.PeerNamespaces[id] = candidate;
                return peer;
            }
        }

        return null;
    }

    private int? GetNamespaceId(NamespaceState state, NamespaceState other)
    {
        try
        {
            return state.Client.GetNamespaceId(other.Namespace, _stop.Token);
        }
        catch (NetlinkException e)
        {
            LogDumpFailed(_logger, state.Name, e.Message);
            return null;
        }
    }

    /// <summary>When one end of a pair moves, the kernel does not tell of the other, whose place of the peer has changed all the same.</summary>
    private void Refresh(LinkState link)
    {
        try
        {
            link.Message = link.Owner.Client.GetLink(link.Message.Index, cancellationToken: _stop.Token);
        }
        catch (NetlinkException e) when (e.Reason == LinuxErrorReason.NotFound)
        {
            // Its deletion is on the way.
        }
        catch (NetlinkException e)
        {
            LogDumpFailed(_logger, link.Owner.Name, e.Message);
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "Namespace {Path} cannot be watched: {Reason}")]
    private static partial void LogNamespaceRefused(ILogger logger, string path, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "The kernel dropped interface events of {Namespace}; it is read anew")]
    private static partial void LogOverrun(ILogger logger, string @namespace);

    [LoggerMessage(1003, LogLevel.Warning, "Interfaces of {Namespace} could not be read: {Reason}")]
    private static partial void LogDumpFailed(ILogger logger, string @namespace, string reason);
}
