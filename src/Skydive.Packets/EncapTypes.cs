namespace Skydive.Packets;

/// <summary>Says what the packets of an interface begin with, by the name of its encapsulation as a node's EncapType has it.</summary>
public static class EncapTypes
{
    /// <summary>The link type of an encapsulation.</summary>
    /// <param name="encapType">The name, such as <c>ether</c>.</param>
    /// <returns>The link type; null for an encapsulation that is not known, whose packets are best taken for Ethernet.</returns>
    public static LinkType? ToLinkType(string encapType) => encapType switch
    {
        "ether" or "loopback" => LinkType.Ethernet,
        "none" or "gre" => LinkType.Raw,
        "sit" or "ipip" => LinkType.IPv4,
        "tunnel6" or "gre6" => LinkType.IPv6,
        _ => null,
    };
}
