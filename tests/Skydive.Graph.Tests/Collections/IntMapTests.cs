using Skydive.Graph.Collections;

namespace Skydive.Graph.Tests.Collections;

public sealed class IntMapTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(2000)]
    [InlineData(int.MaxValue)]
    public void Set_RandomKeys_AgreesWithADictionaryAndLeavesOlderMapsAlone(int range)
    {
        var random = new Random(range);
        IntMap<string> map = default;
        var model = new SortedDictionary<int, string>();
        var kept = new List<(IntMap<string> Map, SortedDictionary<int, string> Model)>();
        object owner = new();
        int[] keys = [.. Enumerable.Range(0, 500).Select(_ => random.Next(range))];
        for (int i = 0; i < 30_000; i++)
        {
            int key = keys[random.Next(keys.Length)];
            if (random.Next(2) == 0)
            {
                map = map.Set(key, null, owner);
                model.Remove(key);
            }
            else
            {
                map = map.Set(key, "v" + i, owner);
                model[key] = "v" + i;
            }

            if (random.Next(100) == 0)
            {
                // A new writer: what was made so far must not change any more.
                kept.Add((map, new(model)));
                owner = new();
            }
        }

        kept.Add((map, model));
        Assert.All(kept, pair =>
        {
            Assert.Equal(pair.Model.Values, pair.Map.Values());
            Assert.All(keys, key => Assert.Equal(pair.Model.GetValueOrDefault(key), pair.Map[key]));
        });
    }

    [Fact]
    public void Get_KeysOutsideOfWhatWasSet_AreAbsent()
    {
        IntMap<string> map = default;
        Assert.Null(map[0]);
        map = map.Set(5, "x", new object());

        Assert.Equal("x", map[5]);
        Assert.Null(map[4]);
        Assert.Null(map[37]);
        Assert.Null(map[int.MaxValue]);
        Assert.Null(map[-1]);
        Assert.Empty(map.Set(5, null, new object()).Values());
    }
}
