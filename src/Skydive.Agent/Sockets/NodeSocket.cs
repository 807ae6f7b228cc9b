namespace Skydive.Agent.Sockets;

/// <summary>A socket on the node of a host or namespace.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Socket">The socket.</param>
internal readonly record struct NodeSocket(string NodeId, SocketEntry Socket);
