using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>What the netlink probe's thread is asked to do.</summary>
/// <param name="Added">Namespaces to watch from now on.</param>
/// <param name="Removed">Namespaces to forget.</param>
/// <param name="Renamed">Namespaces whose node is to have another name and path.</param>
internal sealed record NamespaceCommand(
    IReadOnlyList<NamespaceSource> Added, IReadOnlyList<NamespaceId> Removed, IReadOnlyList<NamespaceName> Renamed)
{
    /// <summary>Ends when it is done and in the graph, with the namespaces that could not be watched.</summary>
    public TaskCompletionSource<IReadOnlyList<NamespaceId>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The namespaces that could not be watched. Belongs to the probe's thread until <see cref="Done"/> ends.</summary>
    public List<NamespaceId> Refused { get; } = [];
}
