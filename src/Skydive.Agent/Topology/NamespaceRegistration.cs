using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>A namespace that a source has found.</summary>
/// <param name="Use">What the source knows of it.</param>
/// <param name="Namespace">The open namespace; whoever gets this owns it.</param>
internal sealed record NamespaceRegistration(NamespaceUse Use, NetworkNamespace Namespace);
