using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Graph.Routing;

/// <summary>Finds where packets go by the <c>RoutingTables</c> and <c>Neighbors</c> of nodes.</summary>
public static class RouteLookup
{
    // RT_TABLE_LOCAL, RT_TABLE_MAIN and RT_TABLE_DEFAULT of linux/rtnetlink.h, in the order of the rules that Linux begins with.
    private static readonly long[] s_firstTables = [255, 254, 253];

    /// <summary>
    /// Where a node sends packets for an address: by the route with the longest prefix that holds the address, of those alike the one with the
    /// least priority. The tables local, main and default are asked first, in this order, as Linux does, then others as they stand.
    /// </summary>
    /// <param name="node">The node, an interface.</param>
    /// <param name="address">The address.</param>
    /// <returns>The next hop; null without a route.</returns>
    public static RouteHop? Find(Node node, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(address);
        address = Plain(address);
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
            if (FindIn(table, address) is var (hop, length))
            {
                var gateway = AddressOf(hop["IP"]);
                string? mac = hop["MAC"].AsString is { Length: > 0 } known ? known : FindMac(node, gateway ?? address, hop["IfIndex"]);
                return new(gateway, mac, hop["IfIndex"].TryGetInteger(out long index) ? index : 0, PriorityOf(hop), length);
            }
        }

        return null;
    }

    /// <summary>Whether a node has routes of an address family; a port of a bridge or a switch has none, and reaches what is on its link.</summary>
    /// <param name="node">The node, an interface.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    public static bool HasRoutes(Node node, AddressFamily family)
    {
        ArgumentNullException.ThrowIfNull(node);
        foreach (var table in node.Metadata["RoutingTables"].Elements)
        {
            foreach (var route in (table.AsMap?["Routes"] ?? default).Elements)
            {
                string? prefix = route.AsMap?["Prefix"].AsString;
                if (string.IsNullOrEmpty(prefix) || prefix.Contains(':', StringComparison.Ordinal) == (family == AddressFamily.InterNetworkV6))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The MAC address of an address by a node's <c>Neighbors</c>; null when it has no such neighbour.</summary>
    /// <param name="node">The node.</param>
    /// <param name="address">The neighbour's address.</param>
    /// <param name="interfaceIndex">The interface whose neighbour is asked for first; null for any.</param>
    public static string? FindMac(Node node, IPAddress address, MetadataValue interfaceIndex = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(address);
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

    /// <summary>Whether a prefix, such as <c>10.0.0.0/8</c>, holds an address; a prefix without a length is an address itself.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="address">The address.</param>
    /// <param name="length">The length of the prefix.</param>
    public static bool Holds(string prefix, IPAddress address, out int length)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(address);
        length = MatchLength(prefix, Plain(address));
        return length >= 0;
    }

    private static int Rank(MetadataMap table) => table["ID"].TryGetInteger(out long id) && Array.IndexOf(s_firstTables, id) is >= 0 and var rank ? rank : s_firstTables.Length;

    private static IPAddress? AddressOf(MetadataValue value) => IPAddress.TryParse(value.AsString, out var address) ? Plain(address) : null;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static long PriorityOf(MetadataMap hop) => hop["Priority"].TryGetInteger(out long priority) ? priority : 0;

    private static (MetadataMap Hop, int Length)? FindIn(MetadataMap table, IPAddress address)
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
                if (hopElement.AsMap is not { } hop || MatchLength(route["Prefix"].AsString, hop, address) is not (>= 0 and var length))
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

        return best is null ? null : (best, bestLength);
    }

    /// <summary>The length of a route's prefix; -1 when it does not hold the address. A route without prefix is a default route of its next hop's family.</summary>
    private static int MatchLength(string? prefix, MetadataMap hop, IPAddress address) => string.IsNullOrEmpty(prefix)
        ? AddressOf(hop["IP"]) is not { } gateway || gateway.AddressFamily == address.AddressFamily ? 0 : -1
        : MatchLength(prefix, address);

    private static int MatchLength(string prefix, IPAddress address)
    {
        int slash = prefix.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? prefix : prefix.AsSpan(0, slash), out var network) || network.AddressFamily != address.AddressFamily)
        {
            return -1;
        }

        int bits = network.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        int length = bits;
        if (slash >= 0 && (!int.TryParse(prefix.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
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
