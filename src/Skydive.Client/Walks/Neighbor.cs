using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>A node that was reached from others.</summary>
/// <param name="Node">The node.</param>
/// <param name="Distance">How many edges lie between; 1 and more.</param>
/// <param name="Via">The node before it on the way.</param>
/// <param name="Edge">The edge between the node before it and the node.</param>
public sealed record Neighbor(Node Node, int Distance, Node Via, Edge Edge);
