using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Graph.Indexing;

/// <summary>
/// Links the nodes of one index with those of another wherever their values are the same, and unlinks them when they no longer are. Which pairs
/// a change concerns follows from the indexes; the rest of the graph is not looked at.
/// </summary>
/// <remarks>
/// Belongs to one thread, the reader of the <see cref="GraphSubscription"/> whose changes it takes. Edges of another origin are left alone: where
/// an agent has linked a pair already, nothing is added, and nothing removed.
/// </remarks>
public sealed class MetadataLinker
{
    private readonly MetadataIndex _from;
    private readonly MetadataIndex _to;
    private readonly string _relationType;
    private readonly MetadataMap _metadata;

    // Pairs that may have to be linked or unlinked; which of the two, the indexes say when it is written.
    private readonly HashSet<(string From, string To)> _due = [];

    /// <summary>Makes a linker of two indexes, which it keeps current from now on.</summary>
    /// <param name="from">The nodes at which edges start.</param>
    /// <param name="to">The nodes at which they end.</param>
    /// <param name="relationType">The type of relation.</param>
    /// <param name="details">Further metadata of the edges.</param>
    public MetadataLinker(MetadataIndex from, MetadataIndex to, string relationType, MetadataMap? details = null)
    {
        _from = from;
        _to = to;
        _relationType = relationType;
        _metadata = (details ?? MetadataMap.Empty).With("RelationType", relationType);
    }

    /// <summary>Whether there may be something to write.</summary>
    public bool HasChanges => _due.Count > 0;

    /// <summary>Begins with a graph, or begins anew: what was linked and is no longer to be will be unlinked.</summary>
    /// <param name="snapshot">The graph.</param>
    public void Reset(GraphSnapshot snapshot)
    {
        AddAllPairs();
        _from.Reset(snapshot);
        _to.Reset(snapshot);
        AddAllPairs();
    }

    /// <summary>Takes one change in.</summary>
    /// <param name="change">The change, as a subscription gives it.</param>
    public void Apply(in GraphChange change)
    {
        if (change.Commit is not { } commit)
        {
            Reset(change.Snapshot);
            return;
        }

        foreach (var graphEvent in commit.Events)
        {
            if (graphEvent.Node is { } node)
            {
                Apply(graphEvent.Kind, node);
            }
            else if (graphEvent.Kind == GraphEventKind.EdgeDeleted && graphEvent.Edge is { } edge && edge.RelationType == _relationType && IsWanted(edge.Parent, edge.Child))
            {
                // Someone else's edge was in the way, or someone has removed ours.
                _due.Add((edge.Parent, edge.Child));
            }
        }
    }

    /// <summary>Writes what is to be changed, in a transaction of the graph that the changes come from.</summary>
    /// <param name="transaction">The transaction.</param>
    public void Write(GraphTransaction transaction)
    {
        foreach (var (from, to) in _due)
        {
            string id = Identifiers.Derive(from, to, _relationType);
            var edge = transaction.FindEdge(id);
            bool isOwn = edge is not null && edge.Origin == transaction.Origin;
            if (!IsWanted(from, to))
            {
                if (isOwn)
                {
                    transaction.DeleteEdge(id);
                }
            }
            else if (isOwn)
            {
                transaction.SetMetadata(edge!, _metadata);
            }
            else if (edge is null && transaction.FindNode(from) is not null && transaction.FindNode(to) is not null)
            {
                transaction.AddEdge(id, from, to, _metadata);
            }
        }

        _due.Clear();
    }

    private void Apply(GraphEventKind kind, Node node)
    {
        // Edges go with their nodes: a node that comes again is linked again, whatever its values were.
        bool isUpdate = kind == GraphEventKind.NodeUpdated;
        var fromBefore = _from.KeysOf(node.Id);
        var toBefore = _to.KeysOf(node.Id);
        if (kind == GraphEventKind.NodeDeleted)
        {
            AddPairs(node.Id, fromBefore, toBefore);
            _from.Remove(node.Id);
            _to.Remove(node.Id);
            return;
        }

        _from.Put(node);
        _to.Put(node);
        var fromAfter = _from.KeysOf(node.Id);
        var toAfter = _to.KeysOf(node.Id);
        if (isUpdate)
        {
            AddPairs(node.Id, SymmetricDifference(fromBefore, fromAfter), SymmetricDifference(toBefore, toAfter));
        }
        else
        {
            AddPairs(node.Id, [.. fromBefore, .. fromAfter], [.. toBefore, .. toAfter]);
        }
    }

    private static IReadOnlyList<MetadataValue> SymmetricDifference(IReadOnlyList<MetadataValue> before, IReadOnlyList<MetadataValue> after) =>
        ReferenceEquals(before, after) || before.SequenceEqual(after) ? [] : [.. before.Except(after), .. after.Except(before)];

    private void AddPairs(string id, IReadOnlyList<MetadataValue> fromKeys, IReadOnlyList<MetadataValue> toKeys)
    {
        foreach (var key in fromKeys)
        {
            foreach (var node in _to.FindKey(key))
            {
                _due.Add((id, node.Id));
            }
        }

        foreach (var key in toKeys)
        {
            foreach (var node in _from.FindKey(key))
            {
                _due.Add((node.Id, id));
            }
        }
    }

    private void AddAllPairs()
    {
        foreach (var key in _from.Keys)
        {
            var targets = _to.FindKey(key);
            foreach (var from in targets.Count > 0 ? _from.FindKey(key) : [])
            {
                foreach (var to in targets)
                {
                    _due.Add((from.Id, to.Id));
                }
            }
        }
    }

    /// <summary>Whether two nodes have a value in common. A node is not linked with itself.</summary>
    private bool IsWanted(string from, string to)
    {
        if (from == to)
        {
            return false;
        }

        var keys = _to.KeysOf(to);
        foreach (var key in _from.KeysOf(from))
        {
            if (keys.Contains(key))
            {
                return true;
            }
        }

        return false;
    }
}
