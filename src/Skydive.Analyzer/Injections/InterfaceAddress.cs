using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Skydive.Contracts.Topology;
using Skydive.Graph.Routing;

namespace Skydive.Analyzer.Injections;

/// <summary>An address of an interface with the length of its prefix.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">The length; null when it is not known.</param>
internal sealed record InterfaceAddress(IPAddress Address, int? PrefixLength)
{
    /// <summary>Whether the address is good on its link only.</summary>
    public bool IsLinkLocal => Address.IsIPv6LinkLocal || (Address.AddressFamily == AddressFamily.InterNetwork && RouteLookup.Holds("169.254.0.0/16", Address, out _));

    /// <summary>Reads an address, which may have a prefix length.</summary>
    public static bool TryParse(string? text, AddressFamily family, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out InterfaceAddress? result)
    {
        result = null;
        int slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (!IPAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash).ToString(), out var address) || address.AddressFamily != family)
        {
            return false;
        }

        int? length = null;
        if (slash >= 0)
        {
            if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits) || bits > (family == AddressFamily.InterNetwork ? 32 : 128))
            {
                return false;
            }

            length = bits;
        }

        // The scope of a link-local address is a number on one host.
        result = new(address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address, length);
        return true;
    }

    /// <summary>The addresses of a node in the order in which they count: those that OpenStack knows of it first.</summary>
    public static IReadOnlyList<InterfaceAddress> Of(Node node, AddressFamily family)
    {
        string key = family == AddressFamily.InterNetwork ? "IPV4" : "IPV6";
        var addresses = new List<InterfaceAddress>();
        foreach (var list in (Contracts.Metadata.MetadataValue[])[node.Metadata["Neutron"].AsMap?[key] ?? default, node.Metadata[key]])
        {
            foreach (var element in list.Elements)
            {
                if (TryParse(element.AsString, family, out var address))
                {
                    addresses.Add(address);
                }
            }
        }

        return addresses;
    }

    /// <summary>Whether another address is on the same link, as far as the prefix tells.</summary>
    public bool Reaches(IPAddress other) => PrefixLength is { } length && RouteLookup.Holds($"{Address}/{length}", other, out _);
}
