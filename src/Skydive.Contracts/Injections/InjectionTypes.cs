namespace Skydive.Contracts.Injections;

/// <summary>The values of <see cref="Injection.Type"/>.</summary>
public static class InjectionTypes
{
    /// <summary>ICMP echo requests.</summary>
    public const string IcmpV4 = "icmp4";

    /// <summary>ICMPv6 echo requests.</summary>
    public const string IcmpV6 = "icmp6";

    /// <summary>TCP SYNs over IPv4.</summary>
    public const string TcpV4 = "tcp4";

    /// <summary>TCP SYNs over IPv6.</summary>
    public const string TcpV6 = "tcp6";

    /// <summary>UDP datagrams over IPv4.</summary>
    public const string UdpV4 = "udp4";

    /// <summary>UDP datagrams over IPv6.</summary>
    public const string UdpV6 = "udp6";

    /// <summary>All types.</summary>
    public static IReadOnlyList<string> All { get; } = [IcmpV4, IcmpV6, TcpV4, TcpV6, UdpV4, UdpV6];

    /// <summary>Whether a type goes over IPv6.</summary>
    /// <param name="type">One of <see cref="All"/>.</param>
    public static bool IsIPv6(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.EndsWith('6');
    }

    /// <summary>Whether a type is one of ICMP echo requests, which are answered.</summary>
    /// <param name="type">One of <see cref="All"/>.</param>
    public static bool IsEcho(string type) => type is IcmpV4 or IcmpV6;
}
