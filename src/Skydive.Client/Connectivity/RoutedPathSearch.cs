using System.Net;
using System.Net.Sockets;
using Skydive.Client.Gremlin;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Connectivity;

/// <summary>
/// Finds the interfaces that packets from one to another pass: the shortest way over layer 2 and, where there is none, on through routers, by the
/// routes of the interfaces that the way ends at.
/// </summary>
internal sealed class RoutedPathSearch(SkydiveClient client)
{
    private const int MaximumRouters = 8;
    private const int MaximumSiblings = 32;

    /// <summary>Finds the way.</summary>
    /// <param name="source">The interface that sends.</param>
    /// <param name="destination">The interface that packets are for.</param>
    /// <param name="address">The address that they are for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>From source to destination; only these two when the topology knows of no way.</returns>
    public async Task<IReadOnlyList<Node>> FindAsync(Node source, Node destination, IPAddress? address, CancellationToken cancellationToken)
    {
        var way = await FindAsync(source, destination, address, 0, new(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        return way ?? [source, destination];
    }

    private static string Of(Node node) => $"G.V().Has('TID', {GremlinLiteral.Quote(node.TID!)})";

    private static string Owners(IPAddress address) => $"G.V().Has('{Family(address)}', {Family(address)}Range('{address}/{(address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)}'))";

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? "IPV4" : "IPV6";

    private async Task<IReadOnlyList<Node>?> FindAsync(
        Node from, Node destination, IPAddress? address, int routers, HashSet<string> visited, CancellationToken cancellationToken)
    {
        if (!visited.Add(from.Id))
        {
            return null;
        }

        if (await BridgedAsync(from, destination, cancellationToken).ConfigureAwait(false) is { } bridged)
        {
            return bridged;
        }

        if (address is null || routers >= MaximumRouters || await GatewayAsync(from, address, cancellationToken).ConfigureAwait(false) is not { } gateway)
        {
            return null;
        }

        foreach (var entry in await NodesAsync(Owners(gateway), cancellationToken).ConfigureAwait(false))
        {
            if (await BridgedAsync(from, entry, cancellationToken).ConfigureAwait(false) is not { } toRouter)
            {
                continue;
            }

            var siblings = await NodesAsync(
                $"{Of(entry)}.In().Has('Type', Within('netns', 'host')).Out().HasKey('{Family(address)}')", cancellationToken).ConfigureAwait(false);
            foreach (var exit in siblings.Where(sibling => sibling.Id != entry.Id).Take(MaximumSiblings))
            {
                if (await FindAsync(exit, destination, address, routers + 1, visited, cancellationToken).ConfigureAwait(false) is { } rest)
                {
                    return [.. toRouter, .. rest];
                }
            }
        }

        return null;
    }

    /// <summary>The shortest way over layer 2; null when there is none.</summary>
    private async Task<IReadOnlyList<Node>?> BridgedAsync(Node from, Node to, CancellationToken cancellationToken)
    {
        if (from.Id == to.Id)
        {
            return [from];
        }

        string query = $"{Of(from)}.ShortestPathTo(Metadata('TID', {GremlinLiteral.Quote(to.TID!)}), Metadata('RelationType', 'layer2'))";
        await foreach (var item in client.QueryAsync(query, cancellationToken).ConfigureAwait(false))
        {
            if (item.Items is { Count: > 0 } way)
            {
                return [.. way.Select(static step => step.Node!)];
            }
        }

        return null;
    }

    /// <summary>The address of the router that an interface sends to; null when it sends to nobody, or needs none.</summary>
    private async Task<IPAddress?> GatewayAsync(Node from, IPAddress address, CancellationToken cancellationToken)
    {
        await foreach (var item in client.QueryAsync($"{Of(from)}.NextHop('{address}')", cancellationToken).ConfigureAwait(false))
        {
            foreach (var hop in item.Value.AsMap?.Values ?? [])
            {
                if (IPAddress.TryParse(hop.AsMap?["IP"].AsString, out var gateway))
                {
                    return gateway;
                }
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<Node>> NodesAsync(string query, CancellationToken cancellationToken)
    {
        var nodes = new List<Node>();
        await foreach (var item in client.QueryAsync(query, cancellationToken).ConfigureAwait(false))
        {
            if (item.Node is { TID: not null } node)
            {
                nodes.Add(node);
            }
        }

        return nodes;
    }
}
