using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>
/// Skydive's own requests asked of our API: on the graph of its lab and with its flows, our answers have its status codes, and the same
/// members with the same types of JSON. <see cref="GoldenPlan"/> says which request is replayed where.
/// </summary>
public sealed class GoldenReplayTests
{
    public static TheoryData<string> Single => GoldenPlan.Names("single");

    public static TheoryData<string> OfAgents => GoldenPlan.Names("agent");

    public static TheoryData<string> Different => GoldenPlan.Names("different");

    public static TheoryData<int> Sequences => [.. Enumerable.Range(0, GoldenPlan.Sequences.Length)];

    [Fact]
    public void Plan_EachRecording_IsReplayedOrListed()
    {
        Assert.Equal(228, Golden.Entries.Count);
        Assert.All(Golden.Entries, static entry => Assert.Single(GoldenPlan.HowOf(entry)));
        Assert.All(GoldenPlan.Pending, static pending => Assert.Contains(Golden.Entries, entry => entry.Name.Contains(pending.Part, StringComparison.Ordinal)));
        string[] starts = [.. GoldenPlan.Different.Select(static different => different.Start), .. GoldenPlan.Sequences.SelectMany(static sequence => sequence), .. GoldenPlan.OfAgents, .. GoldenPlan.DialoguesOfAgents, .. GoldenPlan.OfService, .. GoldenPlan.AroundPublisher];
        Assert.All(starts, static start => Assert.Contains(Golden.Entries, entry => entry.Name.StartsWith(start, StringComparison.Ordinal)));
        int pending = Golden.Entries.Count(GoldenPlan.IsPending);
        Assert.True(pending <= 32, $"{pending} of {Golden.Entries.Count} wait");
    }

    [Theory]
    [MemberData(nameof(Single))]
    public async Task Replay_SkydivesRequest_IsAnsweredAsBySkydive(string name)
    {
        var entry = Golden.Get(name);
        await using var host = await TestHost.StartAsync();
        Load(host, entry);
        using var request = Golden.ToRequest(entry);
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        await Golden.AssertAsync(entry, response);
    }

    [Theory]
    [MemberData(nameof(OfAgents))]
    public async Task Replay_WithoutHistory_IsAnsweredAsBySkydive(string name)
    {
        var entry = Golden.Get(name);
        await using var host = await TestAgentHost.StartAsync(Graph());
        using var request = Golden.ToRequest(entry);
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        await Golden.AssertAsync(entry, response);
    }

    [Theory]
    [MemberData(nameof(Different))]
    public async Task Replay_DefectOfSkydive_IsAnsweredInOurWay(string name)
    {
        var entry = Golden.Get(name);
        int? expected = GoldenPlan.Different.Single(different => name.StartsWith(different.Start, StringComparison.Ordinal)).Status;
        await using var host = await TestHost.StartAsync();
        Load(host, entry);
        using var request = Golden.ToRequest(entry);
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True((int)response.StatusCode < 500);
        Assert.Equal(expected ?? (int)response.StatusCode, (int)response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Sequences))]
    public async Task Replay_SkydivesRequestsInOrder_AreAnsweredAsBySkydive(int number)
    {
        await using var host = await TestHost.StartAsync();
        var agent = Load(host, Golden.Get("004-"));
        var identifiers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string start in GoldenPlan.Sequences[number])
        {
            var entry = Golden.Get(start);
            await PrepareAsync(host, agent, entry, identifiers);
            using var request = Golden.ToRequest(entry, identifiers);
            using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
            string text = await Golden.AssertAsync(entry, response);
            if (request.Method == HttpMethod.Post && entry.Json.TryGetProperty("json", out var json) && json.ValueKind == JsonValueKind.Object && json.TryGetProperty("UUID", out var recorded))
            {
                using var answer = JsonDocument.Parse(text);
                identifiers[recorded.GetString()!] = answer.RootElement.GetProperty("UUID").GetString()!;
            }
        }
    }

    internal static SubGraph Graph() => Golden.Get("004-").Json.GetProperty("json").Deserialize(ContractsJsonContext.Default.SubGraph)!;

    /// <summary>The graph of the lab, and an agent with its flows.</summary>
    private static FakeAgent Load(TestHost host, GoldenEntry entry)
    {
        host.Analyzer.Graph.Write(transaction => transaction.Synchronize(null, Graph()));
        if (entry.Name.StartsWith("171-", StringComparison.Ordinal))
        {
            // Recorded when the interface had counted something.
            var metric = entry.Json.GetProperty("json")[0].EnumerateObject().Single();
            var value = MetadataValueOf(metric.Value[0]);
            host.Analyzer.Graph.Write(transaction =>
                transaction.Set(transaction.Set(transaction.FindNode(metric.Name)!, "LastUpdateMetric", value), "Metric", value));
        }

        var agent = new FakeAgent("lab") { Flows = FlowsOf("137-") };
        host.Analyzer.Agents.Add(agent, static () => Make.Status("lab"));
        return agent;
    }

    private static IReadOnlyList<Flow> FlowsOf(string start) => Golden.Get(start).Json.GetProperty("json").Deserialize(ContractsJsonContext.Default.IReadOnlyListFlow)!;

    private static MetadataValue MetadataValueOf(JsonElement json)
    {
        var reader = new Utf8JsonReader(JsonSerializer.SerializeToUtf8Bytes(json));
        reader.Read();
        return MetadataJson.Read(ref reader);
    }

    /// <summary>What the agent would do between two requests.</summary>
    private static async Task PrepareAsync(TestHost host, FakeAgent agent, GoldenEntry entry, Dictionary<string, string> identifiers)
    {
        switch (entry.Name[..4])
        {
            case "189-" or "198-":
                var recorded = entry.Json.GetProperty("json")[0];
                string text = recorded.GetProperty("Metadata").GetProperty("Captures").GetRawText();
                foreach (var (theirs, ours) in identifiers)
                {
                    text = text.Replace(theirs, ours, StringComparison.Ordinal);
                }

                using (var captures = JsonDocument.Parse(text))
                {
                    var value = MetadataValueOf(captures.RootElement);
                    host.Analyzer.Graph.Write(transaction => transaction.Set(transaction.FindNode(recorded.GetProperty("ID").GetString()!)!, "Captures", value));
                }

                break;
            case "193-" or "200-":
                agent.Flows = [];
                host.Analyzer.Graph.Write(transaction =>
                {
                    foreach (var node in host.Analyzer.Graph.Current.GetNodes().Where(static node => node.Metadata.ContainsKey("Captures")))
                    {
                        transaction.Remove(node, "Captures");
                    }
                });
                break;
            case "202-":
                await Wait.UntilAsync(() => host.Analyzer.Captures.List().Count == 0);
                break;
            case "177-":
                agent.Flows = FlowsOf("177-");
                break;
            default:
                break;
        }
    }
}
