using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>Updates of flows in memory, oldest first, asked as a real source is, and what was asked.</summary>
internal sealed class FakeFlowSource(IReadOnlyList<Flow> flows) : IFlowSource, IRawPacketSource
{
    public IReadOnlyList<FlowRawPackets> Packets { get; init; } = [];

    public List<RawPacketSearch> PacketSearches { get; } = [];

    public List<FlowSearch> Searches { get; } = [];

    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        Searches.Add(search);
        var found = flows.Where(search.Matches);
        return Task.FromResult(search.Finish(search.EveryUpdate ? found : found.Reverse().DistinctBy(static flow => flow.UUID)));
    }

    public Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken)
    {
        PacketSearches.Add(search);
        return Task.FromResult<IReadOnlyList<FlowRawPackets>>(
        [
            .. Packets.Where(flow => search.FlowUUIDs.Contains(flow.FlowUUID)).Select(flow => flow with
            {
                Packets = [.. flow.Packets.Where(packet => search.Slice is not { } slice || (packet.Timestamp >= slice.Start && packet.Timestamp <= slice.Last))],
            }),
        ]);
    }
}
