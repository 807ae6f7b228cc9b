using System.Text;
using Skydive.Gremlin.Language;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

public sealed class FuzzTests
{
    private const int Mutations = 400_000;

    private static readonly string[] s_pieces =
    [
        "G", ".", "(", ")", ",", "'", "\"", "\\", " ", "\n", "\r", "V()", ".Has(", "'Type'", "\"veth\"", "1", "-1", "1.5", "99999999999999999999", "true", "ASC", "DESC", "NOW", "FOREVER",
        "Regex('", "Within(", "Lt(", "IPV4Range('10.0.0.0/8')", "Metadata(", ".Out()", ".Limit(", ".Flows()", ".At('-1m')", ".ShortestPathTo(", "é", "\uD83D", "\uD83D\uDE00", "\0", "[", "^", "*", "{", "}",
        "Has", "G.V()", "''", "'',", "1e9", "_", ".Select('a')", ".As('a')", ".Values('Name')", ".Count()",
        "__", "__.", ".Where(", ".Or(", ".Not(", "Out()", "Not(", "Or(1, ", ".By('Name')", ".By(DESC)", ".Order()", ".Group()", ".Project('a')", ".Path()", ".SimplePath()", ".Repeat(", ".Times(2)", ".Until(", ".Emit()",
        ".Explain()", ".Is(", ".Metrics()", ".Aggregates(", ".Sockets()", ".NextHop('", ".MoreThan(", ".RawPackets()", ".BPF('", "StartingWith('", "\\u0041", "\\uD83D", "[[:alpha:]]", "(?P<n>", "\\d", "{1000}", "\\p{L}",
    ];

    private static readonly string[] s_steps = [.. StepCatalog.Names.Order(StringComparer.Ordinal)];

    private static readonly string[] s_predicates = [.. PredicateCatalog.Names.Order(StringComparer.Ordinal)];

    private static readonly string[] s_literals =
    [
        "'Name'", "\"Type\"", "'Metric'", "'Metadata.Type'", "'@ID'", "'lo'", "'eth\\d+'", "'caf\\u00e9'", "'10.0.0.0/8'", "'-1m'", "'30s'", "'2020-01-01T00:00:00Z'", "'tcp port 80'", "''", "0", "1", "-1", "10",
        "1500", "9223372036854775807", "-9223372036854775808", "1.5", "-2.25e3", "true", "false", "NOW", "FOREVER", "ASC", "DESC", "Metadata('Name', 'lo')",
    ];

    /// <summary>Whatever the text: a plan, or a <see cref="GremlinException"/> that points into it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Compile_RandomAndMutatedTexts_PlanOrError(int seed) => CompileMany(seed, Mutations / 2);

    /// <summary>The same for ten million texts.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "fuzz")]
    public void Compile_TenMillionTexts_PlanOrError() => CompileMany(Environment.TickCount, 10_000_000);

