namespace Skydive.Client.Streams;

/// <summary>What of a graph to follow, and how.</summary>
public sealed record TopologyStreamOptions
{
    /// <summary>A Gremlin expression that gives a graph, such as <c>G.V().Has('Type', 'veth').SubGraph()</c>, and limits what is told to it; null for everything.</summary>
    public string? Filter { get; init; }

    /// <summary>What the client calls itself; the service shows it in its status.</summary>
    public string ClientType { get; init; } = "skydive-client";

    /// <summary>Whether the service may send what changed instead of whole elements. The events are the same; it saves bytes.</summary>
    public bool PartialUpdates { get; init; } = true;

    /// <summary>How many events wait for a slow reader. When they are that many the client reads no more, and the service resynchronises it.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>The pause before the first new attempt; the next are twice as long each, and all vary at random by half.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between two attempts.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to try again after the connection broke, before the last error is thrown. The first connection is tried once.</summary>
    public TimeSpan RetryTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
