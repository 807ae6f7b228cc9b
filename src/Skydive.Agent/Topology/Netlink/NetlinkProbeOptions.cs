using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>How the netlink probe works.</summary>
internal sealed record NetlinkProbeOptions
{
    /// <summary>What the probe listens to.</summary>
    public const RtnetlinkGroups Groups =
        RtnetlinkGroups.Links | RtnetlinkGroups.Addresses | RtnetlinkGroups.Routes | RtnetlinkGroups.Neighbours | RtnetlinkGroups.NextHops;

    /// <summary>How often counters are brought into the graph, and what the kernel does not tell of is read anew; zero for never.</summary>
    public TimeSpan MetricsUpdate { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where sysfs is mounted.</summary>
    public string SysfsPath { get; init; } = "/sys";

    /// <summary>Opens the socket for the events of a namespace.</summary>
    public Func<NetworkNamespace, RtnetlinkListener> OpenListener { get; init; } =
        static networkNamespace => RtnetlinkListener.Open(networkNamespace, Groups);
}
