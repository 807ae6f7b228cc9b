using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Messages;

/// <summary>What a <see cref="GraphMessageReader"/> takes, and how.</summary>
public sealed record GraphMessageOptions
{
    /// <summary>The largest message that is taken.</summary>
    public required int MaximumMessageBytes { get; init; }

    /// <summary>The largest node, edge or other payload that is taken: all that has to rest in memory as text.</summary>
    public required int MaximumPayloadBytes { get; init; }

    /// <summary>How many nodes and edges a message may hold.</summary>
    public int MaximumElements { get; init; } = int.MaxValue;

    /// <summary>The origin of all elements, whatever they say; null to take what they say.</summary>
    public string? Origin { get; init; }

    /// <summary>
    /// Whether what is not valid is left out and counted, rather than the end of the connection. Elements without times or revision are then
    /// given those of now.
    /// </summary>
    public bool IsLenient { get; init; }

    /// <summary>Says what is wrong with an element, or null when nothing is.</summary>
    public Func<GraphElement, string?>? Validate { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
