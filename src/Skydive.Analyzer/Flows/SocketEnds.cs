namespace Skydive.Analyzer.Flows;

/// <summary>The two ends of a socket, as texts and numbers of metadata; of one that is not connected the other end is of address and port zero.</summary>
internal readonly record struct SocketEnds(string Protocol, string LocalAddress, long LocalPort, string RemoteAddress, long RemotePort);
