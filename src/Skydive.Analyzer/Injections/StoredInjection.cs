using Skydive.Contracts.Injections;

namespace Skydive.Analyzer.Injections;

/// <summary>An injection as it rests in the store.</summary>
internal sealed record StoredInjection
{
    /// <summary>The order, without what became of it.</summary>
    public required Injection Injection { get; init; }

    /// <summary>When it ends by itself, in milliseconds since 1970-01-01 UTC; null for never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>What became of it, by identifier of the node.</summary>
    public required IReadOnlyDictionary<string, InjectionSource> Sources { get; init; }
}
