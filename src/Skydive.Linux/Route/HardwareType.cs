namespace Skydive.Linux.Route;

/// <summary>What frames on an interface look like. Values not named here are valid too. Source: <c>linux/if_arp.h</c>.</summary>
public enum HardwareType : ushort
{
    /// <summary>Frames without link layer, from KA9Q.</summary>
    NetRom = 0, // ARPHRD_NETROM

    /// <summary>Ethernet.</summary>
    Ethernet = 1, // ARPHRD_ETHER

    /// <summary>InfiniBand.</summary>
    InfiniBand = 32, // ARPHRD_INFINIBAND

    /// <summary>Controller area network.</summary>
    Can = 280, // ARPHRD_CAN

    /// <summary>PPP.</summary>
    Ppp = 512, // ARPHRD_PPP

    /// <summary>Raw IP, as cellular modems give.</summary>
    RawIp = 519, // ARPHRD_RAWIP

    /// <summary>IPv4 in IPv4 tunnel.</summary>
    Tunnel = 768, // ARPHRD_TUNNEL

    /// <summary>Tunnel in IPv6.</summary>
    Tunnel6 = 769, // ARPHRD_TUNNEL6

    /// <summary>Loopback; frames have an Ethernet header.</summary>
    Loopback = 772, // ARPHRD_LOOPBACK

    /// <summary>IPv6 in IPv4 tunnel.</summary>
    Sit = 776, // ARPHRD_SIT

    /// <summary>GRE over IPv4.</summary>
    Gre = 778, // ARPHRD_IPGRE

    /// <summary>Multicast routing.</summary>
    MulticastRouting = 779, // ARPHRD_PIMREG

    /// <summary>IEEE 802.11 with radiotap header.</summary>
    WirelessRadiotap = 803, // ARPHRD_IEEE80211_RADIOTAP

    /// <summary>GRE over IPv6.</summary>
    Gre6 = 823, // ARPHRD_IP6GRE

    /// <summary>Netlink monitor.</summary>
    Netlink = 824, // ARPHRD_NETLINK

    /// <summary>Socket monitor.</summary>
    SocketMonitor = 826, // ARPHRD_VSOCKMON

    /// <summary>No link layer (TUN devices): packets begin with the IP header.</summary>
    None = 0xfffe, // ARPHRD_NONE

    /// <summary>Unknown.</summary>
    Void = 0xffff, // ARPHRD_VOID
}
