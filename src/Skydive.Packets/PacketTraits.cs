namespace Skydive.Packets;

/// <summary>What there is to a decoded packet that most packets do not have.</summary>
[Flags]
public enum PacketTraits : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The payload is a frame of its own, of <see cref="DecodedPacket.InnerLinkType"/>.</summary>
    Tunnel = 1,

    /// <summary>The protocol or port is a tunnel's, but the payload is not, or is cut short.</summary>
    InvalidTunnel = 2,

    /// <summary>The packet is a fragment of a datagram.</summary>
    Fragment = 4,

    /// <summary>More fragments of the datagram stand behind this one.</summary>
    MoreFragments = 8,

    /// <summary>The last layer of the path is DNS, DHCPv4 or VRRP, and starts at <see cref="DecodedPacket.PayloadOffset"/>.</summary>
    ExtraLayer = 16,
}
