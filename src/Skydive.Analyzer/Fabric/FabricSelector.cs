using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Fabric;

/// <summary>
/// A link to each node that agents report at the end of a chain of owners, such as <c>*[Type=host]/eth0</c>: eth0 of every host.
/// </summary>
/// <param name="Parent">Identifier of the node of the fabric where the edges start.</param>
/// <param name="Chain">What the nodes of the chain say, owners first.</param>
/// <param name="Metadata">Further metadata of the edges.</param>
internal sealed record FabricSelector(string Parent, IReadOnlyList<IReadOnlyDictionary<string, string>> Chain, MetadataMap Metadata)
{
    /// <summary>Whether a node stands at the end of the chain.</summary>
    /// <param name="snapshot">The graph.</param>
    /// <param name="node">The node.</param>
    public bool Matches(GraphSnapshot snapshot, Node node)
    {
        Node? current = node;
        for (int i = Chain.Count - 1; i >= 0; i--)
        {
            if (current is null || !Matches(Chain[i], current))
            {
                return false;
            }

            current = i > 0 ? snapshot.GetOwner(current) : null;
        }

        return true;
    }

    /// <summary>Whether a node may stand somewhere before the end of the chain.</summary>
    /// <param name="node">The node.</param>
    public bool MatchesOwner(Node node) => Chain.Take(Chain.Count - 1).Any(segment => Matches(segment, node));

    // The definition has texts only: they are compared with what a value looks like.
    private static bool Matches(IReadOnlyDictionary<string, string> segment, Node node)
    {
        foreach (var (key, text) in segment)
        {
            if (!node.TryGetField(FieldPath.Parse(key), out var value))
            {
                return false;
            }

            bool isEqual = value.ToString() == text;
            foreach (var element in value.Elements)
            {
                isEqual |= element.ToString() == text;
            }

            if (!isEqual)
            {
                return false;
            }
        }

        return true;
    }
}
