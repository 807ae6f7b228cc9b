using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Graph.Indexing;

/// <summary>
/// Does something with the first nodes that have some values, be they there already or not: for what has to be done once something that was
/// announced appears.
/// </summary>
/// <remarks>Belongs to one thread, the reader of the <see cref="GraphSubscription"/> whose changes it takes.</remarks>
public sealed class NodeProcessor
{
    private readonly MetadataIndex _index;
    private readonly Dictionary<MetadataValue, List<Func<Node, bool>>> _actions = [];

    /// <summary>Makes a processor of an index, which it keeps current from now on.</summary>
    /// <param name="index">The nodes by the fields that are asked for.</param>
    public NodeProcessor(MetadataIndex index) => _index = index;

    /// <summary>Does something with the nodes that have some values, first come first, and with those that come or begin to have them later.</summary>
    /// <param name="action">What to do; it is over when this returns false. It must not call this processor.</param>
    /// <param name="values">A value for each field.</param>
    public void Do(Func<Node, bool> action, params ReadOnlySpan<MetadataValue> values)
    {
        var key = MetadataIndex.KeyOf(values);
        foreach (var node in _index.FindKey(key).OrderBy(static node => node.CreatedAt).ThenBy(static node => node.Slot).ToArray())
        {
            if (!action(node))
            {
                return;
            }
        }

        if (!_actions.TryGetValue(key, out var actions))
        {
            _actions.Add(key, actions = []);
        }

        actions.Add(action);
    }

    /// <summary>Gives up what is still to be done with nodes that have some values.</summary>
    /// <param name="values">A value for each field.</param>
    public void Cancel(params ReadOnlySpan<MetadataValue> values) => _actions.Remove(MetadataIndex.KeyOf(values));

    /// <summary>Begins with a graph, or begins anew: nodes that are new in it are dealt with.</summary>
    /// <param name="snapshot">The graph.</param>
    public void Reset(GraphSnapshot snapshot)
    {
        foreach (var node in snapshot.GetNodes().ToArray())
        {
            Put(node);
        }

        // What is gone.
        _index.Reset(snapshot);
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
            if (graphEvent.Node is not { } node)
            {
                continue;
            }

            if (graphEvent.Kind == GraphEventKind.NodeDeleted)
            {
                _index.Remove(node.Id);
            }
            else
            {
                Put(node);
            }
        }
    }

    private void Put(Node node)
    {
        var before = _index.KeysOf(node.Id);
        _index.Put(node);
        foreach (var key in _index.KeysOf(node.Id).Except(before).ToArray())
        {
            if (_actions.TryGetValue(key, out var actions))
            {
                actions.RemoveAll(action => !action(node));
                if (actions.Count == 0)
                {
                    _actions.Remove(key);
                }
            }
        }
    }
}
