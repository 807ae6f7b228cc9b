using System.Globalization;
using System.Text;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

public sealed class OptimizerTests
{
    private static readonly string[] s_types = ["veth", "bridge", "host", "netns"];
    private static readonly string[] s_relations = ["ownership", "layer2"];
    private static readonly string[] s_applications = ["TCP", "UDP", "ICMPv4"];

    [Theory]
    [InlineData("G.V().Has('Type', 'veth').Has('State', 'UP').Count()", "G | V()[Type = \"veth\" and State = \"UP\"] | Count")]
    [InlineData("G.V().Limit(1).Has('Type', 'veth')", "G | V()[] | Slice(0, 1) | Has[Type = \"veth\"]")]
    [InlineData("G.V().Dedup('Type').Has('Type', 'veth').HasNot('MTU')", "G | V()[] | Dedup(Type) | Has[Type = \"veth\" and not (MTU exists)]")]
    [InlineData("G.V().Out().Has('Type', 'veth').Limit(5).Range(1, 9)", "G | V()[] | Out[Type = \"veth\"] | Slice(1, 4)")]
    [InlineData(
        "G.Flows('Application', 'TCP').Has('Network.A', '1').Dedup().Sort(DESC, 'Start').Range(2, 8).Limit(3)",
        "G | Flows[Application = \"TCP\" and Network.A = \"1\"].Dedup(TrackingID).Sort(DESC, Start).Slice(2, 3)")]
    [InlineData("G.Flows().Limit(5).Sort('Start')", "G | Flows[].Slice(0, 5) | Sort(ASC, Start)")]
    [InlineData("G.Flows().Dedup().Has('UUID')", "G | Flows[].Dedup(TrackingID) | Has[UUID exists]")]
    [InlineData("G.Flows().Sort('Start').Dedup()", "G | Flows[].Sort(ASC, Start) | Dedup()")]
    [InlineData("G.Flows().Sort('Start').Has('UUID')", "G | Flows[UUID exists].Sort(ASC, Start)")]
    [InlineData("G.Flows().Dedup('UUID', 'Start')", "G | Flows[] | Dedup(UUID, Start)")]
    [InlineData("G.At(1000).V().Has('Name', 'y')", "G | At(1000000) nodes[Name = \"y\"] | V()[Name = \"y\"]")]
    [InlineData("G.At(1000).V('n1').Values('Name')", "G | At(1000000) nodes[@ID in [\"n1\"]] | V(n1)[] | Values(Name)")]
    [InlineData("G.At(1000).V().Count()", "G | At(1000000) nodes[] | V()[] | Count")]
    [InlineData("G.At(1000).V().Has('Name', 'y').Both()", "G | At(1000000) | V()[Name = \"y\"] | Both[]")]
    [InlineData("G.At(1000).V().Has('Name', 'y').Where(Out())", "G | At(1000000) | V()[Name = \"y\"] | Where[Out[]]")]
    [InlineData("G.At(1000).Flows('Application', 'TCP').Count()", "G | At(1000000) without graph | Flows[Application = \"TCP\"].Count")]
    [InlineData("G.Flows().Sum('Metric.ABBytes')", "G | Flows[].Sum(Metric.ABBytes)")]
    [InlineData("G.Flows().Dedup().Count()", "G | Flows[].Dedup(TrackingID) | Count")]
    [InlineData("G.Flows().Sum('Start')", "G | Flows[] | Sum(Start)")]
    public void Compile_Query_MovesWhatMayMove(string query, string plan) => Assert.Equal(plan, GremlinEngine.Compile(query).Explain());

    /// <summary>On random graphs, live and past, random queries yield the same with and without optimisation.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Execute_RandomQueries_OptimizedYieldsWhatIsWritten(int seed)
    {
        var random = new Random(seed);
        var options = new GremlinOptions { Time = new FixedTime(Fixtures.Now) };
        int notEmpty = 0;
        for (int round = 0; round < 40; round++)
        {
            var source = RandomSource(random);
            for (int i = 0; i < 100; i++)
            {
                string query = new RandomQuery(random).Text;
                var naive = await GremlinEngine.Compile(query, optimize: false).ExecuteAsync(source, options, default);
                var optimized = await GremlinEngine.Compile(query, optimize: true).ExecuteAsync(source, options, default);
                string expected = naive.ToJson();
                string actual = optimized.ToJson();
                Assert.True(expected == actual, $"{query}\n{expected}\n{actual}");
                notEmpty += expected is "[]" or "null" or "0" ? 0 : 1;
            }
        }

        // The test is worth something only when the queries find something.
        Assert.True(notEmpty > 1500, notEmpty.ToString(CultureInfo.InvariantCulture));
    }

