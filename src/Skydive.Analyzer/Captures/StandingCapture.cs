using Skydive.Contracts.Captures;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Captures;

/// <summary>A capture that is in force, with the nodes on which it was started. Belongs to <see cref="CaptureManager"/>'s loop, but for Stored.</summary>
internal sealed class StandingCapture(StoredCapture stored, GremlinQuery query)
{
    public StoredCapture Stored { get; } = stored;

    public Capture Capture => Stored.Capture;

    public GremlinQuery Query { get; } = query;

    /// <summary>When to try again to remove it, after it expired and the store refused; null otherwise.</summary>
    public DateTimeOffset? RemoveAt { get; set; }

    /// <summary>Whether its query failed the last time it was asked.</summary>
    public bool IsFailing { get; set; }

    /// <summary>When there is something to do for it by itself: it expires, or an order is to be tried again; null when there is nothing.</summary>
    public DateTimeOffset? NextDeadline
    {
        get
        {
            DateTimeOffset? expires = RemoveAt ?? (Stored.ExpiresAt is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null);
            return Nodes.Values.Select(static state => state.RetryAt).Append(expires).Min();
        }
    }

    /// <summary>By identifier of the node: the host that was told, and for a failed start when to try again.</summary>
    public Dictionary<string, StartState> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>What became of the order to start at a node.</summary>
    /// <param name="Host">The agent's host.</param>
    /// <param name="RetryAt">When to try again, after a failure; null after success.</param>
    /// <param name="Failures">How often it failed in a row.</param>
    public sealed record StartState(string Host, DateTimeOffset? RetryAt, int Failures);
}
