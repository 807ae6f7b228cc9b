using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

/// <summary>docs/gremlin.md keeps its word: its examples, run against the graph that it shows, yield what it says, and it leaves nothing out.</summary>
public sealed partial class PageTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string s_page = ReadPage();

    public static TheoryData<string, string> Examples()
    {
        var data = new TheoryData<string, string>();
        foreach (Match block in BlockPattern().Matches(s_page))
        {
            if (block.Groups["kind"].Value == "gremlin")
            {
                string[] lines = block.Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                for (int i = 0; i < lines.Length; i += 2)
                {
                    data.Add(lines[i], lines[i + 1]);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_Query_YieldsWhatThePageSays(string query, string expected)
    {
        var options = new GremlinOptions { Time = new FixedTime(s_now) };
        string sign = expected[..2];
        string rest = expected[2..].Trim();
        foreach (bool optimize in (bool[])[false, true])
        {
            // A plan that was not made cheaper is another plan.
            if (!optimize && query.Contains("Explain()", StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                var result = await GremlinEngine.Compile(query, optimize).ExecuteAsync(Source(), options, TestContext.Current.CancellationToken);
                string json = result.ToJson();
                Assert.NotEqual("!!", sign);
                if (sign == "~>")
                {
                    Assert.Equal(rest, CorpusTests.Identify(result).TrimEnd());
                }
                else
                {
                    Assert.True(JsonNode.DeepEquals(JsonNode.Parse(rest), JsonNode.Parse(json)), json);
                }
            }
            catch (GremlinException e) when (sign == "!!")
            {
                Assert.Equal(rest, e.Message);
            }
        }
    }

    [Fact]
    public void Page_EveryStep_HasAHeadingAndAnExample()
    {
        string headings = string.Join('\n', s_page.Split('\n').Where(static line => line.StartsWith("### ", StringComparison.Ordinal)));
        string examples = string.Join('\n', Examples().Select(static row => row.Data.Item1));
        foreach (string name in Language.StepCatalog.All.SelectMany(static step => step.Aliases.Prepend(step.Name)))
        {
            Assert.Matches($"`{name}[(`]", headings);
            Assert.Matches($@"(?i)\b{name}\b", examples);
        }
    }

    [Fact]
    public void Page_EveryPredicate_HasARowAndAnExample()
    {
        string examples = string.Join('\n', Examples().Select(static row => row.Data.Item1));
        foreach (string name in Language.PredicateCatalog.All.SelectMany(static predicate => predicate.Aliases.Prepend(predicate.Name)))
        {
            Assert.Contains($"`{name}(", s_page, StringComparison.Ordinal);
            Assert.Contains($"{name}(", examples, StringComparison.Ordinal);
        }
    }

    internal static FakeSource Source()
    {
        long now = s_now.ToUnixTimeMilliseconds();
        var subGraph = JsonSerializer.Deserialize(Block("graph"), ContractsJsonContext.Default.SubGraph)!;
        var graph = new LiveGraph("lab", "agent.lab", new FixedTime(s_now));
        graph.Write(transaction => transaction.Synchronize(null, subGraph));
        var live = graph.Current;
        using var samples = JsonDocument.Parse(Block("samples"));
        return new(live)
        {
            Flows = new FakeFlowSource(JsonSerializer.Deserialize(Block("flows"), ContractsJsonContext.Default.IReadOnlyListFlow)!)
            {
                Packets = JsonSerializer.Deserialize(Block("packets"), ContractsJsonContext.Default.IReadOnlyListFlowRawPackets)!,
            },
            Metrics = new FakeMetricSource(
            [
                .. samples.RootElement.EnumerateArray().Select(static sample => new MetricSample(
                    sample.GetProperty("ElementId").GetString()!, MetricSample.LastUpdate, sample.GetProperty("Values").Deserialize<MetadataMap>()!)),
            ]),
            PacketFilters = new EchoReplies(),
            History = slice => slice.Last > now - 3_600_000
                ? new RevisionView(slice, live.GetNodes(), live.GetEdges())
                : new RevisionView(
                    slice,
                    live.GetNodes().Where(static node => !node.Id.StartsWith("ns2", StringComparison.Ordinal))
                        .Select(static node => node.Id == "br0" ? node.With(node.Metadata.With("State", "DOWN")) : node),
                    live.GetEdges().Where(static edge => !edge.Child.StartsWith("ns2", StringComparison.Ordinal))),
        };
    }

    private static string Block(string name) =>
        BlockPattern().Matches(s_page).Single(match => match.Groups["kind"].Value == "json" && match.Groups["name"].Value == name).Groups["text"].Value;

    private static string ReadPage()
    {
        using var reader = new StreamReader(typeof(PageTests).Assembly.GetManifestResourceStream("gremlin.md")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex("^```(?<kind>gremlin|json)(?: (?<name>[a-z]+))?\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();

    /// <summary>Stands for libpcap, which knows the one expression of the page: ICMP echo replies over Ethernet and IPv4 without options.</summary>
    private sealed class EchoReplies : IPacketFilterCompiler
    {
        public Predicate<ReadOnlyMemory<byte>> Compile(string expression, int linkType) =>
            expression == "icmp[icmptype] == 0" ? static packet => packet.Span[34] == 0 : throw new ArgumentException(expression);
    }
}
