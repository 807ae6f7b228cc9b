using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Analyzer.Fabric;

/// <summary>A node that the definition of the fabric makes.</summary>
/// <param name="Id">Its identifier, which follows from the name that it has in the definition.</param>
/// <param name="Metadata">What it says.</param>
internal sealed record FabricNode(string Id, MetadataMap Metadata)
{
    /// <summary>The identifier of a node with a name.</summary>
    /// <param name="name">The name in the definition.</param>
    public static string IdOf(string name) => Identifiers.Derive("fabric", name);
}
