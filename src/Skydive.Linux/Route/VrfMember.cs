namespace Skydive.Linux.Route;

/// <summary>What a VRF says of one of its members. Source: <c>IFLA_VRF_PORT_TABLE</c> of <c>linux/if_link.h</c>.</summary>
public sealed record VrfMember : LinkSlaveDetails
{
    /// <summary>The routing table that it uses.</summary>
    public uint Table { get; init; }
}
