using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>A namespace to watch.</summary>
/// <param name="Namespace">The namespace; whoever gets this owns it.</param>
/// <param name="Name">Its name; empty for that of the host.</param>
/// <param name="Path">Where it was found.</param>
/// <param name="IsHost">Whether it is the one of the host.</param>
/// <param name="Manager">The system that manages it; null for none.</param>
internal sealed record NamespaceSource(NetworkNamespace Namespace, string Name, string Path, bool IsHost, string? Manager = null);
