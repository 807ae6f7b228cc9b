using Skydive.Contracts.Topology;

namespace Skydive.Storage;

/// <summary>An element that was not the same at two times. Its ends are those that are known now, as in a view of one time.</summary>
/// <param name="Before">The revision at the one time; null when the element was not there.</param>
/// <param name="After">The revision at the other time; null when the element was not there.</param>
public sealed record ElementDifference(GraphElement? Before, GraphElement? After);