    private static void CompileMany(int seed, int count)
    {
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        string[] seeds = [.. Corpus.Cases.Select(static test => test.Query)];
        int valid = 0;
        HashSet<string> missing = [.. s_steps.Concat(s_predicates).Select(static name => name + "(")];
        for (int i = 0; i < count; i++)
        {
            string text = (i % 4) switch
            {
                0 => RandomText(random),
                1 => Generate(random, 0),
                2 => Mutate(Generate(random, 0), seeds, random),
                _ => Mutate(seeds[random.Next(seeds.Length)], seeds, random),
            };
            try
            {
                GremlinEngine.Compile(text);
                valid++;
                missing.RemoveWhere(name => text.Contains(name, StringComparison.OrdinalIgnoreCase));
            }
            catch (GremlinException e)
            {
                Assert.NotNull(e.Offset);
                Assert.InRange(e.Offset.Value, 0, text.Length);
                Assert.InRange(e.Offset.Value + e.Length, 0, text.Length);
                Assert.True(e.Message.Length is > 0 and < 800, e.Message);
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        // Every step and predicate there is was in a query that is one, so that what was tried is not rejected at the door.
        Assert.Empty(missing);
        Assert.InRange(valid, count / 100, count);
        TestContext.Current.SendDiagnosticMessage($"{count} texts, {valid} valid");
    }

    /// <summary>What parses also runs, on a graph with little in it.</summary>
    [Fact]
    public async Task Execute_MutatedQueries_ResultOrError()
    {
        var random = new Random(3);
        string[] seeds = [.. Corpus.Cases.Select(static test => test.Query)];
        var source = Fixtures.Lab();
        for (int i = 0; i < 100_000; i++)
        {
            string text = Mutate(seeds[random.Next(seeds.Length)], seeds, random);
            try
            {
                var result = await GremlinEngine.ExecuteAsync(text, source, new GremlinOptions { MaximumVisited = 100_000, Time = new FixedTime(Fixtures.Now) }, default);
                result.ToJson();
            }
            catch (GremlinException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Theory]
    [InlineData("(", 200_000)]
    [InlineData("G.V(", 50_000)]
    [InlineData("G.V().Has('a',", 10_000)]
    [InlineData("Lt(", 50_000)]
    public void Compile_DeepNesting_Error(string piece, int count)
    {
        string text = "G.V().Has('a', " + string.Concat(Enumerable.Repeat(piece, count));
        var error = Assert.Throws<GremlinException>(() => GremlinEngine.Compile(text));
        Assert.Equal(GremlinErrorReason.Syntax, error.Reason);
    }

    [Fact]
    public async Task Execute_AsManyStepsAsAllowed_Result()
    {
        string text = "G.V('n1')" + string.Concat(Enumerable.Repeat(".Limit(5).Has('Value').Dedup()", 84));
        var result = await GremlinEngine.ExecuteAsync(text, Fixtures.Small(), null, default);
        Assert.Single(result.Nodes);
        Assert.Equal(GremlinErrorReason.Syntax, Assert.Throws<GremlinException>(() => GremlinEngine.Compile(text + ".Limit(5).Limit(5).Limit(5)")).Reason);
    }

    [Theory]
    [InlineData("(((((((((((((((((((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+b")]
    [InlineData("(a{1000}){1000}")]
    [InlineData("((a{1000}){1000}){1000}")]
    [InlineData("(a|b|ab)*c{1,1000}d{0,1000}")]
    [InlineData("(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*x")]
    public async Task Execute_CostlyRegex_EndsSoon(string pattern)
    {
        string query = $"G.V().Has('Name', Regex('{pattern}')).Count()";
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            Assert.Equal(0, (await GremlinEngine.ExecuteAsync(query, Fixtures.Small(), null, default)).Value);
        }
        catch (GremlinException e)
        {
            Assert.Equal(GremlinErrorReason.InvalidArgument, e.Reason);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder(random.Next(3) > 0 ? "G.V()" : string.Empty);
        int count = random.Next(1, 20);
        for (int i = 0; i < count; i++)
        {
            text.Append(s_pieces[random.Next(s_pieces.Length)]);
        }

        return text.ToString();
    }

    /// <summary>A query as the grammar has it: steps of all kinds, with arguments that may fit them or not.</summary>
    private static string Generate(Random random, int depth)
    {
        var text = new StringBuilder(depth == 0 ? "G" : random.Next(2) == 0 ? "__" : s_steps[random.Next(s_steps.Length)] + "()");
        string[] starts = [".V()", ".E()", ".V().Metrics()", ".Flows()", ".At('-1m').V()", ".V().Sockets()", ".V().Repeat(Out()).Times(2)", string.Empty];
        text.Append(depth == 0 ? starts[random.Next(starts.Length)] : string.Empty);
        for (int count = random.Next(1, depth == 0 ? 5 : 3); count > 0; count--)
        {
            text.Append('.').Append(s_steps[random.Next(s_steps.Length)]).Append('(');
            AppendArguments(text, random, depth);
            text.Append(')');
        }

        return text.ToString();
    }

    private static void AppendArguments(StringBuilder text, Random random, int depth)
    {
        int count = random.Next(4);
        for (int i = 0; i < count; i++)
        {
            text.Append(i == 0 ? string.Empty : ", ");
            switch (random.Next(depth < 3 ? 8 : 6))
            {
                case 0:
                    text.Append(s_predicates[random.Next(s_predicates.Length)]).Append('(');
                    for (int argument = random.Next(3); argument >= 0; argument--)
                    {
                        text.Append(s_literals[random.Next(s_literals.Length)]).Append(argument == 0 ? string.Empty : ", ");
                    }

                    text.Append(')');
                    break;
                case 6 or 7:
                    text.Append(Generate(random, depth + 1));
                    break;
                default:
                    text.Append(s_literals[random.Next(s_literals.Length)]);
                    break;
            }
        }
    }

    private static string Tail(string text, Random random) => text[random.Next(text.Length)..];

    private static string Mutate(string text, string[] seeds, Random random)
    {
        int count = random.Next(1, 4);
        for (int i = 0; i < count && text.Length > 0; i++)
        {
            int at = random.Next(text.Length);
            text = random.Next(6) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, s_pieces[random.Next(s_pieces.Length)]),
                2 => text[..at],
                3 => text[..at] + (char)random.Next(0x250) + text[(at + 1)..],
                4 => text[..at] + Tail(seeds[random.Next(seeds.Length)], random),
                _ => text.Insert(at, text.Substring(at, Math.Min(text.Length - at, random.Next(1, 12)))),
            };
        }

        return text;
    }
}
