using Skydive.Linux.Sockets;

namespace Skydive.Agent.Sockets;

/// <summary>What packets tell of the socket that they come from.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Local">Where they come from.</param>
/// <param name="Remote">Where they go to; of address and port zero for a socket that takes packets from all.</param>
internal readonly record struct SocketKey(SocketProtocol Protocol, InternetEndPoint Local, InternetEndPoint Remote);
