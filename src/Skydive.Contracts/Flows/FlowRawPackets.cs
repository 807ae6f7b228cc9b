namespace Skydive.Contracts.Flows;

/// <summary>Packets of one flow.</summary>
/// <param name="FlowUUID">The flow.</param>
/// <param name="Packets">The packets, by Index.</param>
public sealed record FlowRawPackets(string FlowUUID, IReadOnlyList<RawPacket> Packets);
