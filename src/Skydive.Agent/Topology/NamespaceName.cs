using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>What a namespace is called.</summary>
/// <param name="Id">The namespace.</param>
/// <param name="Name">Its name; empty for that of the host.</param>
/// <param name="Path">Where it was found.</param>
/// <param name="Manager">The system that manages it; null for none.</param>
internal sealed record NamespaceName(NamespaceId Id, string Name, string Path, string? Manager = null);
