namespace Skydive.Linux.Route;

/// <summary>A VRF. Source: <c>IFLA_VRF_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record VrfDetails : LinkDetails
{
    /// <summary>The routing table that its members use.</summary>
    public uint Table { get; init; }
}
