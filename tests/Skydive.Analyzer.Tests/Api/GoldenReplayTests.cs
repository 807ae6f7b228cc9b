using System.Net;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>
/// Skydive's own requests asked of our API: on the graph of its lab and with its flows, our answers have its status codes, and the same
/// members with the same types of JSON.
/// </summary>
public sealed class GoldenReplayTests
{
    /// <summary>Why a golden file is not replayed: by number, or by a part of its name. The first that matches counts.</summary>
    private static readonly (string Part, string Reason)[] s_leftOut =
    [
        ("-ws-publisher", "publishers come with a later issue"),
        ("-ws-alert", "alerts come with a later issue"),
        ("-ws-", "WebSocket dialogues are held by SubscriberTests"),
        ("003-", "answered by an agent of its own process: held by the journeys of the service"),
        ("005-", "answered by an agent of its own process: held by the journeys of the service"),
        ("186-", "answered by an agent of its own process: held by the journeys of the service"),
        ("009-", "Skydive allows every origin (CORS): not copied as long as there is no authentication"),
        ("-config-", "settings belong to the service, whose tests hold them; here TopologyApiTests"),
        ("171-", "was recorded after the graph replayed here, in which that interface has not counted yet"),
        ("159-", "Skydive ignores what Group is told to group by: a defect; ours groups by it"),
        ("035-", "Skydive documents Outside but cannot parse it: a defect; ours answers"),
        ("087-", "Skydive answers JSON under the name of graphviz: a defect; ours answers 406, as Skydive itself to text/vnd.graphviz"),
        ("330-", "was recorded with an empty list of neighbours, which the graph replayed here does not have"),
        ("089-", "Skydive answers JSON under the name of protobuf: a defect"),
        ("098-", "publishers come with a later issue"),
        ("099-", "publishers come with a later issue"),
        ("100-", "publishers come with a later issue"),
        ("noderule", "rules come with a later issue"),
        ("edgerule", "rules come with a later issue"),
        ("gremlin-ruled", "rules come with a later issue"),
        ("-alert-", "alerts come with a later issue"),
        ("-node-create", "nodes made over REST come with a later issue"),
        ("-node-list", "nodes made over REST come with a later issue"),
        ("-node-get", "nodes made over REST come with a later issue"),
        ("-node-patch", "nodes made over REST come with a later issue"),
        ("-node-delete", "nodes made over REST come with a later issue"),
        ("-edge-create", "edges made over REST come with a later issue"),
        ("-edge-list", "edges made over REST come with a later issue"),
        ("apinode", "nodes made over REST come with a later issue"),
        ("-login", "the body was not recorded, and the redirection would be followed: LogInTests"),
        ("172-", "Skydive answers JSON under a name of pcap: a defect; ours answers a pcap file"),
        ("067-", "Skydive had no history in the recording; ours has"),
        ("068-", "Skydive had no history in the recording; ours has"),
        ("069-", "Skydive had no history in the recording; ours has"),
        ("164-", "Skydive had no history in the recording; ours has"),
        ("165-", "Skydive had no history in the recording; ours has"),
        ("204-", "Skydive had no history in the recording; ours has"),
        ("332-", "Skydive had no history in the recording; ours has"),
        ("134-", "lists the capture of 129"),
        ("135-", "shows the capture of 129"),
        ("189-", "shows the capture of 129 on its node"),
        ("190-", "ends the capture of 129: CaptureApiTests"),
        ("198-", "shows the capture of 196 on its node"),
        ("199-", "ends the capture of 196"),
        ("195-", "flows after the end of the capture of 129: the flows stay in this replay"),
        ("177-", "flows of the packets of 174: InjectionJourneyTests"),
        ("179-", "shows the injection of 174: InjectionJourneyTests"),
        ("180-", "ends the injection of 174: InjectionJourneyTests"),
        ("203-", "the file itself was not recorded: PcapTests"),
    ];

    public static TheoryData<string> Replayed => [.. Entries().Where(static entry => Reason(entry) is null).Select(static entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Replayed))]
    public async Task Replay_SkydivesRequest_IsAnsweredAsBySkydive(string name)
    {
        var entry = Entries().Single(entry => entry.Name == name);
        await using var host = await TestHost.StartAsync();
        Load(host);
        using var request = new HttpRequestMessage(new(entry.Json.GetProperty("method").GetString()!), entry.Json.GetProperty("path").GetString());
        if (entry.Json.TryGetProperty("body", out var body))
        {
            request.Content = new StringContent(body.ValueKind == JsonValueKind.String ? "{bad" : body.GetRawText(), Encoding.UTF8, "application/json");
        }

        if (entry.Json.TryGetProperty("headers", out var headers))
        {
            foreach (var header in headers.EnumerateObject())
            {
                request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        int expected = entry.Json.GetProperty("status").GetInt32();
        Assert.True(expected == (int)response.StatusCode, $"{response.StatusCode} instead of {expected}: {text}");
        if (expected < 300 && entry.Json.TryGetProperty("json", out var json))
        {
            using var answer = JsonDocument.Parse(text);
            if (entry.Json.GetProperty("path").GetString() == "/api/status")
            {
                // Ours tells more; what Skydive tells is there as it is there.
                Assert.Empty(AnswerShape.Missing(json, answer.RootElement));
            }
            else
            {
                Assert.Equal(AnswerShape.Of(json), AnswerShape.Of(answer.RootElement));
            }
        }
        else if (expected == 204)
        {
            Assert.Empty(text);
        }
        else if (expected >= 400)
        {
            Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
            Assert.EndsWith("\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void LeftOut_EachReason_IsStillNeeded()
    {
        var entries = Entries();
        Assert.All(s_leftOut, leftOut => Assert.Contains(entries, entry => Reason(entry) == leftOut.Reason && entry.Name.Contains(leftOut.Part, StringComparison.Ordinal)));
        Assert.True(entries.Count > 200);
        Assert.True(Replayed.Count > 90, $"{Replayed.Count} of {entries.Count} are replayed");
    }

    internal static IReadOnlyList<GoldenEntry> Entries()
    {
        using var stream = typeof(GoldenReplayTests).Assembly.GetManifestResourceStream("golden.json")!;
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray().Select(static element => new GoldenEntry(element.GetProperty("name").GetString()!, element.Clone()))];
    }

    private static string? Reason(GoldenEntry entry) =>
        s_leftOut.Where(leftOut => entry.Name.Contains(leftOut.Part, StringComparison.Ordinal)).Select(static leftOut => leftOut.Reason).FirstOrDefault();

    /// <summary>The graph of the lab, and an agent with its flows.</summary>
    private static void Load(TestHost host)
    {
        var entries = Entries().ToDictionary(static entry => entry.Name, static entry => entry.Json);
        var graph = entries["004-topology-get"].GetProperty("json").Deserialize(ContractsJsonContext.Default.SubGraph)!;
        var flows = entries["137-gremlin-flows"].GetProperty("json").Deserialize(ContractsJsonContext.Default.IReadOnlyListFlow)!;
        host.Analyzer.Graph.Write(transaction => transaction.Synchronize(null, graph));
        host.Analyzer.Agents.Add(new FakeAgent("lab") { Flows = flows }, static () => Make.Status("lab"));
    }
}
