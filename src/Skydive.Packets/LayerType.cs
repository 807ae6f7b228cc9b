namespace Skydive.Packets;

/// <summary>
/// A protocol layer that the decoder can name. Member names are the names that appear in a layer path (<c>Ethernet/IPv4/TCP</c>), so that
/// saved queries on LayersPath and Application keep working. At most 63 members, since a <see cref="LayerPath"/> packs them in 6 bits.
/// </summary>
public enum LayerType : byte
{
    /// <summary>No layer: the end of a path.</summary>
    None = 0,

    /// <summary>Ethernet II or IEEE 802.3.</summary>
    Ethernet,

    /// <summary>One VLAN tag, IEEE 802.1Q or 802.1ad.</summary>
    Dot1Q,

    /// <summary>Address resolution, RFC 826.</summary>
    ARP,

    /// <summary>IPv4, RFC 791.</summary>
    IPv4,

    /// <summary>IPv6, RFC 8200.</summary>
    IPv6,

    /// <summary>A piece of a fragmented datagram, the first one included.</summary>
    Fragment,

    /// <summary>IPv6 hop-by-hop options.</summary>
    IPv6HopByHop,

    /// <summary>IPv6 routing header.</summary>
    IPv6Routing,

    /// <summary>IPv6 fragment header.</summary>
    IPv6Fragment,

    /// <summary>IPv6 destination options.</summary>
    IPv6Destination,

    /// <summary>ICMP, RFC 792.</summary>
    ICMPv4,

    /// <summary>ICMPv6, RFC 4443.</summary>
    ICMPv6,

    /// <summary>The echo request or reply inside ICMPv6.</summary>
    ICMPv6Echo,

    /// <summary>Router solicitation, RFC 4861.</summary>
    ICMPv6RouterSolicitation,

    /// <summary>Router advertisement, RFC 4861.</summary>
    ICMPv6RouterAdvertisement,

    /// <summary>Neighbor solicitation, RFC 4861.</summary>
    ICMPv6NeighborSolicitation,

    /// <summary>Neighbor advertisement, RFC 4861.</summary>
    ICMPv6NeighborAdvertisement,

    /// <summary>Redirect, RFC 4861.</summary>
    ICMPv6Redirect,

    /// <summary>Multicast listener query, RFC 2710.</summary>
    MLDv1MulticastListenerQuery,

    /// <summary>Multicast listener report, RFC 2710.</summary>
    MLDv1MulticastListenerReport,

    /// <summary>Multicast listener done, RFC 2710.</summary>
    MLDv1MulticastListenerDone,

    /// <summary>Multicast listener query, RFC 3810.</summary>
    MLDv2MulticastListenerQuery,

    /// <summary>Multicast listener report, RFC 3810.</summary>
    MLDv2MulticastListenerReport,

    /// <summary>TCP, RFC 9293.</summary>
    TCP,

    /// <summary>UDP, RFC 768.</summary>
    UDP,

    /// <summary>UDP-Lite, RFC 3828.</summary>
    UDPLite,

    /// <summary>SCTP, RFC 9260.</summary>
    SCTP,

    /// <summary>Generic routing encapsulation, RFC 2784 and 2890. What it carries is a flow of its own.</summary>
    GRE,

    /// <summary>Virtual router redundancy, RFC 3768.</summary>
    VRRP,

    /// <summary>Group management, RFC 3376.</summary>
    IGMP,

    /// <summary>Open shortest path first, RFC 2328.</summary>
    OSPF,

    /// <summary>IP authentication header, RFC 4302.</summary>
    IPSecAH,

    /// <summary>IP encapsulating security payload, RFC 4303.</summary>
    IPSecESP,

    /// <summary>Link layer discovery, IEEE 802.1AB.</summary>
    LLDP,

    /// <summary>Logical link control, IEEE 802.2.</summary>
    LLC,

    /// <summary>Subnetwork access protocol, IEEE 802.</summary>
    SNAP,

    /// <summary>Spanning tree, IEEE 802.1D.</summary>
    STP,

    /// <summary>Port authentication, IEEE 802.1X.</summary>
    EAPOL,

    /// <summary>Virtual extensible LAN, RFC 7348. What it carries is a flow of its own.</summary>
    VXLAN,

    /// <summary>Generic network virtualization encapsulation, RFC 8926. What it carries is a flow of its own.</summary>
    Geneve,

    /// <summary>One label of a label stack, RFC 3032. What the stack carries is a flow of its own.</summary>
    MPLS,

    /// <summary>PPP over Ethernet, RFC 2516.</summary>
    PPPoE,

    /// <summary>Point-to-point protocol, RFC 1661.</summary>
    PPP,

    /// <summary>Domain name system, RFC 1035.</summary>
    DNS,

    /// <summary>Dynamic host configuration, RFC 2131.</summary>
    DHCPv4,

    /// <summary>Dynamic host configuration for IPv6, RFC 8415.</summary>
    DHCPv6,

    /// <summary>Network time, RFC 5905.</summary>
    NTP,

    /// <summary>Session initiation, RFC 3261.</summary>
    SIP,

    /// <summary>Sampled flows, sFlow version 5.</summary>
    SFlow,

    /// <summary>Bidirectional forwarding detection, RFC 5880.</summary>
    BFD,

    /// <summary>Remote authentication dial in user service, RFC 2865.</summary>
    RADIUS,

    /// <summary>GPRS tunnelling, user plane, 3GPP TS 29.281. What it carries is not decoded.</summary>
    GTPv1U,
}
