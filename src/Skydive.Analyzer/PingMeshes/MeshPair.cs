using Skydive.Contracts.PingMeshes;

namespace Skydive.Analyzer.PingMeshes;

/// <summary>A pair of a mesh, and what its agent needs to measure it.</summary>
/// <param name="Pair">The pair, without what was measured.</param>
/// <param name="Probe">What the agent gets; null when there is no way, which the pair's Error says.</param>
internal sealed record MeshPair(PingPair Pair, PingProbe? Probe);
