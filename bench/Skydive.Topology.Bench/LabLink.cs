namespace Skydive.Topology.Bench;

/// <summary>A link as ip(8) shows it.</summary>
/// <param name="Namespace">Where it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Master">The name of its master; null for none.</param>
/// <param name="Values">Index, MTU, MAC, state, whether it is up, and IPv4 addresses, in one line.</param>
internal sealed record LabLink(string Namespace, string Name, string? Master, string Values);
