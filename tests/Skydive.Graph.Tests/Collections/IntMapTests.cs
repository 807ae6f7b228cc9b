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

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(0, 31, 2)]
    [InlineData(5, 40, 100)]
    [InlineData(100, 1023, 40_000)]
    public void SetRange_BehindOthers_KeepsBothAndLeavesTheOlderMapAlone(int before, int first, int count)
    {
        object owner = new();
        IntMap<string> map = default;
        for (int i = 0; i < before; i++)
        {
            map = map.Set(i, "before" + i, owner);
        }

        var larger = map.SetRange(first, Enumerable.Range(0, count).Select(static i => "v" + i).ToArray(), new object());

        Assert.Equal(Enumerable.Range(0, before).Select(static i => "before" + i), map.Values());
        Assert.Equal(
            [.. Enumerable.Range(0, Math.Min(before, first)).Select(static i => "before" + i), .. Enumerable.Range(0, count).Select(static i => "v" + i)],
            larger.Values());
        Assert.Equal("v" + (count - 1), larger[first + count - 1]);
        Assert.Null(larger[first + count]);
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
