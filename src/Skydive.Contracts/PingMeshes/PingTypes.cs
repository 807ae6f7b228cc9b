namespace Skydive.Contracts.PingMeshes;

/// <summary>
/// The values of <see cref="PingMesh.Type"/>. A reply to a SYN or a datagram says more of ports, firewalls and rate limits (RFC 1812 4.3.2.8)
/// than of the way, so that only echo requests are here.
/// </summary>
public static class PingTypes
{
    /// <summary>ICMP echo, RFC 792.</summary>
    public const string IcmpV4 = "icmp4";

    /// <summary>ICMPv6 echo, RFC 4443.</summary>
    public const string IcmpV6 = "icmp6";

    /// <summary>All types.</summary>
    public static IReadOnlyList<string> All { get; } = [IcmpV4, IcmpV6];
}
