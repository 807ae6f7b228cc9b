using Skydive.Agent.Blockdev;

namespace Skydive.Agent.Tests.Blockdev;

public sealed class DiskMetricTests
{
    [Fact]
    public void Between_TwoReadings_IsWhatIostatShows()
    {
        var before = new DiskCounters(100, 10, 8_000, 50, 200, 20, 16_000, 400, 1_000, 3_000);
        var after = new DiskCounters(160, 50, 9_200, 170, 500, 120, 28_000, 1_300, 4_000, 33_000);

        var metric = DiskMetric.Between(before, after, 1_000_000, 1_010_000)!;

        // In ten seconds 60 reads of 600 KiB in all took 120 ms, 300 writes of 6,000 KiB took 900 ms, and the disk was busy for 3 s.
        Assert.Equal(
            """
            {"AverageQueueSize":3,"AverageReadSize":10,"AverageWriteSize":20,"Last":1010000,"ReadServiceTime":2,"ReadsKBPerSec":60,"ReadsMerged":40,"ReadsMergedPerSec":4,"ReadsPerSec":6,"ServiceTime":8,"Start":1000000,"Utilization":30,"WriteServiceTime":3,"WritesKBPerSec":600,"WritesMerged":25,"WritesMergedPerSec":10,"WritesPerSec":30}
            """,
            metric.ToString());
    }

    [Fact]
    public void Between_IdleDisk_HasItsSpanAndNothingElse()
    {
        var counters = new DiskCounters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

        Assert.Equal("""{"Last":30000,"Start":5}""", DiskMetric.Between(counters, counters, 5, 30_000)!.ToString());
    }

    [Fact]
    public void Between_CountersThatBeganAnew_IsNothing()
    {
        var counters = new DiskCounters(100, 0, 100, 0, 100, 0, 100, 0, 0, 0);

        Assert.Null(DiskMetric.Between(counters, default, 0, 1000));
        Assert.Null(DiskMetric.Between(counters, counters, 1000, 1000));
    }

    [Fact]
    public void Between_BusyCounterOf32BitsWraps_IsNoHugeNumber()
    {
        var before = new DiskCounters(0, 0, 0, 0, 0, 0, 0, 0, uint.MaxValue, uint.MaxValue);

        Assert.Equal("""{"Last":1000,"Start":0}""", DiskMetric.Between(before, default, 0, 1000)!.ToString());
    }

    [Fact]
    public void Parse_KernelsText_GivesCountersByNumber()
    {
        const string Text =
            """
               8       0 sda 163946 33232 6045426 76937 490210 68330 36262192 389349 3 57180 482969 42103 86 15274664 13161 33085 3521
              11       0 sr0 1 2 3
             garbage
             254       1 vda1 1 2 3 4 5 6 7 8 9 10 11
               8      16 sdb a b c d e f g h i j k
            """;

        var counters = DiskCounters.Parse(Text);

        Assert.Equal(["254:1", "8:0"], counters.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new(163946, 33232, 6045426, 76937, 490210, 68330, 36262192, 389349, 57180, 482969), counters["8:0"]);
        Assert.Equal(new(1, 2, 3, 4, 5, 6, 7, 8, 10, 11), counters["254:1"]);
    }
}
