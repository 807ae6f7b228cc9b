using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>What was found for one node where a path may begin.</summary>
/// <param name="Source">The node.</param>
/// <param name="Path">The shortest path to the nearest of the ends; null when there is none.</param>
public sealed record PathAnswer(Node Source, NodePath? Path);
