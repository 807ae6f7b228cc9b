namespace Skydive.Contracts.Messages;

/// <summary>Asks for the whole graph.</summary>
public sealed record SyncRequest
{
    /// <summary>The time to show, in milliseconds since 1970-01-01 UTC; null for now.</summary>
    public long? Time { get; init; }

    /// <summary>Limits the subscription from here on to what the expression gives; empty lifts the limit, null leaves it as it is.</summary>
    public string? GremlinFilter { get; init; }
}
