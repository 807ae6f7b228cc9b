using Skydive.Contracts.Topology;

namespace Skydive.Storage;

/// <summary>Makes pairs of revisions that differ.</summary>
internal static class Differences
{
    /// <summary>Pairs revisions by element.</summary>
    /// <param name="before">The revisions of one time that are not those of the other.</param>
    /// <param name="after">The revisions of the other time that are not those of the one.</param>
    /// <returns>Nodes before edges, each by identifier (ordinal).</returns>
    public static IReadOnlyList<ElementDifference> Between(IEnumerable<GraphElement> before, IEnumerable<GraphElement> after)
    {
        var pairs = new Dictionary<ElementKey, ElementDifference>();
        foreach (var element in before)
        {
            pairs[ElementKey.Of(element)] = new(element, null);
        }

        foreach (var element in after)
        {
            var key = ElementKey.Of(element);
            pairs[key] = new(pairs.GetValueOrDefault(key)?.Before, element);
        }

        return [.. pairs.OrderBy(static pair => pair.Key.IsEdge).ThenBy(static pair => pair.Key.Id, StringComparer.Ordinal).Select(static pair => pair.Value)];
    }
}
