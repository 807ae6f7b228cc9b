using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>
/// Puts flows of the same packets, seen at several capture points, in the order in which the packets pass. Flows belong together when they have the
/// same ends, protocol and ICMP identifier: TrackingID changes at each router, and even L3TrackingID does where the order of MAC addresses does.
/// </summary>
/// <remarks>
/// The order is that of the way through the topology from the interface of end A, where layer 2 leads there, or through the interfaces of one
/// namespace that have addresses, as a router's do; where there is none, that of the way from end B. Points that no way leads to stand between, by when
/// they saw the first packet; and since milliseconds are too coarse for that inside of a host, then by round trip: the nearer to B, the
/// shorter.
/// </remarks>
internal sealed class FlowPathFinder
{
    private const long RoutingCost = 1000;
    private const int MaximumVisits = 200_000;
    private const int MaximumInterfaces = 256;
    private const string TID = "TID";

    private readonly IGraphView _view;
    private readonly QueryBudget _budget;

    // Many conversations have the same ends.
    private readonly Dictionary<string, Dictionary<string, long>> _distances = new(StringComparer.Ordinal);

    public FlowPathFinder(IGraphView view, QueryBudget budget)
    {
        _view = view;
        _budget = budget;
    }

    /// <summary>The conversations in the order of their first flows, each with its flows in the order of the way.</summary>
    public IEnumerable<IReadOnlyList<Flow>> Order(IEnumerable<Flow> flows)
    {
        var order = new List<ConversationKey>();
        var conversations = new Dictionary<ConversationKey, List<Flow>>();
        foreach (var flow in flows)
        {
            _budget.Collect();
            var key = ConversationKey.Of(flow);
            if (!conversations.TryGetValue(key, out var members))
            {
                conversations.Add(key, members = []);
                order.Add(key);
            }

            members.Add(flow);
        }

        return order.Select(key => Order(conversations[key]));
    }

    /// <summary>The conversations with what became of their packets from point to point.</summary>
    public IEnumerable<FlowPath> Find(IEnumerable<Flow> flows)
    {
        foreach (var hops in Order(flows))
        {
            yield return Describe(hops);
        }
    }

    /// <summary>The flow that saw the first packet: its A is the A of all.</summary>
    private static Flow First(IReadOnlyList<Flow> flows) => flows.MinBy(static flow => (flow.Start, -(flow.Metric?.RTT ?? 0)))!;

    private static bool IsReversed(Flow flow, Flow first) =>
        (flow.Network, first.Network) is ({ } own, { } other)
            ? own.A != other.A || (own.A == own.B && flow.Transport?.A != first.Transport?.A)
            : flow.Link?.A != first.Link?.A;

    private List<Flow> Order(List<Flow> flows)
    {
        if (flows.Count < 2)
        {
            return flows;
        }

        var first = First(flows);
        string? a = flows.Select(flow => IsReversed(flow, first) ? flow.BNodeTID : flow.ANodeTID).FirstOrDefault(static tid => tid is not null);
        string? b = flows.Select(flow => IsReversed(flow, first) ? flow.ANodeTID : flow.BNodeTID).FirstOrDefault(static tid => tid is not null);
        var fromA = a is null ? null : Distances(a);
        var fromB = b is null ? null : Distances(b);
        return
        [
            .. flows
                .Select(flow => (Flow: flow, Place: PlaceOf(flow.NodeTID, fromA, fromB)))
                .OrderBy(static entry => entry.Place.Segment)
                .ThenBy(static entry => entry.Place.Distance)
                .ThenBy(static entry => entry.Flow.Start)
                .ThenByDescending(static entry => entry.Flow.Metric?.RTT ?? 0)
                .ThenBy(static entry => entry.Flow.UUID, StringComparer.Ordinal)
                .Select(static entry => entry.Flow),
        ];
    }

    private static (int Segment, long Distance) PlaceOf(string tid, Dictionary<string, long>? fromA, Dictionary<string, long>? fromB) =>
        fromA is not null && fromA.TryGetValue(tid, out long distance) ? (0, distance)
        : fromB is not null && fromB.TryGetValue(tid, out distance) ? (2, -distance)
        : (1, 0);

    /// <summary>How far nodes are from one, by topology identifier, as far as a way leads there.</summary>
    private Dictionary<string, long> Distances(string tid)
    {
        if (_distances.TryGetValue(tid, out var known))
        {
            return known;
        }

        var distances = new Dictionary<string, long>(StringComparer.Ordinal);
        var settled = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new PriorityQueue<Node, long>();
        foreach (var start in _view.GetNodes(new EqualFilter(TID, tid)).Take(1))
        {
            waiting.Enqueue(start, 0);
        }

        while (settled.Count < MaximumVisits && waiting.TryDequeue(out var node, out long distance))
        {
            if (!settled.Add(node.Id))
            {
                continue;
            }

            _budget.Visit();
            if (node.TID is { } identifier)
            {
                distances.TryAdd(identifier, distance);
            }

            foreach (var (next, cost) in Next(node))
            {
                if (!settled.Contains(next.Id))
                {
                    waiting.Enqueue(next, distance + cost);
                }
            }
        }

        _distances.Add(tid, distances);
        return distances;
    }

