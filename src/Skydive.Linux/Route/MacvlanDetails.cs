namespace Skydive.Linux.Route;

/// <summary>A macvlan or macvtap interface. Source: <c>IFLA_MACVLAN_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record MacvlanDetails : LinkDetails
{
    /// <summary>How it speaks with others on the same interface.</summary>
    public MacvlanMode Mode { get; init; }
}
