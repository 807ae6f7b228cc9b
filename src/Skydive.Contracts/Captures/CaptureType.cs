namespace Skydive.Contracts.Captures;

/// <summary>One way of taking traffic: where it can be used and what it can do.</summary>
public sealed record CaptureType
{
    /// <summary>Its name in a capture's <c>Type</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The types of nodes at which it can be used.</summary>
    public required IReadOnlySet<string> NodeTypes { get; init; }

    /// <summary>Whether packets can be selected with a filter (<c>BPFFilter</c>).</summary>
    public bool TakesFilter { get; init; } = true;

    /// <summary>
    /// Whether packets themselves are seen, and not only counters of flows: what is needed to keep raw packets, to decode further layers, to put
    /// fragments and segments together, and for targets that are sent packets.
    /// </summary>
    public bool SeesPackets { get; init; } = true;

    /// <summary>Whether details of TCP connections are known (<c>ExtraTCPMetric</c>).</summary>
    public bool HasTcpMetric { get; init; } = true;

    /// <summary>Whether several captures with the same query make sense, as long as their filters differ.</summary>
    public bool AllowsMany { get; init; } = true;

    /// <summary>Whether it is a collector: it listens on a port (<c>Port</c>) for what exporters send.</summary>
    public bool Listens { get; init; }

    /// <summary>Whether this version can run it.</summary>
    public bool IsAvailable { get; init; } = true;
}
