using Skydive.Contracts.Topology;

namespace Skydive.Storage;

/// <summary>What identifies an element: nodes and edges may have equal identifiers.</summary>
/// <param name="IsEdge">Whether it is an edge.</param>
/// <param name="Id">Its identifier.</param>
internal readonly record struct ElementKey(bool IsEdge, string Id)
{
    public static ElementKey Of(GraphElement element) => new(element is Edge, element.Id);
}
