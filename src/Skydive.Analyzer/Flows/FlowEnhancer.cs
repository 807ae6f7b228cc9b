using Skydive.Analyzer.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Flows;

/// <summary>
/// Adds to flows which interface and which process stand at their ends. That is done here and not by agents, since one agent knows its own host
/// only: of a flow between two hosts it could name one end, and of one that a switch's host sees none. It follows the graph, so that a look-up
/// is one into an index; what was found is kept by flow, so that a flow has the ends of its first update even when a process has gone since.
/// </summary>
/// <remarks>
/// <para>The interface at an end is the one that has the end's IP address: with its MAC address too if there is one, on the host of the capture
/// if several have it, or none when that leaves several. Where nobody has the IP address, or there is none, it is the interface with the MAC
/// address, which may be the router's that leads there.</para>
/// <para>The process is the one with a socket that is connected to the other end, and in the namespace of that interface if there are several;
/// otherwise the one that serves the port there.</para>
/// </remarks>
internal sealed class FlowEnhancer : GraphFollower
{
    private const int MaximumKept = 100_000;
    private const int MaximumOwners = 16;
    private const string Any4 = "0.0.0.0";
    private const string Any6 = "::";

    private readonly Lock _gate = new();
    private readonly EndpointIndex _index = new();

    // The commit that the index knows; null until flows come: without them the addresses of all interfaces need not be known.
    private long? _known;

    // Two generations: what nobody asked for while a whole generation was filled is forgotten.
    private Dictionary<string, FlowEnds> _young = new(StringComparer.Ordinal);
    private Dictionary<string, FlowEnds> _old = new(StringComparer.Ordinal);

    public FlowEnhancer(LiveGraph graph)
        : base(graph)
    {
    }

    /// <inheritdoc/>
    protected override bool HasChanges => false;

    /// <summary>Whether a field of a flow is one that is added here.</summary>
    public static bool Adds(string field) =>
        field is "ANodeTID" or "BNodeTID" || field.StartsWith("SocketA.", StringComparison.Ordinal) || field.StartsWith("SocketB.", StringComparison.Ordinal);

    /// <summary>Adds to flows what is known of their ends.</summary>
    public void Enhance(Flow[] flows)
    {
        lock (_gate)
        {
            var snapshot = Graph.Current;
            if (_known is null && flows.Length > 0)
            {
                Fill(snapshot);
            }

            for (int i = 0; i < flows.Length; i++)
            {
                flows[i] = FindEnds(flows[i], snapshot).AddTo(flows[i]);
            }
        }
    }

    /// <summary>Asks an agent, which knows nothing of what is added here: conditions on that are left to the answer.</summary>
    public async Task<IReadOnlyList<Flow>> SearchAsync(IAgentLink agent, FlowSearch search, CancellationToken cancellationToken)
    {
        var (asked, left) = Split(search.Filter);
        bool isWhole = left is null && !Adds(search.SortBy ?? string.Empty) && !Adds(search.DeduplicateBy ?? string.Empty);
        var question = isWhole ? search : search with { Filter = asked, Skip = 0, Limit = null, SortBy = null, DeduplicateBy = null };
        Flow[] flows = [.. await agent.SearchFlowsAsync(question, cancellationToken).ConfigureAwait(false)];
        Enhance(flows);
        return isWhole ? flows : search.Finish(left is null ? flows : flows.Where(left.Matches));
    }

