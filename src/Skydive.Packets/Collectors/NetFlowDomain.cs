namespace Skydive.Packets.Collectors;

/// <summary>Which part of which exporter a datagram is of.</summary>
/// <param name="High">The exporter's address.</param>
/// <param name="Low">The exporter's address.</param>
/// <param name="Id">NetFlow version 5: engine; 9: source identifier; IPFIX: observation domain. In the upper half, the version.</param>
internal readonly record struct NetFlowDomain(ulong High, ulong Low, ulong Id);
