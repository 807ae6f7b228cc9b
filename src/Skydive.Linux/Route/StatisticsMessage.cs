namespace Skydive.Linux.Route;

/// <summary>The counters of one interface (<c>RTM_NEWSTATS</c>). Immutable.</summary>
/// <param name="Index">The index of the interface.</param>
/// <param name="Statistics">Its counters.</param>
public sealed record StatisticsMessage(int Index, LinkStatistics Statistics);
