using System.Net;
using System.Net.Sockets;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// NextHop: where each node would send a packet for an address, by its RoutingTables: the route with the longest prefix that holds the address,
/// of those alike the one with the least Priority. The tables local, main and default are asked first, in this order, as Linux does, then
/// others as they stand. The MAC is that of the node's Neighbors. Nodes without a route are left out.
/// </summary>
/// <param name="Address">The address.</param>
internal sealed record NextHopStep(IPAddress Address) : SynchronousStep
{
    // RT_TABLE_LOCAL, RT_TABLE_MAIN and RT_TABLE_DEFAULT of linux/rtnetlink.h, in the order of the rules that Linux begins with.
    private static readonly long[] s_firstTables = [255, 254, 253];

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Map;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => new MapTraversal(Find(((NodeTraversal)input).Items, context.Budget));

    /// <inheritdoc/>
    protected override string Describe() => $"NextHop({Address})";

    private static int Rank(MetadataMap table) => table["ID"].TryGetInteger(out long id) && Array.IndexOf(s_firstTables, id) is >= 0 and var rank ? rank : s_firstTables.Length;

    private static IPAddress? AddressOf(MetadataValue value) => IPAddress.TryParse(value.AsString, out var address) ? Plain(address) : null;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static long PriorityOf(MetadataMap hop) => hop["Priority"].TryGetInteger(out long priority) ? priority : 0;

    private static string? FindMac(Node node, IPAddress address, MetadataValue interfaceIndex)
    {
        string? any = null;
        foreach (var element in node.Metadata["Neighbors"].Elements)
        {
            if (element.AsMap is { } neighbor && neighbor["MAC"].AsString is { Length: > 0 } mac && address.Equals(AddressOf(neighbor["IP"])))
            {
                if (neighbor["IfIndex"] == interfaceIndex)
                {
                    return mac;
                }

                any ??= mac;
            }
        }

        return any;
    }

    private IEnumerable<KeyValuePair<string, MetadataValue>> Find(IEnumerable<Node> nodes, QueryBudget budget)
    {
        // Of several revisions of a node the newest, which comes last, counts.
        var order = new List<string>();
        var newest = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            budget.Visit();
            if (!newest.TryAdd(node.Id, node))
            {
                newest[node.Id] = node;
            }
            else
            {
                order.Add(node.Id);
            }
        }

        foreach (string id in order)
        {
            budget.Visit();
            if (Find(newest[id]) is { } hop)
            {
                yield return new(id, hop);
            }
        }
    }

    private MetadataMap? Find(Node node)
    {
        var tables = new List<MetadataMap>();
        foreach (var element in node.Metadata["RoutingTables"].Elements)
        {
            if (element.AsMap is { } table)
            {
                tables.Add(table);
            }
        }

        foreach (var table in tables.OrderBy(Rank))
        {
            if (FindIn(table) is { } hop)
            {
                var address = AddressOf(hop["IP"]) ?? Plain(Address);
                string? mac = hop["MAC"].AsString is { Length: > 0 } known ? known : FindMac(node, address, hop["IfIndex"]);
                return new MetadataBuilder()
                    .Set("Priority", PriorityOf(hop))
                    .Set("IP", address.ToString())
                    .SetIfNotNull("MAC", mac)
                    .Set("IfIndex", hop["IfIndex"].TryGetInteger(out long index) ? index : 0)
                    .Build();
            }
        }

        return null;
    }

    private MetadataMap? FindIn(MetadataMap table)
    {
        MetadataMap? best = null;
        int bestLength = -1;
        foreach (var element in table["Routes"].Elements)
        {
            if (element.AsMap is not { } route)
            {
                continue;
            }

            foreach (var hopElement in route["NextHops"].Elements)
            {
                if (hopElement.AsMap is not { } hop || Match(route["Prefix"].AsString, hop) is not (>= 0 and var length))
                {
                    continue;
                }

                if (length > bestLength || (length == bestLength && PriorityOf(hop) < PriorityOf(best!)))
                {
                    best = hop;
                    bestLength = length;
                }
            }
        }

        return best;
    }

    /// <summary>The length of a prefix that holds the address; -1 when it does not. A route without prefix is a default route of its next hop's family.</summary>
    private int Match(string? prefix, MetadataMap hop)
    {
        var address = Plain(Address);
        if (string.IsNullOrEmpty(prefix))
        {
            return AddressOf(hop["IP"]) is not { } gateway || gateway.AddressFamily == address.AddressFamily ? 0 : -1;
        }

        int slash = prefix.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? prefix : prefix.AsSpan(0, slash), out var network) || network.AddressFamily != address.AddressFamily)
        {
            return -1;
        }

        int bits = network.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        int length = bits;
        if (slash >= 0 && (!int.TryParse(prefix.AsSpan(slash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return -1;
        }

        Span<byte> left = stackalloc byte[16];
        Span<byte> right = stackalloc byte[16];
        network.TryWriteBytes(left, out _);
        address.TryWriteBytes(right, out _);
        int whole = length / 8;
        if (!left[..whole].SequenceEqual(right[..whole]))
        {
            return -1;
        }

        int mask = length % 8 == 0 ? 0 : 0xff << (8 - (length % 8)) & 0xff;
        return mask == 0 || ((left[whole] ^ right[whole]) & mask) == 0 ? length : -1;
    }
}
