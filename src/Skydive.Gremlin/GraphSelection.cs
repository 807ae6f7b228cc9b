using Skydive.Contracts.Queries;

namespace Skydive.Gremlin;

/// <summary>
/// A part of a graph for which one look at an element decides whether it belongs to it: the nodes that meet a condition, and the edges among
/// them that meet another.
/// </summary>
/// <param name="Nodes">The condition on nodes; null for none.</param>
/// <param name="Edges">The condition on edges; null for none.</param>
public sealed record GraphSelection(Filter? Nodes, Filter? Edges);
