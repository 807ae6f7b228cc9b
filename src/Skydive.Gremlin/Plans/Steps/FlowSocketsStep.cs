using System.Net;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Sockets on flows: for each TCP or UDP flow the sockets of any node that are open for it, those of side A first. Flows without are left out.
/// </summary>
internal sealed record FlowSocketsStep : SynchronousStep
{
    private static readonly ExistsFilter s_hasSockets = new(SocketsStep.Key);

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Sockets;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var flows = (FlowTraversal)input;
        return new SocketTraversal(flows.View, Find(flows, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => "FlowSockets";

    private static IEnumerable<GremlinGroup<MetadataMap>> Find(FlowTraversal input, QueryBudget budget)
    {
        var flows = new List<(string UUID, Connection FromA, Connection FromB)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var sockets = new Dictionary<Connection, List<MetadataMap>>();
        foreach (var flow in input.Items)
        {
            budget.Visit();
            if (flow is { Network: { } network, Transport: { Protocol: "TCP" or "UDP" } transport }
                && Address(network.A) is { } a && Address(network.B) is { } b && known.Add(flow.UUID))
            {
                budget.Collect();
                var fromA = new Connection(transport.Protocol, a, transport.A, b, transport.B);
                var fromB = new Connection(transport.Protocol, b, transport.B, a, transport.A);
                flows.Add((flow.UUID, fromA, fromB));
                sockets.TryAdd(fromA, []);
                sockets.TryAdd(fromB, []);
            }
        }

        if (flows.Count > 0)
        {
            Collect(input.View, sockets, budget);
        }

        foreach (var (uuid, fromA, fromB) in flows)
        {
            IReadOnlyList<MetadataMap> found = fromA == fromB ? sockets[fromA] : [.. sockets[fromA], .. sockets[fromB]];
            if (found.Count > 0)
            {
                yield return new(uuid, found);
            }
        }
    }

    /// <summary>Finds the sockets of all connections at once: one walk over the nodes instead of one for each flow.</summary>
    private static void Collect(IGraphView view, Dictionary<Connection, List<MetadataMap>> wanted, QueryBudget budget)
    {
        var seen = new HashSet<(string Id, MetadataMap Socket)>();
        foreach (var node in view.GetNodes(s_hasSockets))
        {
            foreach (var socket in SocketsStep.Of(node) ?? [])
            {
                budget.Visit();
                if (ConnectionOf(socket) is { } connection && wanted.TryGetValue(connection, out var list) && seen.Add((node.Id, socket)))
                {
                    budget.Collect();
                    list.Add(socket);
                }
            }
        }
    }

    private static Connection? ConnectionOf(MetadataMap socket) =>
        socket["Protocol"].AsString is { } protocol
        && Address(socket["LocalAddress"].AsString) is { } local
        && Address(socket["RemoteAddress"].AsString) is { } remote
        && socket["LocalPort"].TryGetInteger(out long localPort)
        && socket["RemotePort"].TryGetInteger(out long remotePort)
            ? new(protocol, local, localPort, remote, remotePort)
            : null;

    /// <summary>An address in one form: IPv4 addresses mapped into IPv6 are the IPv4 addresses.</summary>
    private static IPAddress? Address(string? text) =>
        !IPAddress.TryParse(text, out var address) ? null : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>What tells a connection from others, seen from one of its ends.</summary>
    private readonly record struct Connection(string Protocol, IPAddress LocalAddress, long LocalPort, IPAddress RemoteAddress, long RemotePort);
}
