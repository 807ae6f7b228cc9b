namespace Skydive.Packets;

/// <summary>Protocol numbers of IP headers and of IPv6 extension headers, from the IANA protocol numbers registry.</summary>
public static class IpProtocol
{
    /// <summary>IPv6 hop-by-hop options.</summary>
    public const byte HopByHop = 0;

    /// <summary>ICMP.</summary>
    public const byte Icmp = 1;

    /// <summary>IGMP.</summary>
    public const byte Igmp = 2;

    /// <summary>IPv4 in IP, RFC 2003.</summary>
    public const byte IPv4 = 4;

    /// <summary>TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    /// <summary>IPv6 in IP, RFC 2473.</summary>
    public const byte IPv6 = 41;

    /// <summary>IPv6 routing header.</summary>
    public const byte Routing = 43;

    /// <summary>IPv6 fragment header.</summary>
    public const byte Fragment = 44;

    /// <summary>GRE.</summary>
    public const byte Gre = 47;

    /// <summary>ESP.</summary>
    public const byte EncapsulatingSecurityPayload = 50;

    /// <summary>AH.</summary>
    public const byte AuthenticationHeader = 51;

    /// <summary>ICMPv6.</summary>
    public const byte IcmpV6 = 58;

    /// <summary>No next header.</summary>
    public const byte NoNextHeader = 59;

    /// <summary>IPv6 destination options.</summary>
    public const byte DestinationOptions = 60;

    /// <summary>OSPF.</summary>
    public const byte Ospf = 89;

    /// <summary>VRRP.</summary>
    public const byte Vrrp = 112;

    /// <summary>SCTP.</summary>
    public const byte Sctp = 132;

    /// <summary>UDP-Lite.</summary>
    public const byte UdpLite = 136;

    /// <summary>MPLS in IP, RFC 4023.</summary>
    public const byte Mpls = 137;
}
