using System.Net;

namespace Skydive.Packets.Lldp;

/// <summary>An address at which a system is managed. Source: IEEE 802.1AB-2016, 8.5.9.</summary>
/// <param name="Family">The family of the address as IANA numbers it: 1 IPv4, 2 IPv6, 6 MAC address, 16 DNS name …</param>
/// <param name="Address">The address in the form of its family, 1 to 31 bytes.</param>
/// <param name="InterfaceNumber">The interface it stands at; 0 when not known.</param>
public sealed record LldpManagementAddress(byte Family, ReadOnlyMemory<byte> Address, uint InterfaceNumber)
{
    /// <summary>The address as text; null for a family that has none.</summary>
    public string? Text => LldpText.FromAddress(Family, Address.Span);

    /// <summary>Whether it is an IPv4 or IPv6 address.</summary>
    public bool IsIP => Text is { } text && IPAddress.TryParse(text, out _);
}
