using System.Diagnostics;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>Many subscribers, each with a filter of its own, on one analyzer.</summary>
public sealed class SubscriberLoadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task FilteredSubscribers_EachHearsOfItsOwnAndNothingIsEvaluated()
    {
        const int Count = 60;
        await using var host = await StartAsync(Count);
        var clients = await SubscribeAsync(host, Count, static i => Selection(i));
        long evaluations = Evaluations(await MetricsAsync(host));
        for (int i = 0; i < Count; i++)
        {
            host.Analyzer.Graph.Write(transaction => transaction.Set(transaction.FindNode($"n{i}")!, "State", "UP"));
        }

        for (int i = 0; i < Count; i++)
        {
            var update = await clients[i].ReceiveAsync(MessageTypes.NodePartiallyUpdated, ContractsJsonContext.Default.PartialUpdate);
            Assert.Equal($"n{i}", update.ID);
        }

        Assert.Equal(evaluations, Evaluations(await MetricsAsync(host)));
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task WalkingSubscribers_CountersThatTick_NeedNoEvaluation()
    {
        const int Count = 20;
        await using var host = await StartAsync(Count);
        var clients = await SubscribeAsync(host, Count, static i => Walk(i));
        long evaluations = Evaluations(await MetricsAsync(host));
        host.Analyzer.Graph.Write(
            static transaction =>
            {
                for (int i = 0; i < Count; i++)
                {
                    transaction.Set(transaction.FindNode($"n{i}")!, "Metric.RxBytes", 7);
                }
            },
            isTransient: true);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal($"n{i}", (await clients[i].ReceiveAsync(MessageTypes.NodePartiallyUpdated, ContractsJsonContext.Default.PartialUpdate)).ID);
        }

        Assert.Equal(evaluations, Evaluations(await MetricsAsync(host)));

        // One that touches a key by which all of them choose is evaluated again, once for each.
        host.Analyzer.Graph.Write(static transaction => transaction.Set(transaction.FindNode("n1")!, "Name", "n1"));
        host.Analyzer.Graph.Write(static transaction => transaction.AddNode(Make.Node("more")));
        await Wait.UntilAsync(() => Evaluations(MetricsAsync(host).Result) == evaluations + Count);
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task EqualFilters_AreEvaluatedTogether()
    {
        const int Count = 20;
        await using var host = await StartAsync(Count);
        var clients = await SubscribeAsync(host, Count, static _ => Walk(3));
        long before = Evaluations(await MetricsAsync(host));

        host.Analyzer.Graph.Write(static transaction => transaction.Set(transaction.FindNode("n3")!, "Name", "other"));
        foreach (var client in clients)
        {
            await client.ReceiveAsync(MessageTypes.NodeDeleted);
        }

        Assert.True(Evaluations(await MetricsAsync(host)) - before < Count);
        clients.ForEach(static client => client.Dispose());
    }

    /// <summary>
    /// A thousand filters, nine in ten of which choose single nodes and the others walk, on a graph of five thousand nodes that changes fifty
    /// times a second: how long until one subscriber without a filter and one with a filter hear of a change.
    /// </summary>
    [Theory(Explicit = true)]
    [Trait("Category", "Load")]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task ThousandFilteredSubscribers_AnEventIsHeardWithinFiftyMilliseconds(int count)
    {
        const int Nodes = 5000;
        const int Events = 1000;
        await using var host = await StartAsync(Nodes);
        var others = await SubscribeAsync(host, count, static i => i % 10 == 0 ? Walk(i) : Selection(i));
        var draining = others.Select(static client => Task.Run(async () =>
        {
            while (await client.TryReceiveAsync() is not null)
            {
            }
        })).ToArray();
        using var plain = await host.SubscribeAsync("plain", ("X-Update-Policy", "partial"));
        using var filtered = await host.SubscribeAsync("filtered", ("X-Update-Policy", "partial"), ("X-Gremlin-Filter", "G.V().Has('Watched',true).SubGraph()"));
        foreach (var client in new[] { plain, filtered })
        {
            await client.RequestSyncAsync("u");
            await client.ReceiveAsync(MessageTypes.SyncReply);
        }

        host.Analyzer.Graph.Write(static transaction => transaction.Set(transaction.FindNode("n0")!, "Watched", true));
        await filtered.ReceiveAsync(MessageTypes.NodeAdded);
        await plain.ReceiveAsync();
        var (plainTimes, filteredTimes) = (new List<double>(), new List<double>());
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var random = new Random(1);
        for (int i = 0; i < Events; i++)
        {
            string id = i % 2 == 0 ? "n0" : $"n{random.Next(1, 1000)}";
            long began = Stopwatch.GetTimestamp();
            int value = i;
            host.Analyzer.Graph.Write(transaction => transaction.Set(transaction.FindNode(id)!, "State", value));
            await plain.ReceiveAsync();
            plainTimes.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (id == "n0")
            {
                await filtered.ReceiveAsync();
                filteredTimes.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            var rest = TimeSpan.FromMilliseconds(20) - Stopwatch.GetElapsedTime(began);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, TestContext.Current.CancellationToken);
            }
        }

        process.Refresh();
        output.WriteLine($"{count} filtered subscribers: no filter p50 {At(plainTimes, 0.5):F2} ms, p99 {At(plainTimes, 0.99):F2} ms; filter p50 {At(filteredTimes, 0.5):F2} ms, p99 {At(filteredTimes, 0.99):F2} ms; {(process.TotalProcessorTime - cpu).TotalMilliseconds / Events:F2} ms of processor time an event, clients included");
        others.ForEach(static client => client.Dispose());
        await Task.WhenAll(draining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.InRange(At(plainTimes, 0.99), 0, 50);
        Assert.InRange(At(filteredTimes, 0.99), 0, 50);
    }

    private static string Selection(int i) => $"G.V().Has('Name','n{i}').SubGraph()";

    private static string Walk(int i) => $"G.V().Has('Name','n{i}').Both('Type','hub').Both('Name','n{i}').SubGraph()";

    private static async Task<TestHost> StartAsync(int nodes)
    {
        var host = await TestHost.StartAsync();
        host.Analyzer.Graph.Write(transaction =>
        {
            transaction.AddNode(Make.Node("hub", "hub"));
            for (int i = 0; i < nodes; i++)
            {
                transaction.AddNode(Make.Node($"n{i}"));
                transaction.AddEdge(Make.Edge($"e{i}", "hub", $"n{i}"));
            }
        });
        return host;
    }

    private static async Task<List<TestClient>> SubscribeAsync(TestHost host, int count, Func<int, string> filter)
    {
        var clients = new List<TestClient>();
        for (int i = 0; i < count; i++)
        {
            var client = await host.SubscribeAsync($"c{i}", ("X-Update-Policy", "partial"), ("X-Gremlin-Filter", filter(i)));
            await client.RequestSyncAsync("u");
            await client.ReceiveAsync(MessageTypes.SyncReply);
            clients.Add(client);
        }

        return clients;
    }

    private static Task<string> MetricsAsync(TestHost host) => host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

    private static long Evaluations(string metrics) => long.Parse(
        metrics.Split('\n').Single(static line => line.StartsWith("skydive_subscriber_filter_evaluations_total ", StringComparison.Ordinal)).Split(' ')[1],
        System.Globalization.CultureInfo.InvariantCulture);

    private static double At(List<double> times, double share)
    {
        double[] sorted = [.. times.Order()];
        return sorted[Math.Min((int)(sorted.Length * share), sorted.Length - 1)];
    }
}
