using Skydive.Contracts.Flows;

namespace Skydive.Contracts.Queries;

/// <summary>Something that can be asked for the packets of flows: the live tables of agents, or the store.</summary>
public interface IRawPacketSource
{
    /// <summary>Finds the packets that were kept of some flows.</summary>
    /// <param name="search">Which flows.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The flows of which there are packets, in no particular order; each flow once.</returns>
    Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken);
}
