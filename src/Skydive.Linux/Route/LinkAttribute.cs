namespace Skydive.Linux.Route;

/// <summary>Attributes of a link message. Source: <c>linux/if_link.h</c>.</summary>
internal static class LinkAttribute
{
    internal const int Address = 1; // IFLA_ADDRESS
    internal const int Name = 3; // IFLA_IFNAME
    internal const int Mtu = 4; // IFLA_MTU
    internal const int Link = 5; // IFLA_LINK
    internal const int QueueingDiscipline = 6; // IFLA_QDISC
    internal const int Master = 10; // IFLA_MASTER
    internal const int TransmitQueueLength = 13; // IFLA_TXQLEN
    internal const int OperationalState = 16; // IFLA_OPERSTATE
    internal const int Info = 18; // IFLA_LINKINFO
    internal const int Alias = 20; // IFLA_IFALIAS
    internal const int VirtualFunctionCount = 21; // IFLA_NUM_VF
    internal const int VirtualFunctions = 22; // IFLA_VFINFO_LIST
    internal const int Statistics = 23; // IFLA_STATS64
    internal const int FamilyDetails = 26; // IFLA_AF_SPEC
    internal const int ExtensionMask = 29; // IFLA_EXT_MASK
    internal const int Promiscuity = 30; // IFLA_PROMISCUITY
    internal const int Carrier = 33; // IFLA_CARRIER
    internal const int CarrierChanges = 35; // IFLA_CARRIER_CHANGES
    internal const int LinkNamespaceId = 37; // IFLA_LINK_NETNSID
    internal const int NewNamespaceId = 45; // IFLA_NEW_NETNSID
    internal const int NewIndex = 49; // IFLA_NEW_IFINDEX
    internal const int Properties = 52; // IFLA_PROP_LIST
    internal const int AlternativeName = 53; // IFLA_ALT_IFNAME
    internal const int PermanentAddress = 54; // IFLA_PERM_ADDRESS
    internal const int ParentDevice = 56; // IFLA_PARENT_DEV_NAME
    internal const int ParentBus = 57; // IFLA_PARENT_DEV_BUS_NAME

    internal const int InfoKind = 1; // IFLA_INFO_KIND
    internal const int InfoData = 2; // IFLA_INFO_DATA
    internal const int InfoSlaveKind = 4; // IFLA_INFO_SLAVE_KIND
    internal const int InfoSlaveData = 5; // IFLA_INFO_SLAVE_DATA

    internal const uint ExtensionVirtualFunctions = 1 << 0; // RTEXT_FILTER_VF
    internal const uint ExtensionBridgeVlans = 1 << 2; // RTEXT_FILTER_BRVLAN_COMPRESSED
    internal const uint ExtensionSkipStatistics = 1 << 3; // RTEXT_FILTER_SKIP_STATS
}
