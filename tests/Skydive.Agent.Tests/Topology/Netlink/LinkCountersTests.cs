using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Tests.Topology.Netlink;

public sealed class LinkCountersTests
{
    [Fact]
    public void Start_HasTotalsWithoutZerosAndNoSample()
    {
        var counters = new LinkCounters(new() { RxPackets = 3, RxBytes = 300 }, 1000);

        Assert.Equal(MetadataMap.Create(("RxPackets", 3), ("RxBytes", 300), ("Last", 1000)), counters.Metric.AsMap);
        Assert.True(counters.LastUpdate.IsNull);
    }

    [Fact]
    public void Start_NothingCounted_HasNeither()
    {
        var counters = new LinkCounters(new(), 1000);

        Assert.True(counters.Metric.IsNull);
        Assert.True(counters.LastUpdate.IsNull);
    }

    [Fact]
    public void Update_SomethingCounted_IsASampleOfItsInterval()
    {
        var counters = new LinkCounters(new() { RxPackets = 3 }, 1000);

        Assert.True(counters.Update(new() { RxPackets = 10, TxBytes = 5 }, 31_000));

        Assert.Equal(MetadataMap.Create(("RxPackets", 7), ("TxBytes", 5), ("Start", 1000), ("Last", 31_000)), counters.LastUpdate.AsMap);
        Assert.Equal(MetadataMap.Create(("RxPackets", 10), ("TxBytes", 5), ("Last", 31_000)), counters.Metric.AsMap);
    }

    [Fact]
    public void Update_NothingCounted_KeepsTheSampleAndTheNextBeginsAtTheLastReading()
    {
        var counters = new LinkCounters(new() { RxPackets = 3 }, 1000);
        counters.Update(new() { RxPackets = 4 }, 2000);
        var before = counters.LastUpdate;

        Assert.False(counters.Update(new() { RxPackets = 4 }, 3000));
        Assert.Equal(before, counters.LastUpdate);

        Assert.True(counters.Update(new() { RxPackets = 6 }, 4000));
        Assert.Equal(MetadataMap.Create(("RxPackets", 2), ("Start", 3000), ("Last", 4000)), counters.LastUpdate.AsMap);
    }

    [Fact]
    public void Update_SmallerThanBefore_CountsFromZero()
    {
        var counters = new LinkCounters(new() { RxPackets = 1000, TxPackets = 7 }, 1000);

        Assert.True(counters.Update(new() { RxPackets = 5, TxPackets = 9 }, 2000));

        Assert.Equal(MetadataMap.Create(("RxPackets", 5), ("TxPackets", 9), ("Start", 1000), ("Last", 2000)), counters.LastUpdate.AsMap);
    }

    [Fact]
    public void Update_SetBackToZero_IsNoSample()
    {
        var counters = new LinkCounters(new() { RxPackets = 1000 }, 1000);

        Assert.False(counters.Update(new(), 2000));
        Assert.True(counters.LastUpdate.IsNull);
        Assert.True(counters.Update(new() { RxPackets = 1 }, 3000));
        Assert.Equal(1, counters.LastUpdate.AsMap!["RxPackets"]);
    }

    [Fact]
    public void Update_BeyondWhatANumberHolds_StaysAtTheLargest()
    {
        var counters = new LinkCounters(new() { RxBytes = ulong.MaxValue }, 1000);

        Assert.Equal(long.MaxValue, counters.Metric.AsMap!["RxBytes"]);
    }
}
