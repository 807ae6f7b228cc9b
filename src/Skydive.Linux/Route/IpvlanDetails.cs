namespace Skydive.Linux.Route;

/// <summary>An ipvlan or ipvtap interface. Source: <c>IFLA_IPVLAN_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record IpvlanDetails : LinkDetails
{
    /// <summary>0 for layer 2, 1 for layer 3, 2 for layer 3 with netfilter (<c>enum ipvlan_mode</c>).</summary>
    public int Mode { get; init; }
}
