using Skydive.Graph.Collections;

namespace Skydive.Graph.Tests.Collections;

public sealed class IntSetTests
{
    [Theory]
    [InlineData(3, 10)]
    [InlineData(40, 100)]
    [InlineData(100, 70)]
    [InlineData(5000, 3000)]
    [InlineData(1_000_000, 500)]
    public void AddAndRemove_RandomNumbers_AgreesWithASortedSetAndLeavesOlderSetsAlone(int range, int numbers)
    {
        var random = new Random(range);
        int[] pool = [.. Enumerable.Range(0, numbers).Select(_ => random.Next(range))];
        var set = IntSet.Empty;
        var model = new SortedSet<int>();
        var kept = new List<(IntSet Set, int[] Members)>();
        object owner = new();
        for (int i = 0; i < 20_000; i++)
        {
            // Grows and shrinks in turn, to pass through each form both ways.
            int value = pool[random.Next(pool.Length)];
            if (random.Next(10) < (i / 2000 % 2 == 0 ? 8 : 2))
            {
                set = set.Add(value, owner);
                model.Add(value);
            }
            else
            {
                set = set.Remove(value, owner);
                model.Remove(value);
            }

            Assert.Equal(model.Count, set.Count);
            Assert.Equal(model.Contains(pool[0]), set.Contains(pool[0]));
            if (random.Next(50) == 0)
            {
                kept.Add((set, [.. model]));
                owner = new();
            }
        }

        kept.Add((set, [.. model]));
        Assert.All(kept, pair =>
        {
            Assert.Equal(pair.Members, pair.Set.Members());
            Assert.Equal(pair.Members.Length, pair.Set.Count);
        });
        Assert.All(pool, value => Assert.Equal(model.Contains(value), set.Contains(value)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(70)]
    [InlineData(3000)]
    [InlineData(1_000_000)]
    public void AddMany_RandomNumbers_AgreesWithASortedSetAndLeavesOlderSetsAlone(int range)
    {
        var random = new Random(range);
        for (int round = 0; round < 300; round++)
        {
            int[] before = Numbers(), added = Numbers();
            object owner = new();
            var set = IntSet.Empty;
            foreach (int value in before)
            {
                set = set.Add(value, owner);
            }

            var larger = set.AddMany(added, round % 2 == 0 ? owner : new());

            Assert.Equal(before.Union(added).Order(), larger.Members());
            Assert.Equal(before.Union(added).Count(), larger.Count);
            if (round % 2 != 0)
            {
                Assert.Equal(before, set.Members());
            }
        }

        int[] Numbers() => [.. Enumerable.Range(0, random.Next(4) switch { 0 => 0, 1 => 1, 2 => random.Next(130), _ => random.Next(1000) })
            .Select(_ => random.Next(range)).Distinct().Order()];
    }

    [Fact]
    public void IsSame_SetsThatShareWhatChanges_AreTheSame()
    {
        object owner = new();
        var set = IntSet.Empty;
        Assert.False(set.IsSame(set.Add(1, owner)));
        for (int i = 0; i < 100; i++)
        {
            set = set.Add(i, owner);
        }

        Assert.True(set.IsSame(set.Add(200, owner)));
        Assert.False(set.IsSame(set.Add(201, new object())));
        Assert.True(set.IsSame(set.Add(5, new object())));
        Assert.True(set.IsSame(set.Remove(500, new object())));
        Assert.False(IntSet.Empty.Add(1, owner).IsSame(IntSet.Empty.Add(2, owner)));
    }
}
