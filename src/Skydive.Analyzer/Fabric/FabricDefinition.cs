namespace Skydive.Analyzer.Fabric;

/// <summary>
/// What <c>analyzer.topology.fabric</c> describes: switches, routers and their cables, which no agent can see, and what of the hosts is plugged
/// into them. Immutable.
/// </summary>
/// <remarks>
/// Each line is <c>PARENT -> CHILD</c> (the parent owns the child and is joined to it) or <c>PARENT --> CHILD</c> (only joined). A node is a
/// name, with attributes if wanted: <c>TOR1[Name=tor1, MTU=1500]</c>; attributes of the link stand after the arrow: <c>TOR1 -> [color=red] PORT1</c>.
/// A child that begins with <c>*</c> is no node of its own but selects those that agents report: <c>PORT1 --> *[Type=host]/eth0</c>.
/// </remarks>
public sealed class FabricDefinition
{
    /// <summary>The definition of nothing.</summary>
    public static readonly FabricDefinition Empty = Parse([], out _);

    internal FabricDefinition(IReadOnlyList<FabricNode> nodes, IReadOnlyList<FabricLink> links, IReadOnlyList<FabricSelector> selectors)
    {
        Nodes = nodes;
        Links = links;
        Selectors = selectors;
    }

    /// <summary>The nodes in the order in which they are named first.</summary>
    internal IReadOnlyList<FabricNode> Nodes { get; }

    /// <summary>The links between them.</summary>
    internal IReadOnlyList<FabricLink> Links { get; }

    /// <summary>The links to what agents report.</summary>
    internal IReadOnlyList<FabricSelector> Selectors { get; }

    /// <summary>Reads a definition.</summary>
    /// <param name="lines">Its lines.</param>
    /// <param name="problems">Everything that is wrong with it, in the order of the lines.</param>
    /// <returns>What the lines say that have no errors.</returns>
    public static FabricDefinition Parse(IReadOnlyList<string> lines, out IReadOnlyList<FabricProblem> problems) => new FabricParser().Parse(lines, out problems);
}
