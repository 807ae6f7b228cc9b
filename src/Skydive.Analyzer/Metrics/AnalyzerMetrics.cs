using Skydive.Analyzer.WebSockets;

namespace Skydive.Analyzer.Metrics;

/// <summary>The counters of an analyzer.</summary>
internal static class AnalyzerMetrics
{
    /// <summary>Writes them.</summary>
    public static void Write(MetricWriter writer, AnalyzerRuntime analyzer)
    {
        var status = analyzer.GetStatus();
        writer.Gauge("info", "1; who tells.").Value(1, ("host", analyzer.Options.Host), ("version", analyzer.Options.Version), ("service", "analyzer"));
        writer.Gauge("ready", "1 once history and captures are loaded.").Value(analyzer.IsReady ? 1 : 0);
        CommonMetrics.WriteGraph(writer, analyzer.Graph.Current);
        CommonMetrics.WriteProbes(writer, status.Probes);
        writer.Gauge("agents", "Connected agents.").Value(status.Agents.Count);
        writer.Gauge("agents_silent", "Agents that are gone and whose graph is still shown.").Value(analyzer.Presence?.Silent ?? 0);
        writer.Counter("agents_expired_total", "Agents that were silent for so long that their graph was removed.").Value(analyzer.Presence?.Expired ?? 0);
        WriteClients(writer, "subscriber", analyzer.Subscribers);
        WriteClients(writer, "publisher", analyzer.Publishers);
        analyzer.Filters.Write(writer);
        writer.Gauge("captures", "Captures.").Value(analyzer.Captures.Count);
        writer.Gauge("injections", "Injections that are remembered.").Value(analyzer.Injections.Count);
        CommonMetrics.WriteCaptures(writer, status.CaptureStatistics);
        if (status.Flows is { } flows)
        {
            writer.Counter("flows_received_total", "Updates of flows that came, repeated ones not counted.").Value(flows.Received);
            writer.Counter("flows_stored_total", "Updates of flows that the store has.").Value(flows.Stored);
            writer.Gauge("flows_waiting", "Updates of flows that wait for the store.").Value(flows.Waiting);
            writer.Counter("flows_dropped_total", "Updates of flows that were lost.").Value(flows.Dropped);
            writer.Counter("flows_repeated_total", "Messages of agents that came again and were recognised.").Value(flows.Repeated);
        }

        if (status.Storage is { } storage)
        {
            writer.Gauge("store_up", "1 when the history store works, 0 when it does not.").Value(storage.Status == "running" ? 1 : 0, ("driver", storage.Driver));
            writer.Gauge("store_size_bytes", "Bytes that history takes.").Value(storage.SizeBytes);
            writer.Counter("store_revisions_dropped_total", "Revisions of nodes and edges that the store refused.").Value(storage.RevisionsDropped);
            writer.Counter("store_metrics_dropped_total", "Metric samples that the store refused.").Value(storage.MetricsDropped);
        }

        writer.Gauge("history_commits_waiting", "Transactions of the graph that are not in the store yet.").Value(analyzer.HistoryWaiting);
    }

    private static void WriteClients(MetricWriter writer, string kind, ConnectionDirectory clients)
    {
        writer.Gauge(kind + "s", $"Connected {kind}s.").Value(clients.Count);
        writer.Counter(kind + "_connections_total", $"Connections of {kind}s so far.").Value(clients.TotalConnections);
        if (kind == "subscriber")
        {
            writer.Counter("subscriber_commits_dropped_total", "Transactions that were not told because a subscriber was too slow; it was resynchronised instead.").Value(clients.TotalDropped);
        }
        else
        {
            writer.Counter("publisher_elements_refused_total", "Elements and changes of publishers that were left out.").Value(clients.TotalRefused);
        }
    }
}
