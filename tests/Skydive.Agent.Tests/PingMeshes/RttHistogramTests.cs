using Skydive.Agent.PingMeshes;

namespace Skydive.Agent.Tests.PingMeshes;

public sealed class RttHistogramTests
{
    [Fact]
    public void Percentile_WithoutTimes_IsZero() => Assert.Equal(0, new RttHistogram().Percentile(500));

    [Theory]
    [InlineData(500, 500_000)]
    [InlineData(950, 950_000)]
    [InlineData(990, 990_000)]
    public void Percentile_OfAThousandTimes_IsRightToASixteenth(int perMille, long expected)
    {
        var histogram = new RttHistogram();
        for (long i = 1; i <= 1000; i++)
        {
            histogram.Add(i * 1000);
        }

        Assert.InRange(histogram.Percentile(perMille), expected * 15 / 16, expected * 17 / 16);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(68_719_476_735)]
    [InlineData(68_719_476_736)]
    [InlineData(long.MaxValue)]
    public void Add_AnyTime_IsCounted(long time)
    {
        var histogram = new RttHistogram();
        histogram.Add(time);
        Assert.InRange(histogram.Percentile(1000), 1024, 1L << 37);
    }
}
