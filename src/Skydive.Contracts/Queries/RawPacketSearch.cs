namespace Skydive.Contracts.Queries;

/// <summary>A question for the packets of flows that were kept.</summary>
public sealed record RawPacketSearch
{
    /// <summary>The flows, by UUID.</summary>
    public required IReadOnlyCollection<string> FlowUUIDs { get; init; }

    /// <summary>The topology identifiers of the nodes where these flows were captured, which tell whom to ask; null when they are not known.</summary>
    public IReadOnlyCollection<string>? NodeTIDs { get; init; }

    /// <summary>Only packets with a timestamp in this span; null for any.</summary>
    public TimeSlice? Slice { get; init; }
}
