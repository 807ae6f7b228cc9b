using System.Text;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

public sealed class FuzzTests
{
    private const int Mutations = 1_000_000;

    private static readonly string[] s_pieces =
    [
        "G", ".", "(", ")", ",", "'", "\"", "\\", " ", "\n", "\r", "V()", ".Has(", "'Type'", "\"veth\"", "1", "-1", "1.5", "99999999999999999999", "true", "ASC", "DESC", "NOW", "FOREVER",
        "Regex('", "Within(", "Lt(", "IPV4Range('10.0.0.0/8')", "Metadata(", ".Out()", ".Limit(", ".Flows()", ".At('-1m')", ".ShortestPathTo(", "é", "\uD83D", "\uD83D\uDE00", "\0", "[", "^", "*", "{", "}",
        "Has", "G.V()", "''", "'',", "1e9", "_", ".Select('a')", ".As('a')", ".Values('Name')", ".Count()",
        "__", "__.", ".Where(", ".Or(", ".Not(", "Out()", "Not(", "Or(1, ", ".By('Name')", ".By(DESC)", ".Order()", ".Group()", ".Project('a')", ".Path()", ".SimplePath()", ".Repeat(", ".Times(2)", ".Until(", ".Emit()",
        ".Explain()", ".Is(", ".Metrics()", ".Aggregates(", ".Sockets()", ".NextHop('", ".MoreThan(", ".RawPackets()", ".BPF('", "StartingWith('", "\\u0041", "\\uD83D", "[[:alpha:]]", "(?P<n>", "\\d", "{1000}", "\\p{L}",
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
        for (int i = 0; i < count; i++)
        {
            string text = i % 4 == 0 ? RandomText(random) : Mutate(seeds[random.Next(seeds.Length)], seeds, random);
            try
            {
                GremlinEngine.Compile(text);
                valid++;
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

        Assert.InRange(valid, 1, count);
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
