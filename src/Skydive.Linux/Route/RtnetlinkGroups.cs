namespace Skydive.Linux.Route;

/// <summary>What a listener wants to hear of.</summary>
[Flags]
public enum RtnetlinkGroups
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Interfaces, and ports of bridges.</summary>
    Links = 1, // RTNLGRP_LINK

    /// <summary>IPv4 and IPv6 addresses.</summary>
    Addresses = 2, // RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR

    /// <summary>IPv4 and IPv6 routes, multicast routes too.</summary>
    Routes = 4, // RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_MROUTE, RTNLGRP_IPV6_MROUTE

    /// <summary>Neighbours and forwarding entries.</summary>
    Neighbours = 8, // RTNLGRP_NEIGH

    /// <summary>Ids given to other namespaces.</summary>
    NamespaceIds = 16, // RTNLGRP_NSID

    /// <summary>Next hop objects.</summary>
    NextHops = 32, // RTNLGRP_NEXTHOP

    /// <summary>All of these.</summary>
    All = Links | Addresses | Routes | Neighbours | NamespaceIds | NextHops,
}
