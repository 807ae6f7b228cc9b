using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests;

/// <summary>Makes metadata of every shape from a seed.</summary>
internal static class RandomMetadata
{
    private static readonly string[] s_texts = ["", "UP", "veth", "10.0.0.1/24", "naïve ✓", "a\"b\\c\n\t\u0001", "𝄞 clef", "</script>", "null", "0"];
    private static readonly string[] s_keys = ["", "A", "B", "Name", "Type", "x y", "é", "K8s", "z", "IPV4", "aa", "ab"];

    public static MetadataValue Value(Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 9 : 7))
        {
            case 0:
                return default;
            case 1:
                return random.Next(2) == 0;
            case 2:
                return random.NextInt64(long.MinValue, long.MaxValue);
            case 3:
                return random.Next(-5, 5);
            case 4:
                return (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300));
            case 5:
                return s_texts[random.Next(s_texts.Length)];
            case 6:
                return random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case 7:
                return MetadataValue.List(Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1)));
            default:
                return Map(random, depth - 1);
        }
    }

    public static MetadataMap Map(Random random, int depth)
    {
        var builder = new MetadataBuilder();
        for (int i = random.Next(6); i > 0; i--)
        {
            builder.Set(s_keys[random.Next(s_keys.Length)], Value(random, depth));
        }

        return builder.Build();
    }
}
