using System.Text.Json.Nodes;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

public sealed class ExplainTests
{
    [Fact]
    public async Task Explain_Query_TellsItsPlanAndWhereItStarts()
    {
        var source = Fixtures.Lab();
        var result = await GremlinEngine.ExecuteAsync("G.V().Has('Type', 'veth').Has('MTU', Gt(1400)).Out('Type', 'veth').Count().Explain()", source, null, default);
        Assert.Equal(GremlinKind.Values, result.Kind);
        var expected = JsonNode.Parse(
            """
            [
              {"Step":"G","Yields":"Graph"},
              {"Step":"V()[Type = \"veth\" and MTU > 1400]","Yields":"Nodes","Start":"index, 4 of 8 nodes"},
              {"Step":"Out[Type = \"veth\"]","Yields":"Nodes"},
              {"Step":"Count","Yields":"Value"}
            ]
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(result.ToJson())), result.ToJson());
    }

    [Theory]
    [InlineData("G.V().Has('MTU', 1500).Explain()", "all 8 nodes")]
    [InlineData("G.V('br0').Explain()", "identifiers")]
    [InlineData("G.E().Has('RelationType', 'layer2').Explain()", "index, 4 of 11 edges")]
    [InlineData("G.E().Explain()", "all 11 edges")]
    public async Task Explain_Start_TellsWhatIsLookedAt(string query, string start)
    {
        var result = await GremlinEngine.ExecuteAsync(query, Fixtures.Lab(), null, default);
        Assert.Equal(start, result.Values.Last().AsMap!["Start"].AsString);
    }

    /// <summary>Nothing is run: neither agents nor the store are asked.</summary>
    [Fact]
    public async Task Explain_FlowsAndPast_AsksNobody()
    {
        var source = Fixtures.Lab();
        var result = await GremlinEngine.ExecuteAsync("G.At('-1m').Flows().Has('Application', 'TCP').Limit(3).Explain()", source, null, default);
        Assert.Equal(
            ["G", "At(NOW-60000ms) without graph", "Flows[Application = \"TCP\"].Slice(0, 3)"],
            result.Values.Select(static value => value.AsMap!["Step"].AsString));
        Assert.Empty(source.Slices);
        Assert.Empty(((FakeFlowSource)source.Flows!).Searches);
    }

    [Theory]
    [InlineData("G.V().Where(Has('Type', 'veth').Has('State', 'UP'))", "G | V()[Type = \"veth\" and State = \"UP\"]")]
    [InlineData("G.V().Or(Has('Type', 'veth'), And(Has('State', 'UP'), Not(Has('MTU'))))", "G | V()[(Type = \"veth\" or State = \"UP\" and not (MTU exists))]")]
    [InlineData("G.V().Where(Out().Has('Type', 'veth')).Has('State', 'UP')", "G | V()[] | Where[Out[Type = \"veth\"]] | Has[State = \"UP\"]")]
    [InlineData("G.V().Has('Type', 'veth').Limit(3).Out().Path()", "G | V()[Type = \"veth\"] | Slice(0, 3) | Tracked[Out[] | Path]")]
    [InlineData("G.Flows().Order().By('Start', DESC).Limit(3)", "G | Flows[].Sort(DESC, Start).Slice(0, 3)")]
    [InlineData("G.V().Repeat(Out().Has('Type', 'veth')).Times(2).Emit()", "G | V()[] | Repeat[Out[Type = \"veth\"]].Times(2).Emit[]")]
    public void Compile_StepsInSteps_MadeCheaper(string query, string plan) => Assert.Equal(plan, GremlinEngine.Compile(query).Explain());
}
