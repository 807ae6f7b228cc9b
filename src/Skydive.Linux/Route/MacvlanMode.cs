namespace Skydive.Linux.Route;

/// <summary>How macvlan interfaces on one interface speak with each other. Source: <c>enum macvlan_mode</c> of <c>linux/if_link.h</c>.</summary>
public enum MacvlanMode
{
    /// <summary>The kernel did not say.</summary>
    Unknown = 0,

    /// <summary>Not at all.</summary>
    Private = 1, // MACVLAN_MODE_PRIVATE

    /// <summary>By way of the switch outside, which sends back.</summary>
    Vepa = 2, // MACVLAN_MODE_VEPA

    /// <summary>Directly.</summary>
    Bridge = 4, // MACVLAN_MODE_BRIDGE

    /// <summary>There is only one.</summary>
    PassThrough = 8, // MACVLAN_MODE_PASSTHRU

    /// <summary>It takes only what comes from addresses that it was told.</summary>
    Source = 16, // MACVLAN_MODE_SOURCE
}
