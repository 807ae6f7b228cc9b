using Skydive.Storage.Sqlite;

namespace Skydive.Storage.Tests.Sqlite;

public sealed class LengthClassTests
{
    [Theory]
    [InlineData(5, 5, 0)]
    [InlineData(5, 6, 1)]
    [InlineData(5, 7, 2)]
    [InlineData(5, 8, 2)]
    [InlineData(0, long.MaxValue, 63)]
    [InlineData(long.MinValue, long.MaxValue, 64)]
    public void Of_Span_IsTheBitsOfItsLength(long first, long last, int expected) => Assert.Equal(expected, LengthClass.Of(first, last));

    [Fact]
    public void EarliestBegin_SpansThatReachATime_BeginThereOrLater()
    {
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++)
        {
            long first = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            long last = unchecked(first + (random.NextInt64(long.MaxValue) >> random.Next(63)));
            if (last < first)
            {
                continue;
            }

            int lengthClass = LengthClass.Of(first, last);
            Assert.InRange(lengthClass, 0, LengthClass.Open - 1);
            long time = random.Next(2) == 0 ? last : first + (random.NextInt64(long.MaxValue) % Math.Max(1, unchecked(last - first) & long.MaxValue));
            if (time <= last)
            {
                Assert.True(first >= LengthClass.EarliestBegin(lengthClass, time), $"[{first}, {last}] at {time}");
            }
        }
    }
}
