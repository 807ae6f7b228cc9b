using Skydive.Packets;

namespace Skydive.Flows.Table.Fragments;

/// <summary>
/// What tells one fragmented datagram from another (RFC 791, RFC 8200 section 4.5), and the same datagram at two places that a capture sees
/// both: VLANs, MAC addresses, the tunnel around it.
/// </summary>
internal readonly record struct DatagramKey(
    ulong SourceHigh,
    ulong SourceLow,
    ulong DestinationHigh,
    ulong DestinationLow,
    ulong SourceMac,
    ulong DestinationMac,
    ulong VlanIdentifiers,
    ulong Parent,
    uint Identification,
    LayerType Network,
    byte Protocol)
{
    /// <summary>The key of a fragment.</summary>
    /// <param name="packet">The fragment.</param>
    /// <param name="parent">The flow of the tunnel around it; 0 for none.</param>
    public static DatagramKey Of(in DecodedPacket packet, ulong parent) => new(
        packet.SourceHigh,
        packet.SourceLow,
        packet.DestinationHigh,
        packet.DestinationLow,
        packet.SourceMac,
        packet.DestinationMac,
        packet.VlanIdentifiers,
        parent,
        packet.FragmentIdentification,
        packet.Network,

        // Fragments of IPv6 may say different things; the first one counts.
        packet.Network == LayerType.IPv4 ? packet.FragmentProtocol : (byte)0);
}
