using Skydive.Client.Gremlin;

namespace Skydive.Client.Selection;

/// <summary>The queries for packets that captures kept.</summary>
public static class PacketQuery
{
    /// <summary>How many flows one query names at most.</summary>
    public const int MaximumFlows = 100;

    /// <summary>The packets of flows.</summary>
    /// <param name="uuids">Identifiers of the flows.</param>
    /// <param name="filter">Which packets, in libpcap's syntax; null or empty for all.</param>
    /// <returns>A query for each hundred flows.</returns>
    public static IEnumerable<GremlinText> ForFlows(IEnumerable<string> uuids, string? filter) =>
        uuids.Distinct(StringComparer.Ordinal).Chunk(MaximumFlows).Select(chunk => OfFlows(GremlinText.G.Flows().HasExactly("UUID", chunk), filter));

    /// <summary>The packets of what an expression for flows gives.</summary>
    /// <param name="flows">The expression.</param>
    /// <param name="filter">Which packets, in libpcap's syntax; null or empty for all.</param>
    public static GremlinText OfFlows(GremlinText flows, string? filter)
    {
        ArgumentNullException.ThrowIfNull(flows);
        var packets = flows.Step("RawPackets");
        return string.IsNullOrEmpty(filter) ? packets : packets.Step("BPF", filter);
    }
}
