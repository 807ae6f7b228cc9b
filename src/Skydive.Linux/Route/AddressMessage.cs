using System.Globalization;
using System.Net;

namespace Skydive.Linux.Route;

/// <summary>
/// An IP address of an interface (<c>RTM_NEWADDR</c>, <c>RTM_DELADDR</c>). Immutable. Source: <c>struct ifaddrmsg</c> and <c>IFA_*</c> of
/// <c>linux/if_addr.h</c>.
/// </summary>
public sealed record AddressMessage
{
    /// <summary>2 for IPv4, 10 for IPv6.</summary>
    public int Family { get; init; }

    /// <summary>The index of the interface.</summary>
    public int Index { get; init; }

    /// <summary>The interface's own address (<c>IFA_LOCAL</c>, or <c>IFA_ADDRESS</c> when there is no other).</summary>
    public IPAddress Address { get; init; } = IPAddress.None;

    /// <summary>The other end of a point-to-point link; null on others.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary>The broadcast address; null without one.</summary>
    public IPAddress? Broadcast { get; init; }

    /// <summary>The length of the prefix in bits (of the peer's, on a point-to-point link).</summary>
    public int PrefixLength { get; init; }

    /// <summary>The scope: 0 global, 200 site, 253 link, 254 host.</summary>
    public int Scope { get; init; }

    /// <summary>The flags.</summary>
    public AddressFlags Flags { get; init; }

    /// <summary>The label of an IPv4 address, usually the interface's name; null without one.</summary>
    public string? Label { get; init; }

    /// <summary>The address with its prefix, such as <c>10.0.0.1/24</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");
}
