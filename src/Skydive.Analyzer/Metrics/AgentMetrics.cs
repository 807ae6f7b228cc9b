using Skydive.Analyzer.WebSockets;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Status;
using Skydive.Graph;

namespace Skydive.Analyzer.Metrics;

/// <summary>The counters of an agent of its own process.</summary>
internal static class AgentMetrics
{
    /// <summary>Writes them.</summary>
    public static void Write(MetricWriter writer, ServiceInfo info, LiveGraph graph, AgentStatus status, ConnectionDirectory clients)
    {
        var snapshot = graph.Current;
        writer.Gauge("info", "1; who tells.").Value(1, ("host", info.Host), ("version", info.Version), ("service", "agent"));
        CommonMetrics.WriteGraph(writer, snapshot);
        CommonMetrics.WriteProbes(writer, status.TopologyProbes);
        writer.Gauge("analyzers", "Analyzers that the agent is connected to.").Value(status.Analyzers.Values.Count(static analyzer => analyzer.IsConnected));
        writer.Gauge("subscribers", "Connected subscribers.").Value(clients.Count);
        CommonMetrics.WriteCaptures(writer, CapturesOf(snapshot));
        if (status.Flows is { } flows)
        {
            writer.Gauge("flow_connection_up", "1 while flows can be sent.").Value(flows.IsConnected ? 1 : 0);
            writer.Counter("flows_acknowledged_total", "Updates of flows that the analyzer has stored.").Value(flows.Acknowledged);
            writer.Gauge("flows_waiting", "Updates of flows that are kept until it has.").Value(flows.Waiting);
            writer.Gauge("flows_waiting_bytes", "Bytes that these take.").Value(flows.WaitingBytes);
            writer.Counter("flows_dropped_total", "Updates of flows that were lost.").Value(flows.Dropped);
            writer.Counter("flows_repeated_total", "Messages that were sent again.").Value(flows.Repeated);
        }
    }

    private static Dictionary<string, CaptureStatistics> CapturesOf(GraphSnapshot snapshot)
    {
        var captures = new Dictionary<string, CaptureStatistics>(StringComparer.Ordinal);
        foreach (var node in snapshot.GetNodes())
        {
            foreach (var entry in node.Metadata["Captures"].Elements)
            {
                if (entry.AsMap is { } capture && capture["ID"].AsString is { } id)
                {
                    captures[id] = captures.GetValueOrDefault(id, new()) + CaptureStatistics.FromMetadata(capture);
                }
            }
        }

        return captures;
    }
}
