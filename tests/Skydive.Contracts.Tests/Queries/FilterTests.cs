using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Queries;

public sealed class FilterTests
{
    private static readonly Node s_node = new()
    {
        Id = "n-1",
        Host = "host1",
        Origin = "agent.host1",
        CreatedAt = 10,
        UpdatedAt = 20,
        Revision = 3,
        Metadata = MetadataJson.Parse(
            """
            {"Name":"eth0","MTU":1500,"Rate":0.5,"Big":9007199254740993,"Up":true,"None":null,"IPV4":["10.0.0.5/24","10.0.0.6/24"],"Nested":[[1],[2,3]],
             "Metric":{"RxBytes":7},"Neighbors":[{"MAC":"a"},{"MAC":"b"},{"X":1}],"Empty":[]}
            """).AsMap!,
    };

    [Theory]
    [InlineData("Name", "\"eth0\"", true)]
    [InlineData("Name", "\"ETH0\"", false)]
    [InlineData("Metadata.Name", "\"eth0\"", true)]
    [InlineData("MTU", "1500", true)]
    [InlineData("MTU", "1500.0", true)]
    [InlineData("MTU", "\"1500\"", false)]
    [InlineData("Rate", "0.5", true)]
    [InlineData("Up", "true", true)]
    [InlineData("Up", "1", false)]
    [InlineData("None", "null", true)]
    [InlineData("Missing", "null", false)]
    [InlineData("IPV4", "\"10.0.0.6/24\"", true)]
    [InlineData("IPV4", "\"10.0.0.7/24\"", false)]
    [InlineData("IPV4", "[\"10.0.0.5/24\",\"10.0.0.6/24\"]", true)]
    [InlineData("IPV4", "[\"10.0.0.5/24\"]", false)]
    [InlineData("Empty", "[]", true)]
    [InlineData("Nested", "3", true)]
    [InlineData("Nested", "[2,3]", true)]
    [InlineData("Neighbors.MAC", "\"b\"", true)]
    [InlineData("Metric.RxBytes", "7", true)]
    [InlineData("Metric", "{\"RxBytes\":7}", true)]
    [InlineData("@ID", "\"n-1\"", true)]
    [InlineData("@Host", "\"host1\"", true)]
    [InlineData("@Origin", "\"agent.host1\"", true)]
    [InlineData("@CreatedAt", "10", true)]
    [InlineData("@UpdatedAt", "20", true)]
    [InlineData("@Revision", "3", true)]
    [InlineData("@DeletedAt", "0", false)]
    [InlineData("@Nothing", "null", false)]
    public void Equal_Field_ComparesDeeplyAndLooksIntoLists(string key, string json, bool isMet)
    {
        var value = MetadataJson.Parse(json);

        Assert.Equal(isMet, Filter.Equal(key, value).Matches(s_node));
        Assert.Equal(isMet, new WithinFilter(key, ["other", value]).Matches(s_node));
        Assert.Equal(s_node.TryGetField(FieldPath.Parse(key), out _) && !isMet, Filter.NotEqual(key, value).Matches(s_node));
    }

    [Theory]
    [InlineData("Name", true)]
    [InlineData("None", true)]
    [InlineData("Empty", true)]
    [InlineData("Metric.RxBytes", true)]
    [InlineData("Neighbors.X", true)]
    [InlineData("Metric.TxBytes", false)]
    [InlineData("@ID", true)]
    [InlineData("@DeletedAt", false)]
    public void Exists_Field_IsMetWhateverTheValue(string key, bool isMet) => Assert.Equal(isMet, new ExistsFilter(key).Matches(s_node));

    [Theory]
    [InlineData("MTU", "1500", false, true, false, true)]
    [InlineData("MTU", "1501", true, true, false, false)]
    [InlineData("MTU", "1499.5", false, false, true, true)]
    [InlineData("Rate", "1", true, true, false, false)]
    [InlineData("Big", "9007199254740992", false, false, true, true)]
    [InlineData("Big", "9007199254740994", true, true, false, false)]
    [InlineData("Nested", "2", true, true, true, true)]
    [InlineData("Name", "1", false, false, false, false)]
    [InlineData("Missing", "1", false, false, false, false)]
    public void Compare_Number_IsExact(string key, string number, bool less, bool lessOrEqual, bool greater, bool greaterOrEqual)
    {
        var value = MetadataJson.Parse(number);

        Assert.Equal(less, new CompareFilter(key, Comparison.LessThan, value).Matches(s_node));
        Assert.Equal(lessOrEqual, new CompareFilter(key, Comparison.LessThanOrEqual, value).Matches(s_node));
        Assert.Equal(greater, new CompareFilter(key, Comparison.GreaterThan, value).Matches(s_node));
        Assert.Equal(greaterOrEqual, new CompareFilter(key, Comparison.GreaterThanOrEqual, value).Matches(s_node));
    }

    [Fact]
    public void Compare_NaN_ComparesWithNothing()
    {
        var node = new Node { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Create(("x", double.NaN)) };

        Assert.All(Enum.GetValues<Comparison>(), comparison => Assert.False(new CompareFilter("x", comparison, 1).Matches(node)));
        Assert.Throws<ArgumentException>(() => new CompareFilter("x", Comparison.LessThan, double.NaN));
        Assert.Throws<ArgumentException>(() => new CompareFilter("x", Comparison.LessThan, "1"));
    }

    [Fact]
    public void Combinations_OfConditions_FollowLogic()
    {
        Filter met = new ExistsFilter("Name"), unmet = new ExistsFilter("Missing");

        Assert.True(new AllFilter([]).Matches(s_node));
        Assert.True(new AllFilter([met, met]).Matches(s_node));
        Assert.False(new AllFilter([met, unmet]).Matches(s_node));
        Assert.False(new AnyFilter([]).Matches(s_node));
        Assert.True(new AnyFilter([unmet, met]).Matches(s_node));
        Assert.False(new AnyFilter([unmet]).Matches(s_node));
        Assert.True(new NotFilter(unmet).Matches(s_node));
        Assert.False(new NotFilter(met).Matches(s_node));
        Assert.Null(Filter.And(null, null));
        Assert.Same(met, Filter.And(met, null));
        Assert.Same(met, Filter.And(null, met));
        Assert.Equal(3, Assert.IsType<AllFilter>(Filter.And(Filter.And(met, unmet), met)).Filters.Count);
    }

    [Fact]
    public void Matches_Edge_KnowsItsEnds()
    {
        var edge = new Edge { Id = "e", Parent = "p", Child = "c", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Empty };

        Assert.True(Filter.Equal("Parent", "p").Matches(edge));
        Assert.True(Filter.Equal("Child", "c").Matches(edge));
        Assert.False(Filter.Equal("Parent", "p").Matches(s_node));
    }
}
