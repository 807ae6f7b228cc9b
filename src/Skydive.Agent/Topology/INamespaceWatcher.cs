using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>Brings namespaces and what is in them into the graph. Safe to call from any thread.</summary>
internal interface INamespaceWatcher
{
    /// <summary>
    /// Watches other namespaces from now on, forgets some with all that is in them, and gives some another name: all in one revision of the
    /// graph. The namespaces that are added are taken over. Orders are done in the sequence in which they are given.
    /// </summary>
    /// <param name="added">The namespaces to watch.</param>
    /// <param name="removed">The namespaces to forget; unknown ones are passed over.</param>
    /// <param name="renamed">The namespaces that are called otherwise now.</param>
    /// <returns>A task that ends when the graph shows it, with those that could not be watched; it fails when the watcher does.</returns>
    Task<IReadOnlyList<NamespaceId>> ChangeAsync(
        IReadOnlyList<NamespaceSource> added, IReadOnlyList<NamespaceId> removed, IReadOnlyList<NamespaceName> renamed);

    /// <summary>The node of a namespace that is in the graph; null for others.</summary>
    /// <param name="id">The namespace.</param>
    /// <returns>The identifier of the node.</returns>
    string? FindNamespaceNode(NamespaceId id);
}
