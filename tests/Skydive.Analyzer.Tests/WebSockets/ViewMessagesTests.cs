using System.Text.Json;
using Skydive.Analyzer.Queries;
using Skydive.Analyzer.Tests.Support;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>Whatever happens in the graph: a subscriber that applies the messages has what its filter gives.</summary>
public sealed class ViewMessagesTests
{
    [Theory]
    [InlineData("G", false)]
    [InlineData("G.V().SubGraph()", true)]
    [InlineData("G.V().Has('Type','a').SubGraph()", false)]
    [InlineData("G.V().Has('Type','a').SubGraph()", true)]
    [InlineData("G.V().Has('Type',Within('a','b')).Has('N',GT(3)).SubGraph()", true)]
    [InlineData("G.V().HasKey('K').SubGraph()", false)]
    [InlineData("G.V().HasNot('K').HasEither('Type','a','N',5).SubGraph()", true)]
    [InlineData("G.V().Has('Name',Regex('.*[13579]')).SubGraph('RelationType','layer2')", false)]
    [InlineData("G.V().Has('Name',Regex('.*[13579]')).SubGraph('RelationType','layer2')", true)]
    [InlineData("G.V('n3').SubGraph()", false)]
    [InlineData("G.V().Has('Host','host2').SubGraph()", false)]
    public async Task Of_AnyChanges_LeadToWhatTheFilterGives(string gremlin, bool partial)
    {
        var query = GremlinEngine.Compile(gremlin);
        Assert.NotNull(query.Selection);
        var random = new Random(gremlin.Length + (partial ? 1 : 0));
        var graph = new LiveGraph("lab", "analyzer.lab");
        using var subscription = graph.Subscribe(100_000);
        var mirror = new Mirror();
        var before = subscription.Start;
        for (int i = 0; i < 600; i++)
        {
            graph.Write(transaction => Change(transaction, random));
            while (subscription.TryRead(out var change))
            {
                mirror.Apply(ViewMessages.Of(query.Selection, before, change.Commit!, partial));
                before = change.Snapshot;
            }

            await AssertSameAsync(query, graph.Current, mirror);
        }
    }

    [Theory]
    [InlineData("G.V().Has('Type','a').Out().SubGraph()", false)]
    [InlineData("G.V().Has('Name','n1').Both('Type','b').SubGraph()", true)]
    [InlineData("G.V().Has('Name','n1').Descendants(3).SubGraph()", true)]
    [InlineData("G.E().Has('RelationType','layer2').SubGraph()", false)]
    [InlineData("G.V().Has('Type','a').OutE('RelationType','layer2').OutV().SubGraph()", true)]
    public async Task Filtered_UntouchedByAChange_IsWhatTheFilterGives(string gremlin, bool partial)
    {
        var query = GremlinEngine.Compile(gremlin);
        Assert.Null(query.Selection);
        Assert.NotNull(query.DecidingKeys);
        var filter = new SubscriberFilter(query);
        var random = new Random(gremlin.Length);
        var graph = new LiveGraph("lab", "analyzer.lab");
        using var subscription = graph.Subscribe(100_000);
        var (mirror, filtered) = (new Mirror(), new FilteredGraph());
        int untouched = 0;
        for (int i = 0; i < 600; i++)
        {
            graph.Write(transaction => Change(transaction, random));
            while (subscription.TryRead(out var change))
            {
                if (change.Commit!.Events.Any(filter.CanBeTouchedBy))
                {
                    var (nodes, edges) = await EvaluateAsync(query, change.Snapshot);
                    mirror.Apply(filtered.MoveTo(new() { Nodes = nodes, Edges = edges }, partial));
                }
                else
                {
                    untouched++;
                    mirror.Apply(filtered.Update(change.Commit, partial));
                }
            }

            await AssertSameAsync(query, graph.Current, mirror);
        }

        Assert.True(untouched > 20, $"{untouched} changes needed no evaluation");
    }

    [Theory]
    [InlineData("G.V().Limit(3).SubGraph()")]
    [InlineData("G.V().Sort('N').Limit(3).SubGraph()")]
    [InlineData("G.V().Has('@UpdatedAt',GT(5)).Out().SubGraph()")]
    public void DecidingKeys_CannotBeSaid_IsEvaluatedAtEachChange(string gremlin) => Assert.Null(GremlinEngine.Compile(gremlin).DecidingKeys);

    internal static void Change(GraphTransaction transaction, Random random)
    {
        int steps = random.Next(1, 5);
        for (int i = 0; i < steps; i++)
        {
            string id = "n" + random.Next(12);
            var node = transaction.FindNode(id);
            switch (random.Next(9))
            {
                case 0 when node is not null:
                    transaction.DeleteNode(id);
                    break;
                case 1 when node is not null:
                    transaction.DeleteNode(id);
                    transaction.AddNode(Make.Node(id, "a"));
                    break;
                case 2 when node is not null:
                    transaction.Set(node, "Type", random.Next(2) == 0 ? "a" : "b");
                    break;
                case 3 when node is not null:
                    transaction.Set(node, "N", random.Next(8));
                    break;
                case 4 when node is not null:
                    transaction.SetMetadata(node, random.Next(2) == 0 ? node.Metadata.Without("K") : node.Metadata.With("K", 1));
                    break;
                case 5 when node is not null:
                    transaction.Set(node, "Metric.Rx", random.Next(1000));
                    break;
                case 6 or 7 when node is not null && transaction.FindNode("n" + random.Next(12)) is { } other:
                    string type = random.Next(2) == 0 ? "layer2" : "ownership";
                    if (random.Next(3) == 0)
                    {
                        transaction.Unlink(id, other.Id, type);
                    }
                    else
                    {
                        transaction.Link(id, other.Id, type, Contracts.Metadata.MetadataMap.Create(("Cost", random.Next(3))));
                    }

                    break;
                default:
                    if (node is null)
                    {
                        transaction.AddNode(Make.Node(id, random.Next(2) == 0 ? "a" : "b", "host" + random.Next(1, 3)));
                    }

                    break;
            }
        }
    }

    internal static async Task AssertSameAsync(GremlinQuery query, GraphSnapshot snapshot, Mirror mirror)
    {
        var (nodes, edges) = await EvaluateAsync(query, snapshot);
        Assert.Equal(Describe(nodes.Concat<GraphElement>(edges)), Describe(mirror.Nodes.Values.Concat<GraphElement>(mirror.Edges.Values)));
    }

    private static async Task<(IReadOnlyList<Node> Nodes, IReadOnlyList<Edge> Edges)> EvaluateAsync(GremlinQuery query, GraphSnapshot snapshot)
    {
        try
        {
            var result = await query.ExecuteAsync(new SnapshotQuerySource(snapshot), null, TestContext.Current.CancellationToken);
            return ([.. result.Nodes], [.. result.Edges]);
        }
        catch (GremlinException e) when (e.Reason == GremlinErrorReason.NotFound)
        {
            return ([], []);
        }
    }

    private static IEnumerable<string> Describe(IEnumerable<GraphElement> elements) =>
        elements.Select(static element => $"{element.GetType().Name} {element.Id} {element.Revision} {element.CreatedAt} {element.Metadata}").Order(StringComparer.Ordinal);
}
