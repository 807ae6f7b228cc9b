using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>A way between two nodes.</summary>
/// <param name="Nodes">The nodes from begin to end; one when begin and end are the same.</param>
/// <param name="Edges">The edges between them: one less.</param>
public sealed record NodePath(IReadOnlyList<Node> Nodes, IReadOnlyList<Edge> Edges);
