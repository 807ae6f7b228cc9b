namespace Skydive.Linux.Route;

/// <summary>Flags of an interface. Source: <c>linux/if.h</c>.</summary>
[Flags]
public enum LinkFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Administratively up.</summary>
    Up = 0x1, // IFF_UP

    /// <summary>The broadcast address is valid.</summary>
    Broadcast = 0x2, // IFF_BROADCAST

    /// <summary>Debugging is on.</summary>
    Debug = 0x4, // IFF_DEBUG

    /// <summary>A loopback interface.</summary>
    Loopback = 0x8, // IFF_LOOPBACK

    /// <summary>A point-to-point link.</summary>
    PointToPoint = 0x10, // IFF_POINTOPOINT

    /// <summary>No trailers.</summary>
    NoTrailers = 0x20, // IFF_NOTRAILERS

    /// <summary>Operational (RFC 2863 up, or unknown).</summary>
    Running = 0x40, // IFF_RUNNING

    /// <summary>No address resolution.</summary>
    NoArp = 0x80, // IFF_NOARP

    /// <summary>Receives all packets.</summary>
    Promiscuous = 0x100, // IFF_PROMISC

    /// <summary>Receives all multicast packets.</summary>
    AllMulticast = 0x200, // IFF_ALLMULTI

    /// <summary>Master of a load balancer.</summary>
    Master = 0x400, // IFF_MASTER

    /// <summary>Slave of a load balancer.</summary>
    Slave = 0x800, // IFF_SLAVE

    /// <summary>Can do multicast.</summary>
    Multicast = 0x1000, // IFF_MULTICAST

    /// <summary>Can select media.</summary>
    PortSelect = 0x2000, // IFF_PORTSEL

    /// <summary>The media is selected automatically.</summary>
    AutoMedia = 0x4000, // IFF_AUTOMEDIA

    /// <summary>Addresses are lost when it goes down.</summary>
    Dynamic = 0x8000, // IFF_DYNAMIC

    /// <summary>The driver signals carrier.</summary>
    LowerUp = 0x10000, // IFF_LOWER_UP

    /// <summary>The driver signals dormant.</summary>
    Dormant = 0x20000, // IFF_DORMANT

    /// <summary>Echoes sent packets.</summary>
    Echo = 0x40000, // IFF_ECHO
}
