using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Agent.Topology;

/// <summary>
/// Keeps a list in the metadata of nodes: of captures, of injections. Where only counters ticked, the change is a transient commit of its own,
/// which makes no history. Safe for use by several threads at once.
/// </summary>
/// <param name="graph">The agent's graph.</param>
/// <param name="key">The name of the list.</param>
/// <param name="withoutCounters">An entry without what ticks by itself.</param>
internal sealed class NodeListPublisher(LiveGraph graph, string key, Func<MetadataMap, MetadataMap> withoutCounters)
{
    private readonly Lock _publishing = new();

    /// <summary>Brings the lists of some nodes up to date. A node without entries has no list; nodes that are gone are left out.</summary>
    /// <param name="nodeIds">The nodes.</param>
    /// <param name="read">Gives the entries of these nodes as they are now, in order.</param>
    public void Publish(IReadOnlyCollection<string> nodeIds, Func<ILookup<string, MetadataMap>> read)
    {
        if (nodeIds.Count == 0)
        {
            return;
        }

        // One after another: what is read here must not be older than what another has written meanwhile.
        lock (_publishing)
        {
            var entries = read();
            var ticked = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);
            var changed = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);
            var snapshot = graph.Current;
            foreach (string nodeId in nodeIds)
            {
                MetadataValue[] now = [.. entries[nodeId].Select(static entry => (MetadataValue)entry)];
                var list = now.Length == 0 ? default : MetadataValue.List(now);
                if (snapshot.FindNode(nodeId) is { } node && !node.Metadata[key].Equals(list))
                {
                    bool countersOnly = node.Metadata[key].Elements.ToArray().Select(WithoutCounters).SequenceEqual(now.Select(WithoutCounters));
                    (countersOnly ? ticked : changed).Add(nodeId, list);
                }
            }

            Write(changed, isTransient: false);
            Write(ticked, isTransient: true);
        }
    }

    private MetadataValue WithoutCounters(MetadataValue value) => value.AsMap is { } entry ? withoutCounters(entry) : default(MetadataValue);

    private void Write(Dictionary<string, MetadataValue> lists, bool isTransient)
    {
        if (lists.Count == 0)
        {
            return;
        }

        graph.Write(
            transaction =>
            {
                foreach (var (nodeId, list) in lists)
                {
                    if (transaction.FindNode(nodeId) is { } node)
                    {
                        transaction.SetMetadata(node, list.IsNull ? node.Metadata.Without(key) : node.Metadata.With(key, list));
                    }
                }
            },
            isTransient);
    }
}
