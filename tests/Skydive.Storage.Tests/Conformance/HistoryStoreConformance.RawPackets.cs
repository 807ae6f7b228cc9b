using Skydive.Contracts.Flows;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Conformance;

/// <summary>Packets of flows, and how far the runs of agents have come.</summary>
public abstract partial class HistoryStoreConformance
{
    [Fact]
    public async Task RawPackets_OfSeveralUpdates_AreOneListByIndex()
    {
        await using var store = Open();
        await store.AppendFlowsAsync(new FlowAppend { Flows = [Make.Flow("a", 1000, 2000)], Packets = [Packets("a", (1, 1000), (2, 1500)), Packets("b", (1, 1100))] }, None);
        await store.AppendFlowsAsync(new FlowAppend { Packets = [Packets("a", (3, 2500)), Packets("c")] }, None);

        // What comes again changes nothing.
        await store.AppendFlowsAsync(new FlowAppend { Packets = [Packets("a", (2, 1500), (3, 2500))] }, None);

        Assert.Equal([1, 2, 3], await FindAsync("a"));
        Assert.Equal([1, 2, 3], await FindAsync("a", "a", "nothing", "c"));
        Assert.Equal([2], await SearchAsync(new(1200, 1600), "a", "b"));
        Assert.Equal([2, 3], await SearchAsync(new(1500, 2500), "a"));
        Assert.Equal([], await SearchAsync(new(1501, 2499), "a"));
        Assert.Equal([], await FindAsync());
        var found = await store.SearchRawPacketsAsync(new() { FlowUUIDs = ["b", "a"] }, None);
        Assert.Equal(["a", "b"], found.Select(static flow => flow.FlowUUID).Order(StringComparer.Ordinal));
        var packet = found.Single(static flow => flow.FlowUUID == "b").Packets.Single();
        Assert.Equal((1100, 228, "0105"), (packet.Timestamp, packet.LinkType, Convert.ToHexString(packet.Data)));
        Assert.Empty(await store.CheckAsync(None));

        async Task<IEnumerable<long>> FindAsync(params string[] flows) => await SearchAsync(null, flows);
        async Task<IEnumerable<long>> SearchAsync(Contracts.Queries.TimeSlice? slice, params string[] flows) =>
            (await store.SearchRawPacketsAsync(new() { FlowUUIDs = flows, Slice = slice }, None)).SelectMany(static flow => flow.Packets).Select(static packet => packet.Index);
    }

    [Fact]
    public async Task FlowProgress_IsTheLargestSequence()
    {
        var run = Guid.NewGuid();
        await using var store = Open();
        await store.AppendFlowsAsync(new FlowAppend { Packets = [Packets("a", (1, 1000))], Progress = [new(run, 5)] }, None);
        await store.AppendFlowsAsync(new FlowAppend { Progress = [new(run, 3)] }, None);
        Assert.Equal(5, await store.GetFlowProgressAsync(run, None));
        Assert.Equal(0, await store.GetFlowProgressAsync(Guid.NewGuid(), None));
        Assert.Equal(1, (await store.GetStatisticsAsync(None)).RawPackets);
    }

    private static FlowRawPackets Packets(string flow, params (long Index, long Timestamp)[] packets) =>
        new(flow, [.. packets.Select(static packet => new RawPacket { Index = packet.Index, Timestamp = packet.Timestamp, LinkType = 228, Data = [(byte)packet.Index, 5] })]);
}