    private static FakeSource RandomSource(Random random)
    {
        int count = random.Next(1, 25);
        var graph = new LiveGraph("h", "o", new FixedTime(Fixtures.Now));
        graph.Write(t =>
        {
            for (int i = 0; i < count; i++)
            {
                var metadata = new MetadataBuilder().Set("Name", $"n{i % 7}").Set("Type", s_types[random.Next(4)]).Set("MAC", $"m{random.Next(5)}");
                if (random.Next(3) > 0)
                {
                    metadata.Set("Value", random.Next(4));
                }

                if (random.Next(3) > 0)
                {
                    metadata.Set("TID", $"t{i}");
                }

                t.AddNode($"i{i}", metadata.Build());
            }

            for (int i = 0; i < count * 2; i++)
            {
                t.AddEdge($"e{i}", $"i{random.Next(count)}", $"i{random.Next(count)}", MetadataMap.Create(("RelationType", s_relations[random.Next(2)]), ("Value", random.Next(4))));
            }
        });
        for (int i = 0; i < count / 3; i++)
        {
            graph.Write(t => t.DeleteNode($"i{random.Next(count)}"));
        }

        long now = Fixtures.Now.ToUnixTimeMilliseconds();
        var flows = Enumerable.Range(0, 30).Select(i => new Flow
        {
            UUID = $"u{random.Next(1000)}-{i}",
            LayersPath = string.Empty,
            Application = s_applications[random.Next(3)],
            Link = random.Next(4) == 0 ? null : new() { Protocol = "ETHERNET", A = $"m{random.Next(6)}", B = $"m{random.Next(6)}" },
            Metric = new() { ABBytes = random.Next(5) },
            Start = now - random.Next(5),
            Last = now - random.Next(3),
            TrackingID = $"k{random.Next(6)}",
            NodeTID = $"t{random.Next(count)}",
            ICMP = random.Next(2) == 0 ? null : new() { Type = "ECHO", ID = random.Next(3) },
        }).ToArray();
        var live = graph.Current;
        return new(live)
        {
            Flows = new FakeFlowSource(flows),
            History = slice => new RevisionView(slice, live.GetNodes().Concat(live.GetNodes().Where(static node => node.Id.EndsWith('1')).Select(
                static node => node.With(node.Metadata.With("Value", 9), revision: node.Revision + 1))), live.GetEdges()),
        };
    }

    /// <summary>A random query that is valid.</summary>
    private sealed class RandomQuery
    {
        private readonly Random _random;
        private readonly StringBuilder _text = new();
        private string _kind = "graph";

        public RandomQuery(Random random)
        {
            _random = random;
            _text.Append('G').Append(Pick("", "", "", ".At('-1m')", ".At('-1m', 10)"));
            int steps = random.Next(2, 8);
            for (int i = 0; i < steps && _kind.Length > 0; i++)
            {
                Add();
            }
        }

        public string Text => _text.ToString();

        private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

        private void Step(string text, string? kind = null)
        {
            _text.Append('.').Append(text);
            _kind = kind ?? _kind;
        }

        private string Condition() => _kind == "flows"
            ? Pick("'Application', 'TCP'", "'Metric.ABBytes', Gt(2)", "'ICMP.ID', Ne(1)", "'Link', 'm1'", "'ICMP.ID', Within(0, 1)", "'TrackingID', Regex('k[0-3]')")
            : Pick("'Type', 'veth'", "'Name', 'n1'", "'Value', Lt(3)", "'Value', Nee(1)", "'Type', Within('host', 'netns')", "'Name', Regex('n[0-3]')", "'RelationType', 'layer2'", "'@ID', Ne('i3')");

        private string Test() => _kind switch
        {
            "nodes" => Pick($"Has({Condition()})", "Out()", $"In({Condition()})", "BothE('RelationType', 'layer2')", "Out().Count().Is(Gt(1))", "Values('Value').Is(Or(1, Gt(2)))", $"Out().Has({Condition()}).Limit(1)", $"Not(Has({Condition()}))", "Repeat(Out()).Times(2)"),
            "edges" => Pick($"Has({Condition()})", "OutV('Type', 'host')", "InV().Out()", "BothV().Has('Value', 2)"),
            _ => Pick($"Has({Condition()})", "CaptureNode()", "Metrics().Sum('ABBytes').Is(Gt(1))", "Values('ICMP.ID').Is(1)"),
        };

