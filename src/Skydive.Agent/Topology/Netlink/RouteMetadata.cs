using System.Runtime.InteropServices;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// The routes of an interface as metadata: <c>RoutingTables</c>, a list of <c>{ID, Src, Routes: [{Protocol, Prefix, NextHops: [{Priority, IP,
/// IfIndex}]}]}</c> by table, with the next hops that lead out of this interface. <c>Src</c> is the first source address that a route of the
/// table prefers.
/// </summary>
internal static class RouteMetadata
{
    private static readonly MetadataShape s_table = new("ID", "Routes", "Src");
    private static readonly MetadataShape s_route = new("NextHops", "Prefix", "Protocol");
    private static readonly MetadataShape s_hop = new("IP", "IfIndex", "Priority");

    /// <summary>Makes the value.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="entries">Its routes; null for none.</param>
    /// <param name="omitted">How many were left out because there are more than a node can show.</param>
    /// <returns>The value; null without routes.</returns>
    public static MetadataValue Build(int link, SortedEntries<RouteEntry>? entries, out int omitted)
    {
        omitted = 0;
        if (entries is null || entries.Count == 0)
        {
            return default;
        }

        var all = entries.Span;
        omitted = Math.Max(0, all.Length - LinkMetadata.MaximumListed);
        all = all[..(all.Length - omitted)];
        var tables = new List<MetadataValue>(2);
        for (int start = 0, end; start < all.Length; start = end)
        {
            for (end = start + 1; end < all.Length && all[end].Key.Table == all[start].Key.Table;)
            {
                end++;
            }

            tables.Add(BuildTable(link, all[start..end]));
        }

        return MetadataValue.List(CollectionsMarshal.AsSpan(tables));
    }

    private static MetadataMap BuildTable(int link, ReadOnlySpan<RouteEntry> entries)
    {
        var routes = new List<MetadataValue>(entries.Length);
        MetadataValue source = default;
        for (int start = 0, end; start < entries.Length; start = end)
        {
            if (source.IsNull && entries[start].PreferredSource is { } preferred)
            {
                source = preferred.ToString();
            }

            for (end = start + 1; end < entries.Length && IsSamePrefix(entries[start], entries[end]);)
            {
                end++;
            }

            AddRoutes(link, entries[start..end], routes);
        }

        return s_table.Build((long)entries[0].Key.Table, MetadataValue.List(CollectionsMarshal.AsSpan(routes)), source);
    }

    /// <summary>The routes to one destination: one for each protocol.</summary>
    private static void AddRoutes(int link, ReadOnlySpan<RouteEntry> entries, List<MetadataValue> routes)
    {
        if (entries.Length == 1 && entries[0].Hops.Length == 1)
        {
            var only = entries[0];
            routes.Add(s_route.Build(MetadataValue.List(BuildHop(only, only.Hops[0])), only.Prefix, only.Protocol));
            return;
        }

        var byProtocol = new SortedDictionary<int, List<MetadataValue>>();
        foreach (var entry in entries)
        {
            if (!byProtocol.TryGetValue(entry.Protocol, out var hops))
            {
                byProtocol.Add(entry.Protocol, hops = []);
            }

            foreach (var hop in entry.Hops)
            {
                if (hop.Index == link)
                {
                    hops.Add(BuildHop(entry, hop));
                }
            }
        }

        foreach (var (protocol, hops) in byProtocol)
        {
            routes.Add(s_route.Build(MetadataValue.List(CollectionsMarshal.AsSpan(hops)), entries[0].Prefix, protocol));
        }
    }

    private static MetadataValue BuildHop(RouteEntry entry, RouteHop hop) =>
        s_hop.Build(hop.Gateway?.ToString(), hop.Index, (long)entry.Key.Priority);

    private static bool IsSamePrefix(RouteEntry one, RouteEntry other) =>
        one.Key.Family == other.Key.Family && one.Key.Destination == other.Key.Destination
        && one.Key.DestinationLength == other.Key.DestinationLength;
}
