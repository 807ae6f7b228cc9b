using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>Sums over a group of flows.</summary>
/// <param name="Group">The value that the flows have in common; null for those that lack it, and for a sum over all.</param>
/// <param name="Count">How many flows, or updates of flows.</param>
/// <param name="Sums">The sums, in the order of the fields that were asked for; a sum beyond 64 bits is the largest number, or the smallest.</param>
public sealed record FlowSum(MetadataValue Group, long Count, IReadOnlyList<long> Sums);
