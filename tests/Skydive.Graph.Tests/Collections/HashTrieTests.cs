using Skydive.Graph.Collections;

namespace Skydive.Graph.Tests.Collections;

public sealed class HashTrieTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(unchecked((int)0xc0000000))]
    [InlineData(0x7)]
    [InlineData(0)]
    public void SetAndRemove_RandomKeys_AgreesWithADictionaryAndLeavesOlderMapsAlone(int hashMask)
    {
        var random = new Random(hashMask);
        HashTrie<Key, int> trie = default;
        var model = new Dictionary<Key, int>();
        var kept = new List<(HashTrie<Key, int> Trie, Dictionary<Key, int> Model)>();
        object owner = new();
        Key[] keys = [.. Enumerable.Range(0, hashMask == -1 ? 2000 : 60).Select(i => new Key(i, unchecked(i * (int)0x9e3779b1) & hashMask))];
        for (int i = 0; i < 30_000; i++)
        {
            var key = keys[random.Next(keys.Length)];
            if (random.Next(10) < (i / 5000 % 2 == 0 ? 3 : 7))
            {
                trie = trie.Remove(key, owner);
                model.Remove(key);
            }
            else
            {
                trie = trie.Set(key, i, owner);
                model[key] = i;
            }

            Assert.Equal(model.Count, trie.Count);
            if (random.Next(200) == 0)
            {
                kept.Add((trie, new(model)));
                owner = new();
            }
        }

        kept.Add((trie, model));
        Assert.All(kept, pair =>
        {
            Assert.Equal(pair.Model.OrderBy(static entry => entry.Key.Number), pair.Trie.Entries().OrderBy(static entry => entry.Key.Number));
            Assert.All(keys, key =>
            {
                Assert.Equal(pair.Model.TryGetValue(key, out int expected), pair.Trie.TryGetValue(key, out int found));
                Assert.Equal(expected, found);
            });
        });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(unchecked((int)0xc0000000))]
    [InlineData(0x7)]
    [InlineData(0)]
    public void SetMany_RandomKeys_AgreesWithADictionaryAndLeavesOlderMapsAlone(int hashMask)
    {
        var random = new Random(hashMask);
        HashTrie<Key, int> trie = default;
        var model = new Dictionary<Key, int>();
        var kept = new List<(HashTrie<Key, int> Trie, Dictionary<Key, int> Model)>();
        object owner = new();
        Key[] keys = [.. Enumerable.Range(0, hashMask == -1 ? 5000 : 60).Select(i => new Key(i, unchecked(i * (int)0x9e3779b1) & hashMask))];
        for (int i = 0; i < 200; i++)
        {
            random.Shuffle(keys);
            KeyValuePair<Key, int>[] entries = [.. keys.Take(random.Next(random.Next(keys.Length))).Select(key => KeyValuePair.Create(key, i))];
            trie = trie.SetMany(entries, owner);
            foreach (var (key, value) in entries)
            {
                model[key] = value;
            }

            foreach (var key in keys.Take(random.Next(keys.Length / 2)))
            {
                trie = trie.Remove(key, owner);
                model.Remove(key);
            }

            Assert.Equal(model.Count, trie.Count);
            if (random.Next(4) == 0)
            {
                kept.Add((trie, new(model)));
                owner = new();
            }
        }

        Assert.All(kept, pair => Assert.Equal(pair.Model.OrderBy(static entry => entry.Key.Number), pair.Trie.Entries().OrderBy(static entry => entry.Key.Number)));
        Assert.All(keys, key =>
        {
            Assert.Equal(model.TryGetValue(key, out int expected), trie.TryGetValue(key, out int found));
            Assert.Equal(expected, found);
        });
    }

    [Fact]
    public void SetMany_HashesThatDifferInTheLastBitsOnly_AreToldApart()
    {
        KeyValuePair<Key, int>[] entries = [.. Enumerable.Range(0, 4).Select(static i => KeyValuePair.Create(new Key(i, i << 30), i))];

        var trie = default(HashTrie<Key, int>).SetMany(entries, new object());

        Assert.Equal(4, trie.Count);
        Assert.All(entries, entry => Assert.True(trie.TryGetValue(entry.Key, out int value) && value == entry.Value));
    }

    [Fact]
    public void Default_Map_IsEmpty()
    {
        HashTrie<string, int> trie = default;

        Assert.Equal(0, trie.Count);
        Assert.Empty(trie.Entries());
        Assert.False(trie.TryGetValue("x", out _));
        Assert.Equal(0, trie.Remove("x", new object()).Count);
    }

    private readonly record struct Key(int Number, int Hash)
    {
        public bool Equals(Key other) => Number == other.Number;

        public override int GetHashCode() => Hash;
    }
}
