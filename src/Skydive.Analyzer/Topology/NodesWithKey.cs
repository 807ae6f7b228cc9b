using System.Collections.Concurrent;
using Skydive.Contracts.Queries;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Topology;

/// <summary>
/// Which nodes have a key, such as the list of what runs on them, so that the whole graph need not be looked through for them at every change.
/// One thread hands changes to it; any reads.
/// </summary>
/// <param name="key">The name of the key.</param>
internal sealed class NodesWithKey(string key)
{
    private readonly ConcurrentDictionary<string, bool> _ids = new(StringComparer.Ordinal);

    /// <summary>The identifiers of the nodes, as they are now.</summary>
    public IEnumerable<string> Ids => _ids.Keys;

    /// <summary>Begins with a graph, or begins anew.</summary>
    /// <param name="snapshot">The graph.</param>
    public void Reset(GraphSnapshot snapshot)
    {
        _ids.Clear();
        foreach (var node in snapshot.GetNodes(new ExistsFilter(key)))
        {
            _ids[node.Id] = true;
        }
    }

    /// <summary>Takes one change in.</summary>
    /// <param name="change">The change, as a subscription gives it.</param>
    /// <returns>Whether it concerns nodes that have the key now, or had it before.</returns>
    public bool Apply(in GraphChange change)
    {
        if (change.Commit is not { } commit)
        {
            Reset(change.Snapshot);
            return true;
        }

        bool concerns = false;
        foreach (var graphEvent in commit.Events)
        {
            if (graphEvent.Node is not { } node)
            {
                continue;
            }

            if (graphEvent.Kind != GraphEventKind.NodeDeleted && node.Metadata.ContainsKey(key))
            {
                _ids[node.Id] = true;
                concerns = true;
            }
            else
            {
                concerns |= _ids.TryRemove(node.Id, out _);
            }
        }

        return concerns;
    }
}
