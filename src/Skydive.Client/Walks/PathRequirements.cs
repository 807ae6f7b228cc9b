namespace Skydive.Client.Walks;

/// <summary>What a path has to be like.</summary>
public sealed record PathRequirements
{
    /// <summary>How many edges it may have; null for any number.</summary>
    public int? MaxHops { get; init; }

    /// <summary>The MTU that every interface on it must have at least; null for any.</summary>
    public long? MinimumMtu { get; init; }

    /// <summary>Whether all its interfaces must have the same MTU.</summary>
    public bool SameMtu { get; init; }

    /// <summary>Names of nodes that must be on it, in any order; wildcards are allowed.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>How far back no interface on it may have dropped packets or had errors; null for not looking.</summary>
    public TimeSpan? NoDropsWithin { get; init; }
}
