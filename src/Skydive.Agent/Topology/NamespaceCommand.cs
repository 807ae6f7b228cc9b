using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>What the netlink probe is told to do.</summary>
/// <param name="Added">Namespaces to watch.</param>
/// <param name="Removed">Namespaces to forget.</param>
internal sealed record NamespaceCommand(IReadOnlyList<NamespaceSource> Added, IReadOnlyList<NamespaceId> Removed)
{
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
