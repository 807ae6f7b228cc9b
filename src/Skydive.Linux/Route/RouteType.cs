namespace Skydive.Linux.Route;

/// <summary>What a route does with packets. Source: <c>RTN_*</c> of <c>linux/rtnetlink.h</c>.</summary>
public enum RouteType : byte
{
    /// <summary>Unknown.</summary>
    Unspecified = 0, // RTN_UNSPEC

    /// <summary>Sends them on.</summary>
    Unicast = 1, // RTN_UNICAST

    /// <summary>Delivers them to this host.</summary>
    Local = 2, // RTN_LOCAL

    /// <summary>Delivers and sends them as broadcast.</summary>
    Broadcast = 3, // RTN_BROADCAST

    /// <summary>Delivers them as broadcast, sends them as unicast.</summary>
    Anycast = 4, // RTN_ANYCAST

    /// <summary>A multicast route.</summary>
    Multicast = 5, // RTN_MULTICAST

    /// <summary>Drops them.</summary>
    Blackhole = 6, // RTN_BLACKHOLE

    /// <summary>Answers "unreachable".</summary>
    Unreachable = 7, // RTN_UNREACHABLE

    /// <summary>Answers "prohibited".</summary>
    Prohibit = 8, // RTN_PROHIBIT

    /// <summary>Goes on with the next table.</summary>
    Throw = 9, // RTN_THROW

    /// <summary>Translates the address.</summary>
    Translate = 10, // RTN_NAT
}
