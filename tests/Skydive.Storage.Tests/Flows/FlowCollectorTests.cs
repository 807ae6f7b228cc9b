using Skydive.Contracts.Queries;
using Skydive.Storage.Flows;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Flows;

public sealed class FlowCollectorTests
{
    [Fact]
    public void Add_EveryUpdateWanted_KeepsThoseThatCountedInTheSlice()
    {
        static Contracts.Flows.Flow Update(string id, long start, long last) =>
            Make.Flow(id, 0, last) with { LastUpdateMetric = new() { ABPackets = 1, Start = start, Last = last } };

        var collector = new FlowCollector(new() { Slice = new(15, 25), EveryUpdate = true }, new());
        foreach (var update in (Contracts.Flows.Flow[])[Update("a", 30, 40), Update("a", 20, 30), Update("b", 0, 15), Update("a", 10, 20), Update("a", 0, 10)])
        {
            collector.Add(update);
        }

        Assert.Equal([("a", 20L), ("b", 0L), ("a", 10L)], collector.Matches.Select(static flow => (flow.UUID, flow.LastUpdateMetric!.Start)));
    }

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
