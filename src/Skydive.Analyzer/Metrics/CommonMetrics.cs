using Skydive.Contracts.Captures;
using Skydive.Contracts.Status;
using Skydive.Graph;

namespace Skydive.Analyzer.Metrics;

/// <summary>What agents and analyzers both tell.</summary>
internal static class CommonMetrics
{
    private static readonly (string Name, string Help, Func<CaptureStatistics, long> Get)[] s_captureCounters =
    [
        ("capture_packets_received_total", "Packets that captures got.", static statistics => statistics.PacketsReceived),
        ("capture_packets_dropped_total", "Packets that were lost because the service was too slow.", static statistics => statistics.PacketsDropped),
        ("capture_packets_if_dropped_total", "Packets that interfaces lost.", static statistics => statistics.PacketsIfDropped),
        ("capture_packets_invalid_total", "Packets that could not be decoded.", static statistics => statistics.PacketsInvalid),
        ("capture_flows_evicted_total", "Flows that were sent early because a table was full.", static statistics => statistics.FlowsEvicted),
        ("capture_flows_dropped_total", "Updates of flows that found no room on their way to the analyzer.", static statistics => statistics.FlowsDropped),
        ("capture_raw_packets_dropped_total", "Kept packets that were given up for want of room.", static statistics => statistics.RawPacketsDropped),
    ];

    /// <summary>Writes how large the graph is and how often it changed.</summary>
    public static void WriteGraph(MetricWriter writer, GraphSnapshot snapshot)
    {
        writer.Gauge("graph_nodes", "Nodes in the graph.").Value(snapshot.NodeCount);
        writer.Gauge("graph_edges", "Edges in the graph.").Value(snapshot.EdgeCount);
        writer.Counter("graph_commits_total", "Transactions that changed the graph.").Value(snapshot.Sequence);
    }

    /// <summary>Writes which probes work.</summary>
    public static void WriteProbes(MetricWriter writer, IReadOnlyDictionary<string, ProbeStatus> probes)
    {
        writer.Gauge("probe_up", "1 for a topology probe that works, 0 for one that does not.");
        foreach (var (name, probe) in probes.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            writer.Value(probe.Status == "running" ? 1 : 0, ("probe", name));
        }
    }

    /// <summary>Writes what became of packets and flows of captures, by identifier of the capture.</summary>
    public static void WriteCaptures(MetricWriter writer, IReadOnlyDictionary<string, CaptureStatistics> captures)
    {
        foreach (var (name, help, get) in s_captureCounters)
        {
            writer.Counter(name, help);
            foreach (var (capture, statistics) in captures)
            {
                writer.Value(get(statistics), ("capture", capture));
            }
        }

        writer.Gauge("capture_flows", "Flows in the tables of captures.");
        foreach (var (capture, statistics) in captures)
        {
            writer.Value(statistics.FlowCount, ("capture", capture));
        }
    }
}
