using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>
/// The recordings that need the whole service: settings, an agent of its own process, and the command line client, whose output is compared with that of
/// Skydive's. <see cref="GoldenPlan"/> lists them.
/// </summary>
public sealed class GoldenServiceTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ClientWebSocket _agent = new();
    private TestService _analyzer = null!;
    private Task _serving = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _analyzer = await TestService.StartAsync("analyzer", _data.Path, new Dictionary<string, string> { ["SKYDIVE_HOST_ID"] = "lab", ["SKYDIVE_FLOW_UPDATE"] = "5" });
        _agent.Options.SetRequestHeader("X-Host-ID", "lab");
        _agent.Options.SetRequestHeader("X-Client-Type", "agent");
        await _agent.ConnectAsync(new UriBuilder(_analyzer.Address) { Scheme = "ws", Path = "/ws/agent/topology" }.Uri, TestContext.Current.CancellationToken);
        var graph = Golden.Get("004-").Json.GetProperty("json").Deserialize(ContractsJsonContext.Default.SubGraph)!;
        await SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", graph.Nodes, graph.Edges));
        _serving = Task.Run(ServeAsync, CancellationToken.None);
        await Wait.UntilAsync(async () => (await _analyzer.Client.GetStatusAsync(CancellationToken.None)).Agents.Count == 1, TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _agent.Dispose();
        await _analyzer.DisposeAsync();
        _data.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Settings_AreAnsweredAsBySkydive()
    {
        foreach (var entry in Golden.Entries.Where(static entry => GoldenPlan.HowOf(entry) is ["service"] && entry.Name.Contains("-config-", StringComparison.Ordinal)))
        {
            using var http = new HttpClient { BaseAddress = _analyzer.Address };
            using var request = Golden.ToRequest(entry);
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            await Golden.AssertAsync(entry, response);
        }
    }

    [Fact]
    public async Task StatusOfAnAgent_IsAsSkydives()
    {
        await using var agent = await TestService.StartAsync(
            "agent", _data.Path, new Dictionary<string, string> { ["SKYDIVE_HOST_ID"] = "other", ["SKYDIVE_ANALYZERS"] = _analyzer.Address.Authority });
        await Wait.UntilAsync(async () => (await agent.Client.GetAgentStatusAsync(CancellationToken.None)).Analyzers.Values.Any(static analyzer => analyzer.IsConnected), TimeSpan.FromSeconds(10));
        foreach (string start in new[] { "003-", "186-" })
        {
            var entry = Golden.Get(start);
            using var http = new HttpClient { BaseAddress = agent.Address };
            using var request = Golden.ToRequest(entry);
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            await Golden.AssertAsync(entry, response);
        }
    }

    [Fact]
    public void CommandLine_PrintsWhatSkydivesPrints()
    {
        var identifiers = new Dictionary<string, string>(StringComparer.Ordinal);

        // In an order in which each finds what it is about; they were recorded in one like it.
        string[] order =
        [
            "cli-status", "cli-query", "cli-query-values", "cli-query-err", "cli-query-dot", "cli-query-pcap", "cli-topology-export", "cli-node-list", "cli-edge-list",
            "cli-capture-create", "cli-capture-list", "cli-capture-get", "cli-capture-delete", "cli-capture-list2", "cli-inject-create", "cli-inject-list",
        ];
        var listed = Golden.Entries.Where(static entry => entry.Name.StartsWith("cli-", StringComparison.Ordinal) && GoldenPlan.HowOf(entry) is ["service"]).Select(static entry => entry.Name);
        Assert.Equal(listed.Order(StringComparer.Ordinal), order.Order(StringComparer.Ordinal));
        foreach (string name in order)
        {
            var entry = Golden.Entries.Single(entry => entry.Name == name);
            var (code, output) = Run(entry, identifiers);

            Assert.True(entry.Json.GetProperty("exit").GetInt32() == code, $"{name} ended with {code}: {output}");
            string expected = entry.Json.GetProperty("output").GetString()!;
            if (code != 0)
            {
                Assert.Contains("Expected", output, StringComparison.OrdinalIgnoreCase);
            }
            else if (name == "cli-query-dot")
            {
                Assert.StartsWith("digraph g {", output, StringComparison.Ordinal);
                Assert.Equal(expected.Split('\n').Count(static line => line.Contains(" [label=\"", StringComparison.Ordinal)), output.Split('\n').Count(static line => line.Contains(" [label=\"", StringComparison.Ordinal)));
            }
            else if (name == "cli-query-pcap")
            {
                // Skydive wrote nothing where there is no packet, ours the header of a file without packets.
                Assert.InRange(output.Length, 0, 64);
            }
            else if (expected.Trim().Length == 0)
            {
                Assert.Empty(output);
            }
            else
            {
                AssertLike(name, expected, output, identifiers);
            }
        }
    }

    private static void AssertLike(string name, string expected, string output, Dictionary<string, string> identifiers)
    {
        using var recorded = JsonDocument.Parse(expected);
        using var ours = JsonDocument.Parse(output);
        if (name == "cli-status")
        {
            Assert.Empty(AnswerShape.Missing(recorded.RootElement, ours.RootElement));
            return;
        }

        Assert.True(AnswerShape.Of(recorded.RootElement) == AnswerShape.Of(ours.RootElement), $"{name}: {AnswerShape.Of(ours.RootElement)} instead of {AnswerShape.Of(recorded.RootElement)}");
        if (name.EndsWith("-create", StringComparison.Ordinal))
        {
            identifiers[recorded.RootElement.GetProperty("UUID").GetString()!] = ours.RootElement.GetProperty("UUID").GetString()!;
        }
    }

    private (int Code, string Output) Run(GoldenEntry entry, Dictionary<string, string> identifiers)
    {
        string command = entry.Json.GetProperty("command").GetString()!;
        foreach (var (recorded, ours) in identifiers)
        {
            command = command.Replace(recorded, ours, StringComparison.Ordinal);
        }

        // The recording lost the quotes of the shell: an argument goes on to the next option.
        string[] words = command.Split(' ');
        var arguments = new List<string>();
        foreach (string word in words)
        {
            if (arguments.Count > 0 && arguments[^1].Count(static c => c == '(') > arguments[^1].Count(static c => c == ')') && entry.Name != "cli-query-err")
            {
                arguments[^1] += " " + word;
            }
            else
            {
                arguments.Add(word);
            }
        }

        string line = string.Join(' ', arguments.Select(static argument => "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
        return Shell.TryRun($"dotnet {TestService.Program} {line}", new Dictionary<string, string> { ["SKYDIVE_ANALYZER"] = _analyzer.Address.Authority });
    }

    /// <summary>An agent that carries out whatever it is told to.</summary>
    private async Task ServeAsync()
    {
        while (await WebSocketReader.ReadAsync(_agent, 16 << 20, _stop.Token) is { } received)
        {
            var request = JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage)!;
            string reply = request.Type switch
            {
                MessageTypes.Start => $$$"""{"Namespace":"{{{request.Namespace}}}","Type":"StartReply","UUID":"{{{request.UUID}}}","Status":200,"Obj":{"NodeID":""}}""",
                MessageTypes.Stop => $$$"""{"Namespace":"{{{request.Namespace}}}","Type":"StopReply","UUID":"{{{request.UUID}}}","Status":200,"Obj":{"NodeID":""}}""",
                _ => $$$"""{"Namespace":"Flow","Type":"TableReply","UUID":"{{{request.UUID}}}","Status":200,"Obj":{"Flows":[]}}""",
            };
            await SendAsync(Encoding.UTF8.GetBytes(reply));
        }
    }

    private Task SendAsync(ReadOnlyMemory<byte> message) => _agent.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None).AsTask();
}
