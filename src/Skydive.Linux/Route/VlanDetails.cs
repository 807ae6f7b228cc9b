namespace Skydive.Linux.Route;

/// <summary>A VLAN interface. Source: <c>IFLA_VLAN_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record VlanDetails : LinkDetails
{
    /// <summary>The VLAN id.</summary>
    public int Id { get; init; }

    /// <summary>The tag protocol (0x8100, 0x88a8); 0 when the kernel does not say (before 3.10).</summary>
    public int Protocol { get; init; }
}
