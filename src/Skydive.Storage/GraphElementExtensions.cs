using Skydive.Contracts.Topology;

namespace Skydive.Storage;

/// <summary>What nodes and edges have in common here.</summary>
internal static class GraphElementExtensions
{
    /// <summary>The element with another end.</summary>
    /// <param name="element">The element.</param>
    /// <param name="deletedAt">When it went away; null when it did not.</param>
    /// <param name="archivedAt">When this revision ended; null when it has not.</param>
    public static GraphElement WithEnd(this GraphElement element, long? deletedAt, long? archivedAt) => element switch
    {
        Node node => node.With(deletedAt: deletedAt, archivedAt: archivedAt),
        Edge edge => edge.With(deletedAt: deletedAt, archivedAt: archivedAt),
        _ => throw new ArgumentException($"{element.GetType().Name} is neither a node nor an edge", nameof(element)),
    };
}
