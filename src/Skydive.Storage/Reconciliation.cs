using Skydive.Contracts.Topology;

namespace Skydive.Storage;

/// <summary>What has to be done to make the open revisions of a store those of a graph.</summary>
/// <param name="Gone">Elements that the graph does not have.</param>
/// <param name="New">Elements that the store does not have in this revision: nodes, then edges.</param>
internal sealed record Reconciliation(IReadOnlyList<ElementKey> Gone, IReadOnlyList<GraphElement> New)
{
    /// <summary>Compares.</summary>
    /// <param name="open">The open revisions of the store.</param>
    /// <param name="live">The graph.</param>
    public static Reconciliation Between(IEnumerable<(ElementKey Key, StoredRevision Revision)> open, SubGraph live)
    {
        var stored = open.ToDictionary(static pair => pair.Key, static pair => pair.Revision);
        var added = new List<GraphElement>();
        foreach (GraphElement element in live.Nodes.Concat<GraphElement>(live.Edges))
        {
            if (!stored.Remove(ElementKey.Of(element), out var revision) || !revision.IsSameAs(element))
            {
                added.Add(element);
            }
        }

        return new([.. stored.Keys], added);
    }
}
