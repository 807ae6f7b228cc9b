using System.Collections.Concurrent;
using Skydive.Contracts.Injections;

namespace Skydive.Analyzer.Injections;

/// <summary>An injection and what its sources have done so far.</summary>
internal sealed class RunningInjection(StoredInjection stored)
{
    /// <summary>The order.</summary>
    public Injection Injection { get; } = stored.Injection;

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; } = stored.ExpiresAt is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    /// <summary>What became of it, by identifier of the node. Read by anyone, changed by the manager's loop.</summary>
    public ConcurrentDictionary<string, InjectionSource> Sources { get; } = new(stored.Sources, StringComparer.Ordinal);

    /// <summary>Whether a source sends.</summary>
    public bool IsActive => Sources.Values.Any(static source => source.State == InjectionStates.Active);

    /// <summary>The injection as it is told to users.</summary>
    public Injection Describe()
    {
        InjectionSource[] sources = [.. Sources.Values.OrderBy(static source => source.Name, StringComparer.Ordinal).ThenBy(static source => source.TID, StringComparer.Ordinal)];

        // The worst that happened at one of them.
        string[] order = [InjectionStates.Active, InjectionStates.Failed, InjectionStates.Interrupted];
        return Injection with
        {
            State = order.FirstOrDefault(state => sources.Any(source => source.State == state)) ?? InjectionStates.Completed,
            PacketCount = sources.Sum(static source => source.PacketCount),
            Sources = sources,
        };
    }

    /// <summary>The injection as it rests in the store.</summary>
    public StoredInjection ToStored() => new()
    {
        Injection = Injection,
        ExpiresAt = ExpiresAt?.ToUnixTimeMilliseconds(),
        Sources = new Dictionary<string, InjectionSource>(Sources, StringComparer.Ordinal),
    };
}
