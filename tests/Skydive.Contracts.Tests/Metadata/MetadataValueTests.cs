using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Metadata;

public sealed class MetadataValueTests
{
    [Theory]
    [InlineData(1.0, MetadataKind.Integer)]
    [InlineData(-0.0, MetadataKind.Integer)]
    [InlineData(1.5, MetadataKind.Double)]
    [InlineData(9.2233720368547758E18, MetadataKind.Double)]
    [InlineData(-9.2233720368547758E18, MetadataKind.Integer)]
    [InlineData(1e300, MetadataKind.Double)]
    [InlineData(double.NaN, MetadataKind.Double)]
    [InlineData(double.PositiveInfinity, MetadataKind.Double)]
    public void FromDouble_Number_IsIntegerWhenItHasNoFractionAndFits(double number, MetadataKind kind)
    {
        var value = MetadataValue.FromDouble(number);

        Assert.Equal(kind, value.Kind);
        Assert.True(value.TryGetDouble(out double back));
        Assert.Equal(number, back);
    }

    [Fact]
    public void Default_Any_IsNullOfEveryKind()
    {
        MetadataValue value = default;

        Assert.True(value.IsNull);
        Assert.Equal(MetadataKind.Null, value.Kind);
        Assert.Equal(MetadataValue.Null, value);
        Assert.Equal(value, (string?)null);
        Assert.Equal(value, (MetadataMap?)null);
        Assert.False(value.TryGetBoolean(out _));
        Assert.False(value.TryGetInteger(out _));
        Assert.False(value.TryGetDouble(out _));
        Assert.Equal(0, value.Elements.Length);
    }

    [Fact]
    public void Kind_EachShape_IsToldApart()
    {
        Assert.Equal(MetadataKind.Boolean, ((MetadataValue)false).Kind);
        Assert.Equal(MetadataKind.Integer, ((MetadataValue)0).Kind);
        Assert.Equal(MetadataKind.Integer, ((MetadataValue)long.MinValue).Kind);
        Assert.Equal(MetadataKind.Double, ((MetadataValue)0.5).Kind);
        Assert.Equal(MetadataKind.String, ((MetadataValue)string.Empty).Kind);
        Assert.Equal(MetadataKind.List, MetadataValue.List().Kind);
        Assert.Equal(MetadataKind.Map, ((MetadataValue)MetadataMap.Empty).Kind);
    }

    [Fact]
    public void Equals_ValuesOfDifferentKinds_Differ()
    {
        MetadataValue[] values = [default, false, true, 0, 1, 1.5, string.Empty, "0", "false", MetadataValue.List(), MetadataValue.List(0), MetadataMap.Empty, MetadataMap.Create(("a", 0))];

        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < values.Length; j++)
            {
                Assert.Equal(i == j, values[i] == values[j]);
                Assert.Equal(i != j, values[i] != values[j]);
            }
        }
    }

    [Fact]
    public void Equals_RandomValueReadAnew_IsDeepAndHashesAlike()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            var value = RandomMetadata.Value(new Random(seed), 4);
            var same = RandomMetadata.Value(new Random(seed), 4);

            Assert.Equal(value, same);
            Assert.True(value.Equals((object)same));
            Assert.Equal(value.GetHashCode(), same.GetHashCode());
        }
    }

    [Fact]
    public void Equals_MapThatDiffersDeepInside_IsFalse()
    {
        var left = MetadataMap.Create(("a", MetadataValue.List(MetadataMap.Create(("b", MetadataValue.List(1, 2))))));
        var right = MetadataMap.Create(("a", MetadataValue.List(MetadataMap.Create(("b", MetadataValue.List(1, 3))))));

        Assert.NotEqual(left, right);
        Assert.NotEqual((MetadataValue)left, (MetadataValue)right);
    }

    [Fact]
    public void GetHashCode_NumbersChosenToMeetWithPlainXor_DoNotMeet()
    {
        // low ^ high is 0 for each of these; a hash that input can steer makes maps and indexes quadratic.
        var hashes = Enumerable.Range(0, 10_000).Select(static i => ((MetadataValue)(((long)i << 32) | (uint)i)).GetHashCode()).ToHashSet();

        Assert.True(hashes.Count > 9_900, $"{hashes.Count} different hashes");
    }

    [Fact]
    public void ToObject_EachShape_IsPlain()
    {
        var map = MetadataMap.Create(("a", 1));

        Assert.Null(default(MetadataValue).ToObject());
        Assert.Equal(true, ((MetadataValue)true).ToObject());
        Assert.Equal(5L, ((MetadataValue)5).ToObject());
        Assert.Equal(0.5, ((MetadataValue)0.5).ToObject());
        Assert.Equal("x", ((MetadataValue)"x").ToObject());
        Assert.Same(map, ((MetadataValue)map).ToObject());
        Assert.Equal(new object?[] { 1L, "x", null }, MetadataValue.List(1, "x", default).ToObject());
    }

    [Theory]
    [InlineData("null", "")]
    [InlineData("true", "true")]
    [InlineData("1.5", "1.5")]
    [InlineData("-7", "-7")]
    [InlineData("\"x\"", "x")]
    [InlineData("[1,\"x\"]", "[1,\"x\"]")]
    [InlineData("{\"a\":{}}", "{\"a\":{}}")]
    public void ToString_EachShape_IsForPeople(string json, string text) => Assert.Equal(text, MetadataJson.Parse(json).ToString());

    [Fact]
    public void List_Elements_AreCopied()
    {
        MetadataValue[] elements = [1, 2];
        var list = MetadataValue.List(elements);
        elements[0] = 9;

        Assert.Equal(MetadataValue.List(1, 2), list);
        Assert.Equal(MetadataValue.List("a", "b"), MetadataValue.List(new List<string> { "a", "b" }));
    }
}
