using System.Runtime.InteropServices;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Graph.Indexing;

/// <summary>
/// Nodes by the values of some fields, kept current by the changes that are handed to it. A field that holds a list gives the node one entry
/// for each element; of several fields every combination counts. A node that lacks one of the fields is not in it.
/// </summary>
/// <remarks>Belongs to one thread, such as the reader of a <see cref="GraphSubscription"/>: it knows what that has read so far, not more.</remarks>
public sealed class MetadataIndex
{
    /// <summary>Lists in several fields multiply: a node has no more entries than this.</summary>
    private const int MaximumEntries = 4096;

    private readonly Filter? _filter;
    private readonly FieldPath[] _fields;

    // Most values, such as addresses, are those of one node: it stands there itself, several in a dictionary.
    private readonly Dictionary<MetadataValue, object> _nodes = [];
    private readonly Dictionary<string, MetadataValue[]> _keys = new(StringComparer.Ordinal);

    /// <summary>Makes an empty index.</summary>
    /// <param name="filter">The nodes that are to be in it; null for all that have the fields.</param>
    /// <param name="fields">The names of the fields, one at least.</param>
    public MetadataIndex(Filter? filter, params IReadOnlyList<string> fields)
    {
        ArgumentOutOfRangeException.ThrowIfZero(fields.Count, nameof(fields));
        _filter = filter;
        _fields = [.. fields.Select(FieldPath.Parse)];
    }

    /// <summary>How many nodes are in it.</summary>
    public int Count => _keys.Count;

    /// <summary>The nodes that have some values, in no order.</summary>
    /// <param name="values">A value for each field.</param>
    public IReadOnlyCollection<Node> Find(params ReadOnlySpan<MetadataValue> values) => FindKey(KeyOf(values));

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
            if (graphEvent.Node is not { } node)
            {
                continue;
            }

            if (graphEvent.Kind == GraphEventKind.NodeDeleted)
            {
                Remove(node.Id);
            }
            else
            {
                Put(node);
            }
        }
    }

    /// <summary>Begins anew with all nodes of a graph.</summary>
    /// <param name="snapshot">The graph.</param>
    public void Reset(GraphSnapshot snapshot)
    {
        _nodes.Clear();
        _keys.Clear();
        foreach (var node in snapshot.GetNodes())
        {
            Put(node);
        }
    }

    /// <summary>Puts a node in, or takes it out, as its fields say.</summary>
    /// <param name="node">The node as it is now.</param>
    public void Put(Node node)
    {
        var keys = Read(node);
        if (_keys.TryGetValue(node.Id, out var before) && !before.AsSpan().SequenceEqual(keys))
        {
            Remove(node.Id);
        }

        if (keys.Length == 0)
        {
            return;
        }

        _keys[node.Id] = keys;
        foreach (var key in keys)
        {
            ref object? nodes = ref CollectionsMarshal.GetValueRefOrAddDefault(_nodes, key, out _);
            switch (nodes)
            {
                case Dictionary<string, Node> several:
                    several[node.Id] = node;
                    break;
                case Node other when other.Id != node.Id:
                    nodes = new Dictionary<string, Node>(StringComparer.Ordinal) { [other.Id] = other, [node.Id] = node };
                    break;
                default:
                    nodes = node;
                    break;
            }
        }
    }

    /// <summary>Takes a node out, if it is in.</summary>
    /// <param name="id">Its identifier.</param>
    public void Remove(string id)
    {
        if (!_keys.Remove(id, out var keys))
        {
            return;
        }

        foreach (var key in keys)
        {
            if (_nodes[key] is Dictionary<string, Node> several)
            {
                several.Remove(id);
                if (several.Count > 0)
                {
                    continue;
                }
            }

            _nodes.Remove(key);
        }
    }

    /// <summary>What stands for some values: the value itself, or the list of them.</summary>
    internal static MetadataValue KeyOf(ReadOnlySpan<MetadataValue> values) => values.Length == 1 ? values[0] : MetadataValue.List(values);

    /// <summary>The keys under which a node is in the index, each once.</summary>
    internal IReadOnlyList<MetadataValue> KeysOf(string id) => _keys.TryGetValue(id, out var keys) ? keys : [];

    /// <summary>All keys.</summary>
    internal IReadOnlyCollection<MetadataValue> Keys => _nodes.Keys;

    /// <summary>The nodes under a key.</summary>
    internal IReadOnlyCollection<Node> FindKey(MetadataValue key) => _nodes.TryGetValue(key, out object? nodes) ? nodes is Node node ? [node] : ((Dictionary<string, Node>)nodes).Values : [];

    private MetadataValue[] Read(Node node)
    {
        if (_filter?.Matches(node) == false)
        {
            return [];
        }

        if (_fields is [var only])
        {
            if (!node.TryGetField(only, out var single) || single.IsNull)
            {
                return [];
            }

            if (single.Kind != MetadataKind.List)
            {
                return [single];
            }
        }

        var combinations = new List<MetadataValue[]> { Array.Empty<MetadataValue>() };
        foreach (var field in _fields)
        {
            if (!node.TryGetField(field, out var value) || value.IsNull)
            {
                return [];
            }

            var elements = value.Kind == MetadataKind.List ? value.Elements.ToArray() : [value];
            if ((long)combinations.Count * elements.Length > MaximumEntries)
            {
                return [];
            }

            combinations = [.. combinations.SelectMany(combination => elements.Select(element => (MetadataValue[])[.. combination, element]))];
        }

        return [.. combinations.Select(static combination => KeyOf(combination)).Distinct()];
    }
}
