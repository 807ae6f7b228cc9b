using Skydive.Contracts.Metadata;

namespace Skydive.Analyzer.Fabric;

/// <summary>A link that the definition of the fabric makes between two of its own nodes.</summary>
/// <param name="Parent">Identifier of the node where it starts.</param>
/// <param name="Child">Identifier of the node where it ends.</param>
/// <param name="IsOwnership">Whether the parent owns the child, besides being joined to it.</param>
/// <param name="Metadata">Further metadata of the layer 2 edge.</param>
internal sealed record FabricLink(string Parent, string Child, bool IsOwnership, MetadataMap Metadata);