        private void Choose() => Step(_random.Next(14) switch
        {
            9 => $"Where({Test()})",
            10 => $"Or({Test()}, {Test()})",
            11 => $"And({Test()}, Not({Test()}))",
            12 => Pick("Tail(3)", "Skip(2)", "HasId('i1', 'i2', 'e3', 'u4')"),
            13 => Pick("Order().By('Value', DESC)", "Order().By('Type').By('Value')", "Order().By('Application')", $"Order().By(Values('Value').Max(), DESC).By('Name')", "Order()"),
            0 or 1 or 2 => $"Has({Condition()})",
            3 => $"HasEither({Condition()}, {Condition()})",
            4 => Pick("HasKey('Value')", "HasNot('Value')", "Has('ICMP.ID')"),
            5 => $"Limit({_random.Next(6)})",
            6 => $"Range({_random.Next(4)}, {_random.Next(8)})",
            7 => Pick("Dedup()", "Dedup('Value')", "Dedup('Application')", "Dedup('Type', 'Value')", "Dedup('ICMP.ID')"),
            _ => Pick("Sort()", "Sort(DESC, 'Value')", "Sort('Metric.ABBytes')", "Sort(DESC, 'Start')", "Sort('Name')"),
        });

        private void End() => Step(Pick(
            "Count()", "Values('Value')", "Values('Name')", "Keys()", "Sum('Value')", "Values('Value').GroupCount()", "Values('Value').Order().By(DESC).Limit(3)", "Max('Value')", "Mean('Value')",
            "GroupCount('Type')", "Group('Name').MoreThan(1)", "Group().By('Type').By('Name')", $"Group().By('Type').By(Where({Test()}).Count())", "Project('n', 'v').By('Name').By('Value')", "Path()", "Path().By('Value')"), string.Empty);

        private void Add()
        {
            switch (_kind)
            {
                case "graph":
                    switch (_random.Next(6))
                    {
                        case 0 or 1:
                            Step(Pick("Flows()", $"Flows('Application', '{Pick(s_applications)}')"), "flows");
                            break;
                        case 2:
                            Step("E()", "edges");
                            break;
                        default:
                            Step("V()", "nodes");
                            break;
                    }

                    break;
                case "nodes":
                    switch (_random.Next(14))
                    {
                        case 12:
                            Step(Pick("Repeat(Out()).Times(2)", "Repeat(Both().Dedup()).Emit()", "Emit().Repeat(In().Has('Value', Lt(3))).Times(2)", "Repeat(Out().SimplePath()).Until(Has('Type', 'host')).Times(3)", "Until(Has('Type', 'veth')).Repeat(Out().Dedup())", "Both().Both().SimplePath()") + ".Skip(0)");
                            break;
                        case 13:
                            Step(Pick("ShortestPathTo(Metadata('Type', 'host'), 'Value').Dedup()", "As('b').Out().Where(Without('b'))", "Where(Metrics().Count().Is(0))"));
                            break;
                        case 0 or 1:
                            Step(Pick("Out()", "In()", "Both()", $"Out({Condition()})"));
                            break;
                        case 2:
                            Step(Pick("OutE()", "InE()", "BothE('RelationType', 'layer2')"), "edges");
                            break;
                        case 3:
                            Step("Flows()", "flows");
                            break;
                        case 4:
                            Step(Pick("SubGraph()", "SubGraph('RelationType', 'ownership')"), "graph");
                            break;
                        case 5:
                            Step(Pick("Descendants(2)", "Neighbors('RelationType', 'layer2', 2)", "As('a').Select('a', 'a')", "ShortestPathTo(Metadata('Type', 'host')).Dedup()"));
                            break;
                        case 6:
                            End();
                            break;
                        default:
                            Choose();
                            break;
                    }

                    break;
                case "edges":
                    switch (_random.Next(6))
                    {
                        case 0:
                            Step(Pick("OutV()", "InV()", $"BothV('Name', 'n1')"), "nodes");
                            break;
                        case 1:
                            Step("SubGraph()", "graph");
                            break;
                        case 2:
                            End();
                            break;
                        default:
                            Choose();
                            break;
                    }

                    break;
                default:
                    switch (_random.Next(8))
                    {
                        case 0:
                            Step(Pick("CaptureNode()", "Nodes()", "Both()", "In()", "Out('Type', 'veth')"), "nodes");
                            break;
                        case 1:
                            Step(Pick("Count()", "Values('UUID')", "Sum('Metric.ABBytes')"), string.Empty);
                            break;
                        default:
                            Choose();
                            break;
                    }

                    break;
            }
        }
    }
}
