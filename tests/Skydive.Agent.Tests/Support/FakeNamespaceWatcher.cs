using Skydive.Agent.Topology;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Tests.Support;

/// <summary>Takes orders and writes them down.</summary>
internal sealed class FakeNamespaceWatcher : INamespaceWatcher, IDisposable
{
    /// <summary>The orders: <c>+</c> for added, <c>-</c> for removed, <c>~</c> for renamed, with name, path and manager.</summary>
    public List<string> Orders { get; } = [];

    public HashSet<NamespaceId> Refused { get; } = [];

    public List<NetworkNamespace> Added { get; } = [];

    /// <summary>What an order waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public async Task<IReadOnlyList<NamespaceId>> ChangeAsync(
        IReadOnlyList<NamespaceSource> added, IReadOnlyList<NamespaceId> removed, IReadOnlyList<NamespaceName> renamed)
    {
        Orders.Add(string.Join(
            ' ',
            added.Select(static source => $"+{source.Name}:{source.Path}:{source.Manager}")
                .Concat(removed.Select(static id => $"-{id.Inode}"))
                .Concat(renamed.Select(static name => $"~{name.Name}:{name.Path}:{name.Manager}"))));
        Added.AddRange(added.Select(static source => source.Namespace));
        await Gate;
        return [.. added.Select(static source => source.Namespace.Id).Where(Refused.Contains)];
    }

    public string? FindNamespaceNode(NamespaceId id) => Added.Exists(added => added.Id == id) ? $"node {id.Inode}" : null;

    public void Dispose() => Added.ForEach(static added => added.Dispose());
}
