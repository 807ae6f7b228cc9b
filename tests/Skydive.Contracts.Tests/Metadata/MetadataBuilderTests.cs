using System.Diagnostics;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Metadata;

public sealed class MetadataBuilderTests
{
    [Fact]
    public void Build_NothingSet_IsTheEmptyMap() => Assert.Same(MetadataMap.Empty, new MetadataBuilder().Build());

    [Fact]
    public void Set_KeyTwice_LaterValueWins() =>
        Assert.Equal("""{"a":2,"b":1}""", new MetadataBuilder().Set("b", 1).Set("a", 1).Set("a", 2).Build().ToString());

    [Fact]
    public void Set_DottedKeys_BecomeNestedMaps() => Assert.Equal(
        """{"a":{"b":1,"c":{"d":2}},"x":{"":3}}""",
        new MetadataBuilder().Set("a.b", 1).Set("a.c.d", 2).Set("x.", 3).Build().ToString());

    [Fact]
    public void Set_DottedKeyThroughAScalar_LeavesTheScalar() =>
        Assert.Equal("""{"a":1}""", new MetadataBuilder().Set("a", 1).Set("a.b", 2).Set("a.b.c", 2).Build().ToString());

    [Fact]
    public void Set_DottedKeyIntoAMapThatWasSet_CopiesTheMap()
    {
        var inner = MetadataMap.Create(("b", 1));

        Assert.Equal("""{"a":{"b":1,"c":2}}""", new MetadataBuilder().Set("a", inner).Set("a.c", 2).Build().ToString());
        Assert.Equal("""{"b":1}""", inner.ToString());
    }

    [Fact]
    public void Set_MetadataPrefix_IsAKeyLikeAnyOther() =>
        Assert.Equal("""{"Metadata":{"a":1}}""", new MetadataBuilder().Set("Metadata.a", 1).Build().ToString());

    [Fact]
    public void SetIfNotNull_Null_SetsNothing() =>
        Assert.Equal("""{"b":1}""", new MetadataBuilder().SetIfNotNull("a", default).SetIfNotNull("b", 1).Build().ToString());

    [Fact]
    public void Build_ThenSet_GoesOnFromThereAndLeavesTheMapAlone()
    {
        var builder = new MetadataBuilder().Set("a.x", 1).Set("b", 2);
        var first = builder.Build();
        Assert.Same(first, builder.Build());
        var second = builder.Set("a.y", 3).Set("c", 4).Build();

        Assert.Equal("""{"a":{"x":1},"b":2}""", first.ToString());
        Assert.Equal("""{"a":{"x":1,"y":3},"b":2,"c":4}""", second.ToString());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Build_RandomKeys_AgreesWithASortedDictionary(int keys)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var builder = new MetadataBuilder();
            var model = new SortedDictionary<string, MetadataValue>(StringComparer.Ordinal);
            for (int i = 0; i < keys * 2; i++)
            {
                string key = "k" + random.Next(keys);
                builder.Set(key, i);
                model[key] = i;
                if (random.Next(keys) == 0)
                {
                    Assert.Equal(model.ToArray(), builder.Build().ToArray());
                }
            }

            Assert.Equal(model.ToArray(), builder.Build().ToArray());
        }
    }

    [Fact]
    public void Build_MapsWithTheSameKeys_ShareTheKeys()
    {
        var left = new MetadataBuilder().Set("Name", "a").Set("Type", "b").Build();
        var right = new MetadataBuilder().Set("Type", "c").Set("Name", "d").Build();

        Assert.Same(left.Keys, right.Keys);
        Assert.Same(left.Keys, left.With("Name", "z").Keys);
    }

    [Fact]
    public void Set_ManyKeysInTheWorstOrder_TakesNoQuadraticTime()
    {
        var watch = Stopwatch.StartNew();
        var flat = new MetadataBuilder();
        var nested = new MetadataBuilder();
        var wide = new MetadataBuilder();
        for (int i = 300_000; i > 0; i--)
        {
            string key = i.ToString("D7", System.Globalization.CultureInfo.InvariantCulture);
            flat.Set(key, i);
            nested.Set("a." + key, i);
            wide.Set(key + ".a", i);
        }

        Assert.Equal(300_000, flat.Build().Count);
        Assert.Equal(300_000, nested.Build()["a"].AsMap!.Count);
        Assert.Equal(300_000, wide.Build().Count);

        // Quadratic, this takes many minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    [Fact]
    public void Build_TwentyKeys_AllocatesLittleMoreThanTheMap()
    {
        string[] keys = [.. Enumerable.Range(0, 20).Select(static i => "Key" + i)];
        MetadataMap Make()
        {
            var builder = new MetadataBuilder();
            foreach (string key in keys)
            {
                builder.Set(key, 1);
            }

            return builder.Build();
        }

        for (int i = 0; i < 100; i++)
        {
            Make();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Make();
        }

        // The map with its values takes 32 + 24 + 20 x 16 bytes, the builder some 60.
        Assert.True((GC.GetAllocatedBytesForCurrentThread() - before) / 1000 < 500);
    }
}
