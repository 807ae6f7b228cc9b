using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Ethtool;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology;

/// <summary>
/// Keeps the interfaces of all namespaces that it is told of in the graph: one thread, one event socket for each namespace. Whatever the
/// events of one moment change becomes one revision of the graph. When the kernel had to drop events, the namespace is read anew.
/// </summary>
internal sealed partial class NetlinkProbe : INamespaceWatcher, IDisposable
{
    /// <summary>A namespace in which something changes all the time must not keep the others from the graph.</summary>
    private const int MaximumDatagramsPerTurn = 1024;

    /// <summary>How long until a namespace that could not be read is read again.</summary>
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly LiveGraph _graph;
    private readonly string _hostNodeId;
    private readonly ProbeState _state;
    private readonly ILogger _logger;
    private readonly DescriptorPoller _poller = new();
    private readonly Lock _commandsLock = new();
    private readonly Queue<NamespaceCommand> _commands = [];
    private readonly ConcurrentDictionary<NamespaceId, string> _namespaceNodes = new();
    private readonly ConcurrentDictionary<string, LinkLocation> _locations = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, NamespaceState> _namespaces = [];
    private readonly HashSet<LinkState> _dirty = [];

    // Interfaces whose other end went elsewhere, of which the kernel does not tell.
    private readonly HashSet<LinkState> _outdated = [];
    private readonly HashSet<NamespaceState> _unread = [];
    private readonly HashSet<NamespaceState> _renamed = [];
    private readonly List<NamespaceState> _added = [];
    private readonly List<(LinkState One, LinkState Other)> _separated = [];
    private readonly List<string> _deletedNodes = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _nextKey;
    private bool _isOver;
    private int _isDisposed;

    public NetlinkProbe(LiveGraph graph, string hostNodeId, ProbeState state, ILogger logger)
    {
        _graph = graph;
        _hostNodeId = hostNodeId;
        _state = state;
        _logger = logger;
    }

    /// <summary>Opens the socket for the events of a namespace.</summary>
    internal Func<NetworkNamespace, RtnetlinkListener> OpenListener { get; init; } =
        static networkNamespace => RtnetlinkListener.Open(networkNamespace, RtnetlinkGroups.Links | RtnetlinkGroups.Addresses);

    /// <summary>Ends when the probe is disposed, or fails with what broke it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "netlink probe" }.Start();

    /// <summary>Where the interface of a node is; null when the node is none of this probe's. Safe to call from any thread.</summary>
    public LinkLocation? FindLink(string nodeId) => _locations.GetValueOrDefault(nodeId);

    /// <inheritdoc/>
    public string? FindNamespaceNode(NamespaceId id) => _namespaceNodes.GetValueOrDefault(id);

    /// <inheritdoc/>
    public Task<IReadOnlyList<NamespaceId>> ChangeAsync(
        IReadOnlyList<NamespaceSource> added, IReadOnlyList<NamespaceId> removed, IReadOnlyList<NamespaceName> renamed) =>
        Enqueue(new(added, removed, renamed));

