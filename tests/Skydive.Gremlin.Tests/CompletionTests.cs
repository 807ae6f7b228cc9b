using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

/// <summary>In queries here, | is the cursor.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("|", "G", 0, 0)]
    [InlineData("g|", "G", 0, 1)]
    [InlineData("G.|", "V(", 2, 0)]
    [InlineData("G.|", "At(", 2, 0)]
    [InlineData("G.V().Ha|", "Has(", 6, 2)]
    [InlineData("G.V().ha|", "HasEither(", 6, 2)]
    [InlineData("G.V().Ha|sX()", "HasKey(", 6, 4)]
    [InlineData("G.V().Cou|", "Count()", 6, 3)]
    [InlineData("G.V()|", ".Has(", 5, 0)]
    [InlineData("G.E().|", "OutV(", 6, 0)]
    [InlineData("G.Flows().|", "CaptureNode(", 10, 0)]
    [InlineData("G.V().Metrics().|", "Aggregates(", 16, 0)]
    [InlineData("G.V().Values('Name').|", "Is(", 21, 0)]
    [InlineData("G.V().Has(|", "'Type'", 10, 0)]
    [InlineData("G.V().Has('T|", "'Type'", 10, 2)]
    [InlineData("G.V().Has('T|')", "'Type'", 10, 3)]
    [InlineData("G.V().Has(\"T|", "\"Type\"", 10, 2)]
    [InlineData("G.V().Has('@|", "'@ID'", 10, 2)]
    [InlineData("G.V().Has('Type', |", "'veth'", 18, 0)]
    [InlineData("G.V().Has('Type', |", "Regex(", 18, 0)]
    [InlineData("G.V().Has('Type', 've|')", "'veth'", 18, 4)]
    [InlineData("G.V().Has('Type', Within('host', 'v|", "'veth'", 33, 2)]
    [InlineData("G.V().Has('MTU', Gt(|", "1500", 20, 0)]
    [InlineData("G.V().Has('Name', 'x', 'Sta|", "'State'", 23, 4)]
    [InlineData("G.V().Has('State', |", "'DOWN'", 19, 0)]
    [InlineData("G.E().Has('RelationType', |", "'layer2'", 26, 0)]
    [InlineData("G.V().OutE('RelationType', |", "'ownership'", 27, 0)]
    [InlineData("G.V().OutE(|", "'RelationType'", 11, 0)]
    [InlineData("G.E().OutV('Ty|", "'Type'", 11, 3)]
    [InlineData("G.Flows('App|", "'Application'", 8, 4)]
    [InlineData("G.Flows().Has('Network|", "'Network.A'", 14, 8)]
    [InlineData("G.V().Sort(|", "DESC", 11, 0)]
    [InlineData("G.V().Sort(D|", "DESC", 11, 1)]
    [InlineData("G.At(|", "NOW", 5, 0)]
    [InlineData("G.At(NOW, |", "FOREVER", 10, 0)]
    [InlineData("G.V().ShortestPathTo(|", "Metadata(", 21, 0)]
    [InlineData("G.V().ShortestPathTo(Metadata('Na|", "'Name'", 30, 3)]
    [InlineData("G.V().ShortestPathTo(Metadata('Type', |", "'bridge'", 38, 0)]
    [InlineData("G.V().Metrics('|", "'SFlow'", 14, 1)]
    [InlineData("G.V().Where(|", "Out(", 12, 0)]
    [InlineData("G.V().Where(|", "Within(", 12, 0)]
    [InlineData("G.V().Where(Out().|", "Has(", 18, 0)]
    [InlineData("G.V().Where(__.|", "In(", 15, 0)]
    [InlineData("G.V().Where(OutE('RelationType', |", "'layer2'", 33, 0)]
    [InlineData("G.V().Where(OutE().|", "OutV(", 19, 0)]
    [InlineData("G.V().Where(Out().Has('Type', |", "'veth'", 30, 0)]
    [InlineData("G.V().Group().|", "By(", 14, 0)]
    [InlineData("G.V().Group().By(|", "'Type'", 17, 0)]
    [InlineData("G.V().Order().By('Name', |", "DESC", 25, 0)]
    [InlineData("G.V().Repeat(Out()).|", "Times(", 20, 0)]
    [InlineData("G.V().As('a').Out().As('b').Select('|", "'b'", 35, 1)]
    [InlineData("G.V().Has('Type', 'veth').Out(|", "'IPV4'", 30, 0)]
    [InlineData("G.V().\n  Ha|", "Has(", 9, 2)]
    public void Complete_Place_OffersWhatMayStandThere(string query, string candidate, int start, int length)
    {
        var completion = Complete(query);
        Assert.Equal((start, length), (completion.Start, completion.Length));
        Assert.Contains(candidate, completion.Candidates.Select(static found => found.Text));
    }

    [Theory]
    [InlineData("G.|", "Has(")]
    [InlineData("G.V().|", "V(")]
    [InlineData("G.V().|", "OutV(")]
    [InlineData("G.V().|", "At(")]
    [InlineData("G.V().|", "By(")]
    [InlineData("G.E().|", "Out(")]
    [InlineData("G.V().Count().|", "Has(")]
    [InlineData("G.V().Where(|", "Flows2(")]
    [InlineData("G.V().Where(|", "Path()")]
    [InlineData("G.V().Has('Type', 'v|", "Gt(")]
    [InlineData("G.V().Has(|", "DESC")]
    [InlineData("G.V().Has('MTU', Gt(|", "'1500'")]
    public void Complete_Place_DoesNotOfferWhatMayNot(string query, string candidate) =>
        Assert.DoesNotContain(candidate, Complete(query).Candidates.Select(static found => found.Text));

    [Theory]
    [InlineData("x|")]
    [InlineData("G.V().Has('Type'|")]
    [InlineData("G.V())|")]
    [InlineData("G.V(#|")]
    [InlineData("G.V().Has('Type', 1x|")]
    [InlineData("1|")]
    public void Complete_NothingToSay_NoCandidates(string query) => Assert.Empty(Complete(query).Candidates);

    [Fact]
    public void Complete_Candidates_TellWhatTheyAre()
    {
        var has = Complete("G.V().Has|").Candidates[0];
        Assert.Equal(new("Has(", "Has", GremlinCandidateKind.Step, "The elements that have a field, or whose fields have certain values."), has);
        Assert.Contains(Complete("G.V().Has('Type', Gt|").Candidates, static found => found.Kind == GremlinCandidateKind.Predicate && found.Description.Length > 0);
        Assert.All(Complete("G.V().Has('|").Candidates, static found => Assert.Equal(GremlinCandidateKind.Key, found.Kind));
        Assert.All(Complete("G.V().Has('Type', '|").Candidates, static found => Assert.Equal(GremlinCandidateKind.Value, found.Kind));
    }

    [Fact]
    public void Complete_MoreThanWanted_SaysSo()
    {
        var source = Fixtures.Lab();
        var some = GremlinEngine.Complete("G.V().", 6, source, 3);
        Assert.Equal(3, some.Candidates.Count);
        Assert.True(some.HasMore);
        Assert.False(GremlinEngine.Complete("G.V().", 6, source, 1000).HasMore);
        Assert.Throws<ArgumentOutOfRangeException>(() => GremlinEngine.Complete("G", 2, source));
        Assert.Throws<ArgumentOutOfRangeException>(() => GremlinEngine.Complete("G", -1, source));
        Assert.Throws<ArgumentOutOfRangeException>(() => GremlinEngine.Complete("G", 1, source, 0));
    }

    /// <summary>Every step that is offered behind a valid query may really stand there.</summary>
    [Fact]
    public void Complete_BehindEveryQueryOfTheCorpus_OffersOnlyStepsThatApply()
    {
        var source = Fixtures.Lab();
        foreach (var test in Corpus.Cases.Where(static test => test.Sign != "!!"))
        {
            string query = test.Query.Trim() + ".";
            foreach (var candidate in GremlinEngine.Complete(query, query.Length, source, 1000).Candidates)
            {
                var error = Record.Exception(() => GremlinEngine.Compile($"{query}{candidate.Label}()"));
                bool doesNotApply = error is GremlinException { Reason: GremlinErrorReason.InvalidStep } invalid && invalid.Message.StartsWith($"invalid step '{candidate.Label}' on", StringComparison.Ordinal);
                Assert.False(doesNotApply, $"{query}{candidate.Label}: {error?.Message}");
            }
        }
    }

    /// <summary>Whatever the text and the place: candidates or none, and the replaced part lies in the text.</summary>
    [Fact]
    public void Complete_EveryPlaceOfMutatedQueries_Answers()
    {
        var source = Fixtures.Lab();
        var random = new Random(1);
        string[] queries = [.. Corpus.Cases.Select(static test => test.Query)];
        for (int i = 0; i < 5000; i++)
        {
            string text = queries[random.Next(queries.Length)];
            int cut = random.Next(text.Length + 1);
            string other = queries[random.Next(queries.Length)];
            text = text[..cut] + other[random.Next(other.Length)..];
            int position = random.Next(text.Length + 1);
            var completion = GremlinEngine.Complete(text, position, source);
            Assert.InRange(completion.Start, 0, position);
            Assert.InRange(completion.Start + completion.Length, position, text.Length);
        }
    }

    private static GremlinCompletion Complete(string query)
    {
        int position = query.IndexOf('|', StringComparison.Ordinal);
        return GremlinEngine.Complete(query.Remove(position, 1), position, Fixtures.Lab(), 1000);
    }
}
