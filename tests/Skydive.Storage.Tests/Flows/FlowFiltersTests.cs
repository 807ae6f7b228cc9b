using Skydive.Contracts.Queries;
using Skydive.Storage.Flows;

namespace Skydive.Storage.Tests.Flows;

public sealed class FlowFiltersTests
{
    public static TheoryData<Filter?, bool> Filters => new()
    {
        { null, true },
        { Filter.Equal("Network.A", "10.0.0.1"), true },
        { Filter.NotEqual("NodeTID", "x"), true },
        { new RegexFilter("TrackingID", "a.*"), true },
        { new AddressRangeFilter("Network", "10.0.0.0/8"), true },
        { new WithinFilter("Transport.B", [80, 443]), true },
        { new AnyFilter([Filter.Equal("Network.A", "x"), new NotFilter(Filter.Equal("Network.B", "x"))]), true },
        { Filter.Equal("Last", 5), false },
        { new CompareFilter("Metric.ABPackets", Comparison.GreaterThan, 5), false },
        { new ExistsFilter("LastUpdateMetric"), false },
        { new ExistsFilter("FinishType"), false },
        { new AllFilter([Filter.Equal("Network.A", "x"), new NotFilter(new ExistsFilter("Metric.RTT"))]), false },
        { Filter.Equal("SomethingElse", 5), false },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void IsStable_Filter_IsWhatAllUpdatesMeetAlike(Filter? filter, bool expected) => Assert.Equal(expected, FlowFilters.IsStable(filter));
}
