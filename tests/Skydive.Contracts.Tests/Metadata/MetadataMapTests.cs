using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Metadata;

public sealed class MetadataMapTests
{
    private static readonly MetadataMap s_map = MetadataJson.Parse(
        """
        {"a":{"b":{"c":1}},"s":"text","n":null,"d":[{"f":{"name":"x"}},{"f":{"other":1}},{"f":{"name":"y"}},5],"m":[[{"k":1}],[{"k":2}]],"e":[]}
        """).AsMap!;

    [Theory]
    [InlineData("a", """{"b":{"c":1}}""")]
    [InlineData("a.b", """{"c":1}""")]
    [InlineData("a.b.c", "1")]
    [InlineData("Metadata.a.b.c", "1")]
    [InlineData("s", "\"text\"")]
    [InlineData("n", "null")]
    [InlineData("d.f.name", """["x","y"]""")]
    [InlineData("d.f.other", "[1]")]
    [InlineData("m.k", "[[1],[2]]")]
    [InlineData("a.b.c.d", null)]
    [InlineData("a.x", null)]
    [InlineData("s.x", null)]
    [InlineData("d.f.none", null)]
    [InlineData("e.x", null)]
    [InlineData("", null)]
    [InlineData("a.", null)]
    [InlineData(".a", null)]
    public void TryGetPath_DottedPath_FindsWhatItLeadsTo(string path, string? json)
    {
        bool found = s_map.TryGetPath(FieldPath.Parse(path), out var value);

        Assert.Equal(json is not null, found);
        Assert.Equal(json is null ? default : MetadataJson.Parse(json), value);
    }

    [Theory]
    [InlineData("{}", "a", "1", """{"a":1}""")]
    [InlineData("{}", "a.b.c", "1", """{"a":{"b":{"c":1}}}""")]
    [InlineData("""{"a":{"b":2}}""", "a.c", "1", """{"a":{"b":2,"c":1}}""")]
    [InlineData("""{"a":{"b":2}}""", "a", "1", """{"a":1}""")]
    [InlineData("""{"a":{"b":2}}""", "a.b.c", "1", """{"a":{"b":2}}""")]
    [InlineData("""{"a":[1]}""", "a.b", "1", """{"a":[1]}""")]
    [InlineData("""{"a":null}""", "a.b", "1", """{"a":null}""")]
    [InlineData("""{"a":1}""", "Metadata.a", "2", """{"Metadata":{"a":2},"a":1}""")]
    [InlineData("{}", "", "1", """{"":1}""")]
    public void With_Path_MakesWhatIsMissingAndOverwritesNoScalarOnTheWay(string before, string path, string value, string after)
    {
        var map = MetadataJson.Parse(before).AsMap!;
        var changed = map.With(path, MetadataJson.Parse(value));

        Assert.Equal(after, changed.ToString());
        Assert.Equal(before, map.ToString());
        Assert.Equal(before == after, ReferenceEquals(map, changed));
    }

    [Fact]
    public void With_EqualValue_GivesTheSameMap()
    {
        Assert.Same(s_map, s_map.With("a.b.c", 1));
        Assert.Same(s_map, s_map.With("d", MetadataJson.Parse(s_map["d"].ToString())));
        Assert.Same(s_map, s_map.With("n", default));
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", "a", """{"b":2}""")]
    [InlineData("""{"a":1}""", "a", "{}")]
    [InlineData("""{"a":{"b":{"c":1}},"z":1}""", "a.b.c", """{"z":1}""")]
    [InlineData("""{"a":{"b":{"c":1},"d":2}}""", "a.b.c", """{"a":{"d":2}}""")]
    [InlineData("""{"a":{"b":1}}""", "a.c", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":1}}""", "a.b.c", """{"a":{"b":1}}""")]
    [InlineData("""{"a":[{"b":1}]}""", "a.b", """{"a":[{"b":1}]}""")]
    [InlineData("""{"a":{}}""", "a.b", """{"a":{}}""")]
    public void Without_Path_RemovesTheLeafAndParentsThatBecameEmpty(string before, string path, string after)
    {
        var map = MetadataJson.Parse(before).AsMap!;
        var changed = map.Without(path);

        Assert.Equal(after, changed.ToString());
        Assert.Equal(before, map.ToString());
        Assert.Equal(before == after, ReferenceEquals(map, changed));
    }

    [Fact]
    public void WithAndWithout_RandomKeys_AgreeWithADictionaryAndLeaveOlderMapsAlone()
    {
        var random = new Random(1);
        var map = MetadataMap.Empty;
        var model = new SortedDictionary<string, MetadataValue>(StringComparer.Ordinal);
        var kept = new List<(MetadataMap Map, KeyValuePair<string, MetadataValue>[] Entries)>();
        for (int i = 0; i < 5000; i++)
        {
            string key = "k" + random.Next(60);
            if (random.Next(3) == 0)
            {
                map = map.Without(key);
                model.Remove(key);
            }
            else
            {
                MetadataValue value = random.Next(3);
                map = map.With(key, value);
                model[key] = value;
            }

            Assert.Equal(model.ToArray(), map.ToArray());
            if (i % 500 == 0)
            {
                kept.Add((map, map.ToArray()));
            }
        }

        Assert.All(kept, static pair => Assert.Equal(pair.Entries, pair.Map.ToArray()));
    }

    [Fact]
    public void Enumeration_Map_IsInOrdinalOrder()
    {
        var map = MetadataMap.Create(("b", 1), ("a", 2), ("B", 3), ("é", 4), ("", 5));

        Assert.Equal(["", "B", "a", "b", "é"], map.Keys);
        Assert.Equal([5, 3, 2, 1, 4], map.Values);
        Assert.Equal(map.Keys, map.KeySpan.ToArray());
        Assert.Equal(5, map.Count);
        Assert.True(map.ContainsKey("B"));
        Assert.False(map.TryGetValue("x", out var missing));
        Assert.True(missing.IsNull);
        Assert.True(map["x"].IsNull);
    }

    [Fact]
    public void With_MoreLevelsThanAllowed_IsRefused()
    {
        string deepest = string.Join('.', Enumerable.Repeat("a", MetadataJson.MaximumDepth));

        Assert.Equal(1, MetadataMap.Empty.With(deepest, 1).TryGetPath(FieldPath.Parse(deepest), out var value) ? value : default);
        Assert.Throws<ArgumentException>(() => MetadataMap.Empty.With(deepest + ".a", 1));
        Assert.Throws<ArgumentException>(() => MetadataMap.Empty.With(deepest, MetadataMap.Create(("a", 1))));
        Assert.Throws<ArgumentException>(() => MetadataMap.Empty.With(new string('.', 1_000_000), 1));
        Assert.Throws<ArgumentException>(() => MetadataMap.Empty.Without(new string('.', 1_000_000)));
        Assert.Throws<ArgumentException>(() => new MetadataBuilder().Set(new string('.', 1_000_000), 1));
        Assert.False(MetadataMap.Empty.TryGetPath(FieldPath.Parse(new string('.', 1_000_000)), out _));
    }
}