    /// <summary>Ends the thread and closes all sockets.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _stop.Cancel();
        _completion.Task.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _poller.Dispose();
        _stop.Dispose();
    }

    private Task<IReadOnlyList<NamespaceId>> Enqueue(NamespaceCommand command)
    {
        lock (_commandsLock)
        {
            if (_isOver)
            {
                Abandon(command);
                return Task.FromCanceled<IReadOnlyList<NamespaceId>>(new CancellationToken(canceled: true));
            }

            _commands.Enqueue(command);
        }

        _poller.Wake();
        return command.Done.Task;
    }

    private static void Abandon(NamespaceCommand command)
    {
        foreach (var source in command.Added)
        {
            source.Namespace.Dispose();
        }
    }

    private void Run()
    {
        var executing = new List<NamespaceCommand>();
        Exception? fault = null;
        try
        {
            ulong[] keys = new ulong[64];
            var events = new List<RtnetlinkEvent>();
            while (_poller.Wait(keys, out int count, _unread.Count == 0 ? Timeout.InfiniteTimeSpan : s_retryDelay, _stop.Token) != WaitOutcome.Cancelled)
            {
                ExecuteCommands(executing);
                foreach (ulong key in keys.AsSpan(0, count))
                {
                    if (_namespaces.TryGetValue(key, out var state))
                    {
                        Receive(state, events);
                    }
                }

                if (count == 0)
                {
                    foreach (var state in _unread.ToArray())
                    {
                        Read(state);
                    }
                }

                Commit();
                foreach (var command in executing)
                {
                    command.Done.TrySetResult(command.Refused);
                }

                executing.Clear();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed in the middle of a request to the kernel.
        }
#pragma warning disable CA1031 // Whatever breaks the probe is handed to whoever watches its completion, and ends the process there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = e;
            _state.SetFailed(e.Message);
        }

        foreach (var state in _namespaces.Values)
        {
            state.Dispose();
        }

        lock (_commandsLock)
        {
            _isOver = true;
            foreach (var command in _commands)
            {
                Abandon(command);
            }

            executing.AddRange(_commands);
            _commands.Clear();
        }

        // Nobody may wait for ever for what will not be done any more.
        foreach (var command in executing)
        {
            _ = fault is null ? command.Done.TrySetCanceled() : command.Done.TrySetException(fault);
        }

        _ = fault is null ? _completion.TrySetResult() : _completion.TrySetException(fault);
    }

    private void ExecuteCommands(List<NamespaceCommand> executing)
    {
        lock (_commandsLock)
        {
            executing.AddRange(_commands);
            _commands.Clear();
        }

        foreach (var command in executing)
        {
            foreach (var id in command.Removed)
            {
                if (Find(id) is { } state)
                {
                    Remove(state);
                }
            }

            foreach (var name in command.Renamed)
            {
                if (Find(name.Id) is { } state && state.NodeId != _hostNodeId)
                {
                    Rename(state, name);
                }
            }

            foreach (var source in command.Added)
            {
                if (!TryAdd(source))
                {
                    command.Refused.Add(source.Namespace.Id);
                }
            }
        }
    }

    private NamespaceState? Find(NamespaceId id) => _namespaces.Values.FirstOrDefault(state => state.Namespace.Id == id);

    private bool TryAdd(NamespaceSource source)
    {
        if (Find(source.Namespace.Id) is not null)
        {
            source.Namespace.Dispose();
            return true;
        }

        NamespaceState? state = null;
        try
        {
            state = NamespaceState.Open(_nextKey++, source, OpenListener);
            _poller.Add(state.Listener.Descriptor!, state.Key);
        }
        catch (LinuxException e)
        {
            state?.Dispose();
            source.Namespace.Dispose();
            if (source.IsHost)
            {
                // Without the interfaces of the host itself there is nothing to show.
                throw;
            }

            if (_state.SetProblem(source.Path, $"namespace {source.Path}: {e.Message}"))
            {
                LogNamespaceRefused(_logger, source.Path, e.Message);
            }

            return false;
        }

        _state.ClearProblem(source.Path);
        _namespaces.Add(state.Key, state);
        if (source.IsHost)
        {
            state.NodeId = _hostNodeId;
            _namespaceNodes[source.Namespace.Id] = _hostNodeId;
        }
        else
        {
            state.NodeId = Identifiers.Random();
            _added.Add(state);
        }

        Read(state);
        return true;
    }

    private void Remove(NamespaceState state)
    {
        foreach (var link in state.Links.Values.ToArray())
        {
            Forget(link);
        }

        foreach (var other in _namespaces.Values)
        {
            other.Unlearn(state);
        }

        // One that came and went between two revisions was never in the graph.
        if (!_added.Remove(state) && state.NodeId is { } nodeId && nodeId != _hostNodeId)
        {
            _deletedNodes.Add(nodeId);
        }

        _namespaceNodes.TryRemove(state.Namespace.Id, out _);
        _unread.Remove(state);
        _renamed.Remove(state);
        _state.ClearProblem(state.Path);
        _poller.Remove(state.Listener.Descriptor!);
        _namespaces.Remove(state.Key);
        state.Dispose();
    }

    private void Rename(NamespaceState state, NamespaceName name)
    {
        state.Name = name.Name;
        state.Path = name.Path;
        state.Manager = name.Manager;
        _renamed.Add(state);
        foreach (var link in state.Links.Values)
        {
            if (link.Peer is { } peer)
            {
                _dirty.Add(peer);
            }
        }
    }

    private void Receive(NamespaceState state, List<RtnetlinkEvent> events)
    {
        for (int turn = 0; turn < MaximumDatagramsPerTurn; turn++)
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
                    LogOverrun(_logger, state.Title);
                    Read(state);
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
                if (state.Links.TryGetValue(rtnetlinkEvent.Address!.Index, out var changed)
                    && !changed.Addresses.Exists(address => IsSame(address, rtnetlinkEvent.Address)))
                {
                    changed.Addresses.Add(rtnetlinkEvent.Address);
                    _dirty.Add(changed);
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

    /// <summary>Reads all of a namespace; what was known and is not there any more is forgotten. When that fails it is tried again.</summary>
    private void Read(NamespaceState state)
    {
        NetlinkDump<LinkMessage> links;
        NetlinkDump<AddressMessage> addresses;
        try
        {
            links = state.Client.DumpLinks(cancellationToken: _stop.Token);
            addresses = state.Client.DumpAddresses(cancellationToken: _stop.Token);
        }
        catch (NetlinkException e)
        {
            _unread.Add(state);
            if (_state.SetProblem(state.Path, $"interfaces of {state.Title}: {e.Message}"))
            {
                LogReadFailed(_logger, state.Title, e.Message);
            }

            return;
        }

        if (_unread.Remove(state))
        {
            _state.ClearProblem(state.Path);
        }

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

    private void Update(NamespaceState state, LinkMessage message)
    {
        if (!state.Links.TryGetValue(message.Index, out var link))
        {
            link = new LinkState(state, message);
            state.Links.Add(message.Index, link);
            if (link.IsDevice)
            {
                link.Driver = ReadDriver(state, message.Name);
            }
        }
        else if (link.Peer is { } peer
            && (link.Message.LinkIndex != message.LinkIndex || link.Message.LinkNamespaceId != message.LinkNamespaceId))
        {
            // The other end moved: its new place is looked for anew.
            link.Peer = null;
            peer.Peer = null;
            _separated.Add((link, peer));
            _dirty.Add(peer);
            _outdated.Add(peer);
        }

        link.Message = message;
        _dirty.Add(link);
    }

    private static string ReadDriver(NamespaceState state, string name)
    {
        try
        {
            using var ethtool = EthtoolClient.Open(state.Namespace);
            return ethtool.TryGetDriver(name, out var info) ? info!.Driver : string.Empty;
        }
        catch (LinuxException)
        {
            // The interface is gone already, or its driver does not say: a node without a driver's name is better than none.
            return string.Empty;
        }
    }

    private void Forget(LinkState link)
    {
        link.Owner.Links.Remove(link.Message.Index);
        _dirty.Remove(link);
        _outdated.Remove(link);
        if (link.Peer is { } peer)
        {
            link.Peer = null;
            peer.Peer = null;
            _dirty.Add(peer);
            _outdated.Add(peer);
        }

        if (link.NodeId is { } nodeId)
        {
            _locations.TryRemove(nodeId, out _);
            _deletedNodes.Add(nodeId);
        }
    }

    private static bool IsSame(AddressMessage left, AddressMessage right) =>
        left.Address.Equals(right.Address) && left.PrefixLength == right.PrefixLength && Equals(left.Peer, right.Peer);

    private void Commit()
    {
        if (_dirty.Count > 0 || _deletedNodes.Count > 0 || _added.Count > 0 || _renamed.Count > 0)
        {
            foreach (var link in _outdated)
            {
                Refresh(link);
            }

            _outdated.Clear();
            FindPeers();
            _graph.Write(Write);
            _dirty.Clear();
            _deletedNodes.Clear();
            _added.Clear();
            _renamed.Clear();
            _separated.Clear();
        }

        if (_namespaces.Count > 0)
        {
            _state.SetRunning();
        }
    }

    private void Write(GraphTransaction transaction)
    {
        foreach (string nodeId in _deletedNodes)
        {
            transaction.DeleteNode(nodeId);
        }

        foreach (var state in _added)
        {
            var metadata = MetadataMap.Create(
                ("Name", state.Name),
                ("Type", "netns"),
                ("Path", state.Path),
                ("Inode", (long)state.Namespace.Id.Inode),
                ("Device", (long)state.Namespace.Id.Device));
            transaction.AddNode(state.NodeId!, state.Manager is null ? metadata : metadata.With("Manager", state.Manager));
            transaction.SetOwner(_hostNodeId, state.NodeId!);
            _namespaceNodes[state.Namespace.Id] = state.NodeId!;
        }

        foreach (var state in _renamed)
        {
            if (transaction.FindNode(state.NodeId!) is { } node)
            {
                var metadata = node.Metadata.With("Name", state.Name).With("Path", state.Path);
                transaction.SetMetadata(node, state.Manager is null ? metadata.Without("Manager") : metadata.With("Manager", state.Manager));
            }
        }

        foreach (var (one, other) in _separated)
        {
            if (one.Peer != other && one.NodeId is not null && other.NodeId is not null)
            {
                var (parent, child) = IsFirst(one, other) ? (one, other) : (other, one);
                transaction.Unlink(parent.NodeId!, child.NodeId!, RelationTypes.Layer2);
            }
        }

        foreach (var link in _dirty)
        {
            WriteNode(transaction, link);
        }

        foreach (var link in _dirty)
        {
            WriteEdges(transaction, link);
        }
    }

    private void WriteNode(GraphTransaction transaction, LinkState link)
    {
        string? peerNamespace = link.Message.LinkNamespaceId is null ? null : link.Peer?.Owner.Name;
        var metadata = LinkMetadata.Build(link.Message, link.Addresses, peerNamespace, link.Driver);
        if (link.NodeId is { } nodeId && transaction.FindNode(nodeId) is { } node)
        {
            // What others have written into the node stays.
            transaction.SetMetadata(node, MetadataOperation.Apply(node.Metadata, MetadataOperation.Between(link.Written, metadata)));
        }
        else
        {
            link.NodeId ??= Identifiers.Random();
            transaction.AddNode(link.NodeId, metadata);
            transaction.SetOwner(link.Owner.NodeId!, link.NodeId);
        }

        link.Written = metadata;
        _locations[link.NodeId] = new(link.Owner.Namespace, link.Message.Index, link.Message.HardwareType);
    }

    private static void WriteEdges(GraphTransaction transaction, LinkState link)
    {
        var master = link.Message.MasterIndex == 0 ? null : link.Owner.Links.GetValueOrDefault(link.Message.MasterIndex);
        link.MasterNodeId = Relink(transaction, link.MasterNodeId, master?.NodeId, link, null);
        var lower = link.IsStacked && link.Message.LinkNamespaceId is null ? link.Owner.Links.GetValueOrDefault(link.Message.LinkIndex) : null;
        link.LowerNodeId = Relink(transaction, link.LowerNodeId, lower?.NodeId, link, MetadataMap.Create(("Type", link.Message.Kind)));

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
    private static string? Relink(GraphTransaction transaction, string? before, string? after, LinkState link, MetadataMap? details)
    {
        if (before is not null && before != after)
        {
            transaction.Unlink(before, link.NodeId!, RelationTypes.Layer2);
        }

        if (after is not null)
        {
            transaction.Link(after, link.NodeId!, RelationTypes.Layer2, details);
        }

        return after;
    }

    /// <summary>The edge of a pair starts at the interface with the larger index, as in Skydive; between equals the namespaces decide.</summary>
    private static bool IsFirst(LinkState link, LinkState peer) =>
        link.Message.Index != peer.Message.Index ? link.Message.Index > peer.Message.Index : link.Owner.Key > peer.Owner.Key;

    /// <summary>Joins the ends of veth pairs. Of two ends, the one that came or changed last finds the other.</summary>
    private void FindPeers()
    {
        foreach (var link in _dirty.Where(static link => link.IsVeth).ToArray())
        {
            if (link.Peer is null && FindPeer(link) is { } peer)
            {
                link.Peer = peer;
                peer.Peer = link;
                _dirty.Add(peer);
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
            return FindPeer(link, link.Owner);
        }

        if (link.Owner.FindPeer(id) is { } known)
        {
            return FindPeer(link, known);
        }

        // Only namespaces with an interface that may be the peer are asked for: of hundreds that is one, or a few.
        foreach (var candidate in _namespaces.Values)
        {
            if (candidate == link.Owner || candidate.Links.GetValueOrDefault(link.Message.LinkIndex) is not { IsVeth: true, Peer: null } end
                || (_dirty.Contains(end) && end.Message.LinkIndex != 0 && end.Message.LinkIndex != link.Message.Index))
            {
                continue;
            }

            int? candidateId = link.Owner.FindId(candidate) ?? AskForId(link.Owner, candidate);
            if (candidateId == id)
            {
                return FindPeer(link, candidate);
            }
        }

        return null;
    }

    /// <summary>The other end in the namespace where it must be, unless it is joined to another or not known yet.</summary>
    private LinkState? FindPeer(LinkState link, NamespaceState place)
    {
        if (place.Links.GetValueOrDefault(link.Message.LinkIndex) is not { IsVeth: true, Peer: null } peer)
        {
            return null;
        }

        // What is known of it may be from before this end came here: the kernel tells of the first end of a new pair before there is a second.
        if (!_dirty.Contains(peer) || !ArePeers(link, peer))
        {
            Refresh(peer);
        }

        return ArePeers(link, peer) ? peer : null;
    }

    private static bool ArePeers(LinkState link, LinkState peer) =>
        peer.Message.LinkIndex == link.Message.Index && (peer.Message.LinkNamespaceId is null) == (peer.Owner == link.Owner);

    private int? AskForId(NamespaceState state, NamespaceState other)
    {
        try
        {
            int? id = state.Client.GetNamespaceId(other.Namespace, _stop.Token);
            if (id is { } known)
            {
                state.Learn(other, known);
            }

            return id;
        }
        catch (NetlinkException e)
        {
            LogReadFailed(_logger, state.Title, e.Message);
            return null;
        }
    }

    /// <summary>When one end of a pair moves, the kernel does not tell of the other, whose place of the peer has changed all the same.</summary>
    private void Refresh(LinkState link)
    {
        try
        {
            link.Message = link.Owner.Client.GetLink(link.Message.Index, cancellationToken: _stop.Token);
            _dirty.Add(link);
        }
        catch (NetlinkException e) when (e.Reason == LinuxErrorReason.NotFound)
        {
            // Its deletion is on the way.
        }
        catch (NetlinkException e)
        {
            LogReadFailed(_logger, link.Owner.Title, e.Message);
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "Namespace {Path} cannot be watched: {Reason}")]
    private static partial void LogNamespaceRefused(ILogger logger, string path, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "The kernel dropped interface events of {Namespace}; it is read anew")]
    private static partial void LogOverrun(ILogger logger, string @namespace);

    [LoggerMessage(1003, LogLevel.Warning, "Interfaces of {Namespace} could not be read: {Reason}")]
    private static partial void LogReadFailed(ILogger logger, string @namespace, string reason);
}
