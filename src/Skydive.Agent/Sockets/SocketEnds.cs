namespace Skydive.Agent.Sockets;

/// <summary>The sockets at the ends of a connection.</summary>
/// <param name="A">Those at the one end.</param>
/// <param name="B">Those at the other.</param>
internal readonly record struct SocketEnds(IReadOnlyList<NodeSocket> A, IReadOnlyList<NodeSocket> B);
