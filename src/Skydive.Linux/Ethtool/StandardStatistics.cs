namespace Skydive.Linux.Ethtool;

/// <summary>The standard counters of one interface, before their names are known.</summary>
internal sealed record StandardStatistics(EthtoolHeader Device, IReadOnlyList<StandardCounter> Counters);
