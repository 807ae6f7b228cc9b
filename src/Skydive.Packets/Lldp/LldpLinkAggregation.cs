namespace Skydive.Packets.Lldp;

/// <summary>Whether a port is part of an aggregation. Source: IEEE 802.1AX-2014, annex F; before that IEEE 802.3, 79.3.3.</summary>
/// <param name="IsSupported">Whether the port can be aggregated.</param>
/// <param name="IsEnabled">Whether it is.</param>
/// <param name="PortId">The interface number of the aggregation; 0 when there is none.</param>
public readonly record struct LldpLinkAggregation(bool IsSupported, bool IsEnabled, uint PortId);
