namespace Skydive.Analyzer.Api;

/// <summary>What one client may take up of the API.</summary>
public sealed record ApiLimits
{
    /// <summary>The largest body of a request that has no limit of its own: queries and resources are texts of people.</summary>
    public long MaximumBodyBytes { get; init; } = 1 << 20;

    /// <summary>The largest body of an injection: it may bring a trace with it, which has to go on to agents in one message.</summary>
    public long MaximumInjectionBytes { get; init; } = 12 << 20;

    /// <summary>Requests a second that change something, for each address; as many as that for five seconds may come at once.</summary>
    public int WritesPerSecond { get; init; } = 500;
}
