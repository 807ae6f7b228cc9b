using System.Net;
using System.Net.Sockets;

namespace Skydive.Analyzer.Access;

/// <summary>Addresses as limits count them.</summary>
public static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>What stands for a client: its IPv4 address, or the first 64 bits of its IPv6 address, since one host has all of the rest.</summary>
    /// <param name="address">The address; null when there is none.</param>
    public static IPAddress KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new(bytes);
    }
}
