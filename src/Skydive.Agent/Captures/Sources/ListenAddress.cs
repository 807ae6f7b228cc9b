using System.Net;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Agent.Captures.Sources;

/// <summary>The address of a node at which a collector listens.</summary>
internal static class ListenAddress
{
    /// <summary>Chooses the address: the one in use as long as the node has it, else the first of IPv4, else of IPv6, those that are valid on one link last.</summary>
    /// <param name="node">The node.</param>
    /// <param name="current">The address in use; null when none is.</param>
    /// <returns>The address; null when the node has none.</returns>
    public static IPAddress? Choose(Node node, IPAddress? current = null)
    {
        IPAddress[] addresses = [.. Read(node.Metadata["IPV4"]), .. Read(node.Metadata["IPV6"]).OrderBy(static address => address.IsIPv6LinkLocal)];
        return current is not null && addresses.Contains(current) ? current : addresses.FirstOrDefault();
    }

    // Written as address/prefix.
    private static IEnumerable<IPAddress> Read(MetadataValue list) =>
        list.Elements.ToArray().Select(static text => IPAddress.TryParse(text.AsString?.Split('/')[0], out var address) ? address : null).OfType<IPAddress>();
}
