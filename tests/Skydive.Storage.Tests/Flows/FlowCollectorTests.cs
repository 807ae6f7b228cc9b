using Skydive.Contracts.Queries;
using Skydive.Storage.Flows;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Flows;

public sealed class FlowCollectorTests
{
    [Fact]
    public void Add_MoreDifferentFlowsThanAllowed_EndsTheSearch()
    {
        var options = new HistoryStoreOptions { MaximumFlowsPerSearch = 2 };
        var stable = new FlowCollector(new() { Filter = Filter.Equal("NodeTID", "nobody") }, options);
        var unstable = new FlowCollector(new() { Filter = Filter.Equal("Last", -1) }, options);
        var error = Assert.Throws<HistoryException>(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                var flow = Make.Flow($"{i}", i, i);
                stable.Add(flow);
                unstable.Add(flow);
            }
        });
        Assert.Equal(HistoryErrorReason.TooLarge, error.Reason);
        for (int i = 0; i < 1000; i++)
        {
            stable.Add(Make.Flow($"{i}", i, i));
        }

        Assert.Empty(stable.Matches);
    }
}
