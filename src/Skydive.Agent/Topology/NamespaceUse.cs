using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>
/// That a source knows a namespace by a path. A source has one use of a path at a time, whatever namespace it leads to, and any number of
/// paths to one namespace.
/// </summary>
/// <param name="Source">Who says so, such as <c>netns</c>.</param>
/// <param name="Id">The namespace.</param>
/// <param name="Name">What the source calls it.</param>
/// <param name="Path">Where it was found.</param>
/// <param name="Precedence">How good the name is.</param>
/// <param name="Manager">The system that manages it, such as <c>docker</c>; null for none.</param>
internal sealed record NamespaceUse(string Source, NamespaceId Id, string Name, string Path, NamespacePrecedence Precedence, string? Manager = null);
