using Skydive.Contracts.Metadata;

namespace Skydive.Storage.Tests.Support;

/// <summary>Metadata of all kinds, as a seeded generator makes them.</summary>
internal static class RandomMetadata
{
    private static readonly string[] s_texts = ["", "UP", "eth0", "02:42:ac:11:00:02", "日本語", new('x', 63), new('y', 64), new('z', 3000)];

    public static MetadataMap Map(Random random, int depth)
    {
        var builder = new MetadataBuilder();
        for (int count = random.Next(depth == 0 ? 20 : 5); count > 0; count--)
        {
            builder.Set(Key(random), Value(random, depth + 1));
        }

        return builder.Build();
    }

    /// <summary>The map with a few things otherwise.</summary>
    public static MetadataMap Change(Random random, MetadataMap map)
    {
        for (int count = random.Next(4); count > 0; count--)
        {
            string key = Key(random);
            map = random.Next(4) == 0 ? map.Without(key)
                : map[key].AsMap is { } inner && random.Next(3) > 0 ? map.With(key, Change(random, inner))
                : map.With(key, Value(random, 1));
        }

        return map;
    }

    public static MetadataValue Value(Random random, int depth) => random.Next(depth > 4 ? 8 : 10) switch
    {
        0 => default,
        1 => random.Next(2) == 0,
        2 => random.Next(300) - 100,
        3 => random.NextInt64(long.MinValue, long.MaxValue),
        4 => random.NextDouble() * 1000,
        5 => new[] { double.NaN, double.PositiveInfinity, 1e300, -0.5 }[random.Next(4)],
        6 or 7 => s_texts[random.Next(s_texts.Length)],
        8 => MetadataValue.List(Enumerable.Range(0, random.Next(5)).Select(_ => Value(random, depth + 1)).ToArray()),
        _ => Map(random, depth),
    };

    private static string Key(Random random) => random.Next(30) switch
    {
        0 => "",
        1 => new('k', 100),
        2 => "ключ",
        var number => $"Key{number}",
    };
}
