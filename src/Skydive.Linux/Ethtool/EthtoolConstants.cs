namespace Skydive.Linux.Ethtool;

/// <summary>Numbers of <c>linux/ethtool_netlink.h</c> and <c>linux/ethtool.h</c> that several files use.</summary>
internal static class EthtoolConstants
{
    internal const string Family = "ethtool"; // ETHTOOL_GENL_NAME
    internal const string MonitorGroup = "monitor"; // ETHTOOL_MCGRP_MONITOR_NAME

    // Requests.
    internal const byte GetStringSets = 1; // ETHTOOL_MSG_STRSET_GET
    internal const byte GetLinkModes = 4; // ETHTOOL_MSG_LINKMODES_GET
    internal const byte GetFeatures = 11; // ETHTOOL_MSG_FEATURES_GET
    internal const byte GetStatistics = 32; // ETHTOOL_MSG_STATS_GET

    // Answers and notifications are numbered apart from the requests.
    internal const byte StringSetsReply = 1; // ETHTOOL_MSG_STRSET_GET_REPLY
    internal const byte LinkModesReply = 4; // ETHTOOL_MSG_LINKMODES_GET_REPLY
    internal const byte LinkModesNotification = 5; // ETHTOOL_MSG_LINKMODES_NTF
    internal const byte FeaturesReply = 11; // ETHTOOL_MSG_FEATURES_GET_REPLY
    internal const byte FeaturesNotification = 13; // ETHTOOL_MSG_FEATURES_NTF
    internal const byte StatisticsReply = 33; // ETHTOOL_MSG_STATS_GET_REPLY

    internal const int HeaderIndex = 1; // ETHTOOL_A_HEADER_DEV_INDEX
    internal const int HeaderName = 2; // ETHTOOL_A_HEADER_DEV_NAME
    internal const int HeaderFlags = 3; // ETHTOOL_A_HEADER_FLAGS
    internal const uint CompactBitsets = 1; // ETHTOOL_FLAG_COMPACT_BITSETS

    internal const int StatisticsStringSet = 1; // ETH_SS_STATS
    internal const int FeatureStringSet = 4; // ETH_SS_FEATURES

    /// <summary>More names or bits than any set of the kernel has; more of them means a broken answer.</summary>
    internal const int MaximumBits = 1024;

    /// <summary>More counters than any driver has: those with one for each queue have some thousands.</summary>
    internal const int MaximumStatistics = 1 << 16;
}
