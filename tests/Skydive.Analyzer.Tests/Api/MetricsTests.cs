using System.Globalization;
using System.Text.RegularExpressions;
using Skydive.Analyzer.Metrics;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Api;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Analyzer_TellsItsCountersInPrometheusFormat()
    {
        await using var host = await TestHost.StartAsync();
        host.Analyzer.Graph.Write(static transaction =>
        {
            transaction.AddNode(Make.Node("a"));
            transaction.AddNode(Make.Node("b"));
            transaction.AddEdge(Make.Edge("e", "a", "b"));
        });
        using var subscriber = await host.SubscribeAsync("s");
        using var publisher = await host.PublishAsync("p");
        await publisher.SendAsync("""{"Namespace":"Graph","Type":"NodeAdded","UUID":"u","Status":200,"Obj":{"ID":"bad","Metadata":{}}}""");
        host.Analyzer.Agents.Add(new FakeAgent("host1"), static () => Make.Status("host1"));
        await Wait.UntilAsync(() => host.Analyzer.Publishers.TotalRefused == 1);
        using var missing = await host.Http.GetAsync(new Uri("/api/nothing", UriKind.Relative), TestContext.Current.CancellationToken);

        using var response = await host.Http.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var values = Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(2, values["skydive_graph_nodes"]);
        Assert.Equal(1, values["skydive_graph_edges"]);
        Assert.Equal(1, values["skydive_agents"]);
        Assert.Equal(1, values["skydive_subscribers"]);
        Assert.Equal(1, values["skydive_publishers"]);
        Assert.Equal(1, values["skydive_publisher_elements_refused_total"]);
        Assert.Equal(1, values["skydive_store_up{driver=\"memory\"}"]);
        Assert.Equal(1, values["skydive_http_requests_total{method=\"GET\",code=\"404\"}"]);
        Assert.Equal(0, values["skydive_flows_dropped_total"]);
        Assert.Equal(1, values["skydive_probe_up{probe=\"fabric\"}"]);
        Assert.True(values["process_resident_memory_bytes"] > 1_000_000);
        Assert.True(values["process_cpu_seconds_total"] > 0);

        // What a client that is gone had counted stays counted.
        publisher.Dispose();
        await Wait.UntilAsync(() => host.Analyzer.Publishers.Count == 0);
        Assert.Equal(1, host.Analyzer.Publishers.TotalRefused);
    }

    [Fact]
    public async Task Agent_TellsItsCounters()
    {
        await using var host = await TestAgentHost.StartAsync(new() { Nodes = [Make.Node("a", more: [("Captures", Make.Captures(("c1", 7)))])], Edges = [] });

        var values = Parse(await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));

        Assert.Equal(1, values["skydive_graph_nodes"]);
        Assert.Equal(7, values["skydive_capture_packets_received_total{capture=\"c1\"}"]);
        Assert.Equal(1, values["skydive_flow_connection_up"]);
    }

    [Fact]
    public void Labels_AreEscaped()
    {
        var writer = new MetricWriter();
        writer.Gauge("x", "An x.").Value(1.5, ("name", "a\"b\\c\nd"));

        Assert.Equal("# HELP skydive_x An x.\n# TYPE skydive_x gauge\nskydive_x{name=\"a\\\"b\\\\c\\nd\"} 1.5\n", writer.ToString());
    }

    // Each line by the grammar of the format; each metric once, with help and type before its values.
    private static Dictionary<string, double> Parse(string text)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        string current = string.Empty;
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                current = line.Split(' ')[2];
                Assert.True(known.Add(current), $"{current} comes twice");
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.Equal(current, line.Split(' ')[2]);
                Assert.Equal(current.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge", line.Split(' ')[3]);
                continue;
            }

            var match = Line().Match(line);
            Assert.True(match.Success, line);
            Assert.Equal(current, match.Groups[1].Value);
            values.Add(match.Groups[1].Value + match.Groups[2].Value, double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
        }

        return values;
    }

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (-?[0-9.]+(?:[eE][+-]?[0-9]+)?)$""")]
    private static partial Regex Line();
}
