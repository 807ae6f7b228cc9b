using Skydive.Analyzer.Queries;
using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Tests.Queries;

/// <summary>Queries while somebody writes all the time: each is answered from one revision, indexes and edges included.</summary>
public sealed class ConcurrentQueryTests
{
    private const int Pairs = 500;
    private const int Updates = 20_000;
    private readonly LiveGraph _graph = new("host1", "analyzer.host1");

    [Fact]
    public async Task WriterAndQueriesAtOnce_NoQuerySeesHalfOfARevision()
    {
        Populate();
        using var ended = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(() => ReadAsync(reader, ended.Token), CancellationToken.None)).ToArray();
        await Task.Run(
            () =>
            {
                for (int update = 1; update <= Updates && !readers.Any(static reader => reader.IsCompleted); update++)
                {
                    Update(update);
                }
            },
            TestContext.Current.CancellationToken);
        await ended.CancelAsync();
        int[] counts = await Task.WhenAll(readers);
        Assert.All(counts, static count => Assert.True(count > 0, "a reader was never answered"));
    }

    private static string Left(int pair) => $"left{pair}";

    private static string Right(int pair) => $"right{pair}";

    /// <summary>Pairs of interfaces, one of which is up, each with its own bridge out of two.</summary>
    private void Populate() => _graph.Write(static transaction =>
    {
        transaction.AddNode("b0", Bridge("b0"));
        transaction.AddNode("b1", Bridge("b1"));
        for (int pair = 0; pair < Pairs; pair++)
        {
            transaction.AddNode(Left(pair), Interface(Left(pair), isUp: true, turn: 0));
            transaction.AddNode(Right(pair), Interface(Right(pair), isUp: false, turn: 0));
            transaction.Link("b0", Left(pair), "layer2");
            transaction.Link("b1", Right(pair), "layer2");
        }
    });

    private static MetadataMap Bridge(string name) => MetadataMap.Create(("Name", name), ("Type", "bridge"));

    private static MetadataMap Interface(string name, bool isUp, int turn) =>
        MetadataMap.Create(("Name", name), ("Type", "veth"), ("State", isUp ? "UP" : "DOWN"), ("Turn", turn), ("MTU", 1500 + (turn % 7)));

    /// <summary>Turns a pair over: which one is up, which bridge each is at; now and then both are deleted and made anew.</summary>
    private void Update(int update) => _graph.Write(transaction =>
    {
        int pair = update * 7 % Pairs;
        var left = transaction.FindNode(Left(pair))!;
        bool isLeftUp = left.GetText("State") != "UP";
        bool isLeftAtFirst = transaction.FindEdge(Identifiers.Derive("b0", Left(pair), "layer2")) is null;
        if (update % 10 == 0)
        {
            transaction.DeleteNode(Left(pair));
            transaction.DeleteNode(Right(pair));
            transaction.AddNode(Left(pair), Interface(Left(pair), isLeftUp, update));
            transaction.AddNode(Right(pair), Interface(Right(pair), !isLeftUp, update));
        }
        else
        {
            transaction.SetMetadata(left, Interface(Left(pair), isLeftUp, update));
            transaction.SetMetadata(transaction.FindNode(Right(pair))!, Interface(Right(pair), !isLeftUp, update));
            transaction.Unlink(isLeftAtFirst ? "b1" : "b0", Left(pair), "layer2");
            transaction.Unlink(isLeftAtFirst ? "b0" : "b1", Right(pair), "layer2");
        }

        transaction.Link(isLeftAtFirst ? "b0" : "b1", Left(pair), "layer2");
        transaction.Link(isLeftAtFirst ? "b1" : "b0", Right(pair), "layer2");
    });

    /// <summary>Asks what is the same in every revision until it is told to stop.</summary>
    /// <returns>How many queries were answered.</returns>
    private async Task<int> ReadAsync(int reader, CancellationToken cancellationToken)
    {
        var source = new LiveQuerySource(_graph, flows: null);
        (string Query, long Expected)[] questions =
        [
            ("G.V().Has('State', 'UP').Count()", Pairs),
            ("G.V().Has('Type', 'veth', 'State', 'DOWN').Count()", Pairs),
            ("G.V().Has('Type', 'bridge').Both().Has('Type', 'veth').Count()", 2 * Pairs),
            ("G.V().Has('Name', 'b0').Out().Count()", Pairs),
            ("G.E().Count()", 2 * Pairs),
            ("G.V().Has('Type', 'veth').In('Type', 'bridge').Dedup().Count()", 2),
        ];
        int answered = 0;
        for (int turn = reader; answered == 0 || !cancellationToken.IsCancellationRequested; turn++)
        {
            var (query, expected) = questions[turn % questions.Length];
            var result = await GremlinEngine.ExecuteAsync(query, source, options: null, CancellationToken.None);
            Assert.True(result.Value.TryGetInteger(out long value));
            Assert.True(expected == value, $"{query} gave {value} for {expected}");

            // Both of a pair were written by the same revision.
            var nodes = (await GremlinEngine.ExecuteAsync("G.V().Has('Type', 'veth')", source, options: null, CancellationToken.None)).Nodes
                .ToLookup(static node => node.Name.Replace("left", string.Empty, StringComparison.Ordinal).Replace("right", string.Empty, StringComparison.Ordinal));
            foreach (var pair in nodes)
            {
                Assert.Single(pair.Select(static node => node.Metadata["Turn"]).Distinct());
                Assert.Equal(2, pair.Select(static node => node.GetText("State")).Distinct().Count());
            }

            answered++;
        }

        return answered;
    }
}
