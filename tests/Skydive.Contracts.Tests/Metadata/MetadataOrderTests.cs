using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Metadata;

public sealed class MetadataOrderTests
{
    [Fact]
    public void Compare_ValuesOfAllKinds_AreInTheDocumentedOrder()
    {
        MetadataValue[] ordered =
        [
            default, false, true, double.NaN, double.NegativeInfinity, long.MinValue, -1.5, -1, 0, 0.5, 1, long.MaxValue - 1, long.MaxValue,
            9.2233720368547758E18, 1e300, double.PositiveInfinity, string.Empty, "A", "B", "a", "é", MetadataValue.List(), MetadataMap.Empty,
        ];

        for (int i = 0; i < ordered.Length; i++)
        {
            for (int j = 0; j < ordered.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Math.Sign(MetadataOrder.Instance.Compare(ordered[i], ordered[j])));
            }
        }
    }

    [Fact]
    public void Compare_ListsOrMaps_AreAlike()
    {
        Assert.Equal(0, MetadataOrder.Instance.Compare(MetadataValue.List(1), MetadataValue.List(2)));
        Assert.Equal(0, MetadataOrder.Instance.Compare(MetadataMap.Create(("a", 1)), MetadataMap.Empty));
    }

    /// <summary>Numbers as far from zero as they go, next to each other: integers that a double cannot hold, and doubles around them.</summary>
    [Fact]
    public void Compare_AnyThreeNumbers_AreInOneOrder()
    {
        var values = new List<MetadataValue> { double.NaN, double.NegativeInfinity, double.PositiveInfinity, double.MaxValue, double.MinValue, 0.5, -0.5, 0, double.Epsilon };
        foreach (long power in (long[])[1L << 51, 1L << 52, 1L << 53, 1L << 54, 1L << 62, long.MaxValue])
        {
            for (long distance = -3; distance <= (power == long.MaxValue ? 0 : 3); distance++)
            {
                values.Add(power + distance);
                values.Add(-power - distance);
            }

            double next = power;
            for (int i = 0; i < 3; i++)
            {
                next = Math.BitIncrement(next);
                values.AddRange([next, -next, next - 0.5, 0.5 - next]);
            }
        }

        foreach (var x in values)
        {
            foreach (var y in values)
            {
                int order = Math.Sign(MetadataOrder.Instance.Compare(x, y));
                Assert.Equal(-order, Math.Sign(MetadataOrder.Instance.Compare(y, x)));
                Assert.True(order != 0 || x == y || (double.IsNaN(Number(x)) && double.IsNaN(Number(y))), $"{x} and {y} differ");
                foreach (var z in values)
                {
                    if (order <= 0 && MetadataOrder.Instance.Compare(y, z) <= 0)
                    {
                        Assert.True(MetadataOrder.Instance.Compare(x, z) <= 0, $"{x} ≤ {y} ≤ {z}");
                    }
                }
            }
        }

        static double Number(MetadataValue value) => value.TryGetDouble(out double number) ? number : 0;
    }
}