    /// <inheritdoc/>
    protected override void Reset(GraphSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_known is not null)
            {
                Fill(snapshot);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Apply(GraphCommit commit)
    {
        lock (_gate)
        {
            // What the index was filled with may be ahead of what is read here.
            if (_known is not { } known || commit.Sequence <= known)
            {
                return;
            }

            _known = commit.Sequence;
            foreach (var change in commit.Events)
            {
                if (change.Node is not { } node)
                {
                    continue;
                }

                if (change.Kind == GraphEventKind.NodeDeleted)
                {
                    _index.Remove(node.Id);
                }
                else
                {
                    _index.Put(node);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void Write(GraphTransaction transaction)
    {
        // Nothing follows for the graph.
    }

    private void Fill(GraphSnapshot snapshot)
    {
        _index.Clear();
        foreach (var node in snapshot.GetNodes())
        {
            _index.Put(node);
        }

        _known = snapshot.Sequence;
    }

    /// <summary>Parts a condition into what an agent can answer and what it cannot; both have to be met.</summary>
    private static (Filter? Asked, Filter? Left) Split(Filter? filter)
    {
        if (filter is null || !Mentions(filter))
        {
            return (filter, null);
        }

        if (filter is not AllFilter all)
        {
            return (null, filter);
        }

        Filter[] asked = [.. all.Filters.Where(static part => !Mentions(part))];
        return (asked.Length == 0 ? null : new AllFilter(asked), new AllFilter([.. all.Filters.Where(Mentions)]));
    }

    private static bool Mentions(Filter filter) => filter switch
    {
        AllFilter all => all.Filters.Any(Mentions),
        AnyFilter any => any.Filters.Any(Mentions),
        NotFilter not => Mentions(not.Filter),
        ExistsFilter exists => Adds(exists.Key),
        FieldFilter field => Adds(field.Key),
        _ => true,
    };

    private FlowEnds FindEnds(Flow flow, GraphSnapshot snapshot)
    {
        bool hasSockets = flow is { Network: not null, Transport.Protocol: "TCP" or "UDP" };
        if (_young.TryGetValue(flow.UUID, out var known) || _old.TryGetValue(flow.UUID, out known))
        {
            if (known.IsComplete(hasSockets))
            {
                Keep(flow.UUID, known);
                return known;
            }
        }

        var nodeA = FindNode(flow, flow.Network?.A, flow.Link?.A, snapshot);
        var nodeB = FindNode(flow, flow.Network?.B, flow.Link?.B, snapshot);
        FlowSocket? socketA = null, socketB = null;
        if (hasSockets)
        {
            var (network, transport) = (flow.Network!, flow.Transport!);
            socketA = FindSocket(new(transport.Protocol, network.A, transport.A, network.B, transport.B), nodeA, snapshot);
            socketB = FindSocket(new(transport.Protocol, network.B, transport.B, network.A, transport.A), nodeB, snapshot);
        }

        var ends = known.Or(new FlowEnds(nodeA?.TID, nodeB?.TID, socketA, socketB));
        if (ends != default)
        {
            Keep(flow.UUID, ends);
        }

        return ends;
    }

    private void Keep(string uuid, in FlowEnds ends)
    {
        if (_young.Count >= MaximumKept && !_young.ContainsKey(uuid))
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }

        _young[uuid] = ends;
    }

    private Node? FindNode(Flow flow, string? address, string? mac, GraphSnapshot snapshot)
    {
        var withAddress = address is null ? [] : _index.FindAddress(address);
        var withMac = mac is null ? [] : _index.FindMac(mac);
        if (withAddress.Count > 0)
        {
            Node[] withBoth = [.. withAddress.Where(node => withMac.Any(other => other.Id == node.Id))];
            return Choose(withBoth.Length > 0 ? withBoth : withAddress, flow, snapshot);
        }

        return withMac.Count > 0 ? Choose(withMac, flow, snapshot, takesFirst: true)
            : mac is not null ? Choose(_index.FindPeerMac(mac), flow, snapshot, takesFirst: true)
            : null;
    }

    /// <summary>The node that is meant where several have an address.</summary>
    private static Node? Choose(IReadOnlyList<Node> candidates, Flow flow, GraphSnapshot snapshot, bool takesFirst = false)
    {
        if (candidates.Count <= 1)
        {
            return candidates.Count == 0 ? null : candidates[0];
        }

        // Each namespace has an address like 127.0.0.1; the capture is in one of them.
        if (candidates.FirstOrDefault(node => node.TID == flow.NodeTID) is { } own)
        {
            return own;
        }

        var capture = snapshot.GetNodes(new EqualFilter("TID", flow.NodeTID)).FirstOrDefault();
        Node[] onHost = [.. candidates.Where(node => capture is not null && node.Host == capture.Host)];
        Node[] left = onHost.Length > 0 ? onHost : [.. candidates];
        return left.Length == 1 || takesFirst ? left.MinBy(static node => node.Id, StringComparer.Ordinal) : null;
    }

    private FlowSocket? FindSocket(in SocketEnds ends, Node? node, GraphSnapshot snapshot)
    {
        // Servers have the same addresses on every host: only the one where the end is can be meant. A router that leads to the end is not it.
        var connected = _index.FindSockets(in ends);
        string address = ends.LocalAddress;
        var owner = node is not null && _index.FindAddress(address).Any(other => other.Id == node.Id) ? FindNamespace(node, snapshot) : null;
        if (owner is null)
        {
            return connected.Count == 1 ? connected[0].Socket : null;
        }

        bool isIPv6 = ends.LocalAddress.Contains(':', StringComparison.Ordinal);
        return FindAt(connected, owner.Id)
            ?? FindAt(_index.FindSockets(ends with { RemoteAddress = isIPv6 ? Any6 : Any4, RemotePort = 0 }), owner.Id)
            ?? (isIPv6 ? null : FindAt(_index.FindSockets(ends with { LocalAddress = Any4, RemoteAddress = Any4, RemotePort = 0 }), owner.Id))
            ?? FindAt(_index.FindSockets(ends with { LocalAddress = Any6, RemoteAddress = Any6, RemotePort = 0 }), owner.Id);
    }

    private static FlowSocket? FindAt(IReadOnlyList<(string NodeId, FlowSocket Socket)> sockets, string nodeId)
    {
        foreach (var (id, socket) in sockets)
        {
            if (id == nodeId)
            {
                return socket;
            }
        }

        return null;
    }

    /// <summary>The host or namespace that a node belongs to.</summary>
    private static Node? FindNamespace(Node node, GraphSnapshot snapshot)
    {
        var current = snapshot.FindNode(node.Id);
        for (int i = 0; i < MaximumOwners && current is not null; i++)
        {
            if (current.Type is "netns" or "host")
            {
                return current;
            }

            current = snapshot.GetOwner(current);
        }

        return null;
    }
}