    /// <summary>Where a packet may be after a node.</summary>
    private IEnumerable<(Node Node, long Cost)> Next(Node node)
    {
        Node? owner = null;
        foreach (var edge in _view.GetEdges(node, EdgeDirection.Both))
        {
            if (edge.RelationType == RelationTypes.Layer2)
            {
                foreach (var other in edge.Parent == node.Id ? _view.GetChildren(edge) : _view.GetParents(edge))
                {
                    yield return (other, 1);
                }
            }
            else if (edge.RelationType == RelationTypes.Ownership && edge.Child == node.Id)
            {
                owner ??= _view.GetParents(edge).FirstOrDefault();
            }
        }

        if (owner is null || !HasAddress(node))
        {
            yield break;
        }

        int count = 0;
        foreach (var edge in _view.GetEdges(owner, EdgeDirection.Out))
        {
            if (edge.RelationType != RelationTypes.Ownership || edge.Child == node.Id)
            {
                continue;
            }

            foreach (var other in _view.GetChildren(edge).Where(HasAddress))
            {
                if (++count > MaximumInterfaces)
                {
                    yield break;
                }

                yield return (other, RoutingCost);
            }
        }
    }

    private static bool HasAddress(Node node) => !node.Metadata["IPV4"].Elements.IsEmpty || !node.Metadata["IPV6"].Elements.IsEmpty;

    private FlowPath Describe(IReadOnlyList<Flow> flows)
    {
        var first = First(flows);
        var hops = new List<FlowHop>(flows.Count);
        foreach (var flow in flows)
        {
            _budget.Visit();
            var node = _view.GetNodes(new EqualFilter(TID, flow.NodeTID)).FirstOrDefault();
            var metric = flow.Metric ?? new();
            bool isReversed = IsReversed(flow, first);
            var hop = new FlowHop
            {
                NodeTID = flow.NodeTID,
                Name = node?.Name,
                Type = node?.Type,
                Host = node?.Host,
                UUID = flow.UUID,
                TrackingID = flow.TrackingID,
                CaptureID = flow.CaptureID,
                ABPackets = isReversed ? metric.BAPackets : metric.ABPackets,
                ABBytes = isReversed ? metric.BABytes : metric.ABBytes,
                BAPackets = isReversed ? metric.ABPackets : metric.BAPackets,
                BABytes = isReversed ? metric.ABBytes : metric.BABytes,
                Start = flow.Start,
                Last = flow.Last,
                RTT = isReversed ? 0 : metric.RTT,
            };
            hops.Add(hops.Count == 0 ? hop : hop with
            {
                ABLost = Math.Max(0, hops[^1].ABPackets - hop.ABPackets),
                BALost = Math.Max(0, hop.BAPackets - hops[^1].BAPackets),
                Latency = hop.RTT > 0 && hops[^1].RTT > 0 ? hops[^1].RTT - hop.RTT : null,
            });
        }

        return new()
        {
            L3TrackingID = first.L3TrackingID,
            Application = first.Application,
            A = first.Network?.A ?? first.Link?.A ?? string.Empty,
            B = first.Network?.B ?? first.Link?.B ?? string.Empty,
            PortA = first.Transport?.A,
            PortB = first.Transport?.B,
            ANodeTID = first.ANodeTID,
            BNodeTID = first.BNodeTID,
            Hops = hops,
            ABLost = Math.Max(0, hops[0].ABPackets - hops[^1].ABPackets),
            BALost = Math.Max(0, hops[^1].BAPackets - hops[0].BAPackets),
        };
    }

    /// <summary>What is the same for the flows of one conversation, whichever end was seen first.</summary>
    private readonly record struct ConversationKey(string Layers, string Low, string High, string Detail)
    {
        public static ConversationKey Of(Flow flow)
        {
            // Without addresses of the network, those of the link are all there is.
            if ((flow.Network ?? flow.Link) is not { } layer)
            {
                return new(string.Empty, flow.TrackingID, string.Empty, string.Empty);
            }

            string a = flow.Transport is { } transport ? $"{layer.A} {transport.A}" : layer.A;
            string b = flow.Transport is { } other ? $"{layer.B} {other.B}" : layer.B;
            (a, b) = string.CompareOrdinal(a, b) <= 0 ? (a, b) : (b, a);
            string detail = flow.ICMP is { } icmp ? $"{icmp.Type} {icmp.Code} {icmp.ID}" : string.Empty;
            return new($"{layer.Protocol} {flow.Transport?.Protocol} {LastLayer(flow)} {layer.ID * (flow.Network is null ? 0 : 1)}", a, b, detail);
        }

        // A conversation without ports is told by what it carries; with ports the application may have another name at another point.
        private static string LastLayer(Flow flow) => flow.Transport is null ? flow.LayersPath[(flow.LayersPath.LastIndexOf('/') + 1)..] : string.Empty;
    }
}
