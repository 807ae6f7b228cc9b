using System.Globalization;
using System.Text.Json.Nodes;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

public sealed class CorpusTests
{
    public static TheoryData<int, string> All()
    {
        var data = new TheoryData<int, string>();
        for (int i = 0; i < Corpus.Cases.Count; i++)
        {
            data.Add(i, Corpus.Cases[i].ToString());
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Execute_Query_YieldsWhatTheCorpusSays(int index, string name)
    {
        Assert.NotEmpty(name);
        var test = Corpus.Cases[index];
        string query = test.Query.Replace('⏎', '\r').Replace('↵', '\n').Replace('⇥', '\t');
        foreach (bool optimize in (bool[])[false, true])
        {
            var source = test.Graph switch
            {
                "small" => Fixtures.Small(),
                "lab" => Fixtures.Lab(),
                "weights" => Fixtures.Weights(),
                "checklist" => ChecklistFixture.Make(),
                "counters" => CounterFixture.Make(),
                "routers" => RouterFixture.Make(),
                "lab without history" => new FakeSource(Fixtures.Lab().Live) { Flows = Fixtures.Lab().Flows },
                "lab without flows" => new FakeSource(Fixtures.Lab().Live),
                _ => throw new InvalidDataException($"no graph {test.Graph}"),
            };
            if (test.Sign == "!!")
            {
                var error = await Assert.ThrowsAsync<GremlinException>(async () => await Run(query, source, optimize));
                CheckError(test, query, error);
                continue;
            }

            var result = await Run(query, source, optimize);
            if (test.Sign == "~>")
            {
                Assert.Equal(test.Expected, Identify(result));
            }
            else
            {
                string json = result.ToJson();
                Assert.True(JsonNode.DeepEquals(JsonNode.Parse(test.Expected), JsonNode.Parse(json)), json);
            }

            Assert.Equal(GremlinEngine.Validate(query), result.Kind);
        }
    }

    [Fact]
    public void All_StepsAndPredicates_HaveCases()
    {
        string queries = string.Join('\n', Corpus.Cases.Where(static test => test.Sign != "!!").Select(static test => test.Query));
        var missing = Language.StepCatalog.All.SelectMany(static step => step.Aliases.Prepend(step.Name))
            .Concat(Language.PredicateCatalog.All.SelectMany(static predicate => predicate.Aliases.Prepend(predicate.Name)))
            .Where(name => name != "G" && !queries.Contains($"{name}(", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    private static async Task<GremlinResult> Run(string query, FakeSource source, bool optimize)
    {
        var options = new GremlinOptions { Time = new FixedTime(Fixtures.Now) };
        var result = await GremlinEngine.Compile(query, optimize).ExecuteAsync(source, options, TestContext.Current.CancellationToken);

        // Errors that depend on what is read come when it is read.
        result.ToJson();
        return result;
    }

    internal static string Identify(GremlinResult result) => result.Kind switch
    {
        GremlinKind.Nodes => string.Join(' ', result.Nodes.Select(static node => node.Id)),
        GremlinKind.Edges => string.Join(' ', result.Edges.Select(static edge => edge.Id)),
        GremlinKind.Flows => string.Join(' ', result.Flows.Select(static flow => flow.UUID)),
        GremlinKind.Paths => string.Join(" | ", result.Paths.Select(static path => string.Join(' ', path.Select(static node => node.Id)))),
        GremlinKind.Graph => $"{string.Join(' ', result.Nodes.Select(static node => node.Id))} | {string.Join(' ', result.Edges.Select(static edge => edge.Id))}",
        GremlinKind.Groups => string.Join(" | ", result.Groups.Select(static group => $"{group.Key}: {string.Join(' ', group.Items.Select(IdentifyElement))}")),
        _ => throw new InvalidDataException($"{result.Kind} has no identifiers"),
    };

    private static string IdentifyElement(IFieldSource element) => element is Flow flow ? flow.UUID : ((GraphElement)element).Id;

    private static void CheckError(CorpusCase test, string query, GremlinException error)
    {
        string[] parts = test.Expected.Split(' ', 3);
        Assert.True(parts[0] == error.Reason.ToString(), $"{error.Reason}: {error.Message}");
        Assert.DoesNotContain('\n', error.Message);
        if (parts[1] == "-")
        {
            Assert.Null(error.Offset);
        }
        else
        {
            Assert.True(parts[1] == string.Create(CultureInfo.InvariantCulture, $"{error.Offset}+{error.Length}"), $"{error.Offset}+{error.Length}: {error.Message}");
            Assert.Equal(TextPosition.At(query, error.Offset!.Value), new TextPosition(error.Offset.Value, error.Line!.Value, error.Column!.Value));
        }

        if (parts.Length == 3)
        {
            Assert.Contains(parts[2], error.Message, StringComparison.Ordinal);
        }
    }
}
