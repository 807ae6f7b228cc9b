namespace Skydive.Linux.Ethtool;

/// <summary>One counter of a standard group, before its name is known.</summary>
/// <param name="Group">The group (<c>ETHTOOL_STATS_*</c>), which is its place among the names of groups.</param>
/// <param name="StringSet">The set that has the counter's name; 0 for a range of a histogram.</param>
/// <param name="Place">The place of the counter's name in the set.</param>
/// <param name="Range">The range of a histogram, such as <c>rx-rmon-etherStatsPkts65to127Octets</c>; null for plain counters.</param>
/// <param name="Value">The count.</param>
internal readonly record struct StandardCounter(int Group, int StringSet, int Place, string? Range, ulong Value);
