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
}
