using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Metadata;

public sealed class MetadataShapeTests
{
    private static readonly MetadataShape s_shape = new("A", "B", "a");

    [Fact]
    public void Build_AllValues_IsAsTheBuilderMakesIt()
    {
        var map = s_shape.Build(1, "two", MetadataMap.Create(("x", true)));

        Assert.Equal(MetadataMap.Create(("a", MetadataMap.Create(("x", true))), ("A", 1), ("B", "two")), map);
        Assert.Equal("two", map["B"]);
    }

    [Fact]
    public void Build_NullValue_LeavesTheKeyOut()
    {
        var map = s_shape.Build(1, default, "three");

        Assert.Equal(["A", "a"], map.Keys);
        Assert.Equal(2, map.Count);
        Assert.Same(MetadataMap.Empty, s_shape.Build(default, default, default));
    }

    [Fact]
    public void Build_SameKeys_ShareTheArray()
    {
        var one = s_shape.Build(1, default, 2);
        var other = s_shape.Build(3, default, 4);

        Assert.True(one.KeySpan == other.KeySpan);
    }

    [Fact]
    public void Build_AllCombinationsOfManyKeys_StayRight()
    {
        var shape = new MetadataShape([.. Enumerable.Range(0, 12).Select(static i => $"k{i:d2}")]);
        var values = new MetadataValue[12];
        for (int mask = 0; mask < 1 << 12; mask++)
        {
            for (int i = 0; i < 12; i++)
            {
                values[i] = (mask & (1 << i)) != 0 ? i : default(MetadataValue);
            }

            var map = shape.Build(values);

            Assert.Equal(int.PopCount(mask), map.Count);
            Assert.All(map, static entry => Assert.Equal(int.Parse(entry.Key.AsSpan(1), provider: null), entry.Value));
        }
    }

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("a", "b.c")]
    public void Constructor_KeysThatAreNotInOrder_AreRefused(string first, string second) =>
        Assert.Throws<ArgumentException>(() => new MetadataShape(first, second));

    [Fact]
    public void Build_WrongNumberOfValues_IsRefused() => Assert.Throws<ArgumentException>(static () => s_shape.Build(1, 2));
}
