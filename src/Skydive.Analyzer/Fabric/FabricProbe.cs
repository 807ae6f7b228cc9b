using Skydive.Analyzer.Topology;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Fabric;

/// <summary>Puts the fabric that is defined into the graph, and joins it to what agents report, as that comes, goes and changes.</summary>
internal sealed class FabricProbe : GraphFollower
{
    private readonly FabricDefinition _definition;

    // What is selected now: by node, the numbers of the selectors that select it.
    private readonly Dictionary<string, HashSet<int>> _selected = new(StringComparer.Ordinal);

    // Links that may have to be made or removed; which of the two, _selected says when it is written.
    private readonly HashSet<(int Selector, string NodeId)> _due = [];

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    /// <param name="definition">The fabric.</param>
    public FabricProbe(LiveGraph graph, FabricDefinition definition)
        : base(graph) => _definition = definition;

    /// <inheritdoc/>
    protected override bool HasChanges => _due.Count > 0;

    /// <summary>Puts the nodes of the fabric and what joins them into the graph.</summary>
    public void AddFabric() => Graph.Write(transaction =>
    {
        foreach (var node in _definition.Nodes)
        {
            if (transaction.FindNode(node.Id) is null)
            {
                transaction.AddNode(node.Id, node.Metadata);
            }
        }

        foreach (var link in _definition.Links)
        {
            if (link.IsOwnership)
            {
                transaction.SetOwner(link.Parent, link.Child);
            }

            transaction.Link(link.Parent, link.Child, RelationTypes.Layer2, link.Metadata);
        }
    });

    /// <inheritdoc/>
    protected override void Reset(GraphSnapshot snapshot)
    {
        if (_definition.Selectors.Count == 0)
        {
            return;
        }

        foreach (string nodeId in _selected.Keys.Where(nodeId => snapshot.FindNode(nodeId) is null).ToArray())
        {
            Forget(nodeId);
        }

        foreach (var node in snapshot.GetNodes())
        {
            Evaluate(snapshot, node, isNew: true);
        }
    }

    /// <inheritdoc/>
    protected override void Apply(GraphCommit commit)
    {
        // Counters say nothing of names and owners.
        if (commit.IsTransient || _definition.Selectors.Count == 0)
        {
            return;
        }

        foreach (var graphEvent in commit.Events)
        {
            switch (graphEvent.Kind)
            {
                case GraphEventKind.NodeDeleted:
                    Forget(graphEvent.Element.Id);
                    break;
                case GraphEventKind.NodeAdded:
                    Evaluate(commit.Snapshot, graphEvent.Node!, isNew: true);
                    break;
                case GraphEventKind.NodeUpdated:
                    Evaluate(commit.Snapshot, graphEvent.Node!, isNew: false);
                    if (_definition.Selectors.Any(selector => selector.MatchesOwner(graphEvent.Node!) != selector.MatchesOwner((Node)graphEvent.Previous!)))
                    {
                        EvaluateOwned(commit.Snapshot, graphEvent.Node!);
                    }

                    break;
                case GraphEventKind.EdgeAdded or GraphEventKind.EdgeDeleted:
                    Apply(commit.Snapshot, graphEvent.Edge!, graphEvent.Kind);
                    break;
                default:
                    break;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Write(GraphTransaction transaction)
    {
        foreach (var (number, nodeId) in _due)
        {
            var selector = _definition.Selectors[number];
            string id = Identifiers.Derive(selector.Parent, nodeId, RelationTypes.Layer2);
            var edge = transaction.FindEdge(id);

            // Several lines may select one node from the same node of the fabric: the first of them says what the edge is like.
            int wanted = _selected.GetValueOrDefault(nodeId)?.Where(other => _definition.Selectors[other].Parent == selector.Parent).Order().Cast<int?>().FirstOrDefault() ?? -1;
            if (wanted >= 0)
            {
                if (transaction.FindNode(selector.Parent) is not null && transaction.FindNode(nodeId) is not null && (edge is null || edge.Origin == transaction.Origin))
                {
                    transaction.Link(selector.Parent, nodeId, RelationTypes.Layer2, _definition.Selectors[wanted].Metadata);
                }
            }
            else if (edge?.Origin == transaction.Origin)
            {
                transaction.DeleteEdge(id);
            }
        }

        _due.Clear();
    }

    private void Apply(GraphSnapshot snapshot, Edge edge, GraphEventKind kind)
    {
        if (edge.RelationType == RelationTypes.Ownership)
        {
            if (snapshot.FindNode(edge.Child) is { } child)
            {
                Evaluate(snapshot, child, isNew: false);
                EvaluateOwned(snapshot, child);
            }
        }
        else if (kind == GraphEventKind.EdgeDeleted && edge.RelationType == RelationTypes.Layer2 && _selected.TryGetValue(edge.Child, out var numbers))
        {
            // Someone has removed our edge, or one that was in its way.
            foreach (int number in numbers.Where(number => _definition.Selectors[number].Parent == edge.Parent))
            {
                _due.Add((number, edge.Child));
            }
        }
    }

    private void EvaluateOwned(GraphSnapshot snapshot, Node owner)
    {
        var pending = new Queue<(Node Node, int Depth)>([(owner, 1)]);
        var seen = new HashSet<string>(StringComparer.Ordinal) { owner.Id };
        int maximumDepth = _definition.Selectors.Max(static selector => selector.Chain.Count);
        while (pending.TryDequeue(out var entry))
        {
            foreach (var edge in entry.Depth < maximumDepth ? snapshot.GetEdges(entry.Node, EdgeDirection.Out) : [])
            {
                if (edge.RelationType == RelationTypes.Ownership && snapshot.GetChild(edge) is { } child && seen.Add(child.Id))
                {
                    Evaluate(snapshot, child, isNew: false);
                    pending.Enqueue((child, entry.Depth + 1));
                }
            }
        }
    }

    /// <param name="snapshot">The graph.</param>
    /// <param name="node">The node.</param>
    /// <param name="isNew">Whether the node may have come again, without the edges that it had.</param>
    private void Evaluate(GraphSnapshot snapshot, Node node, bool isNew)
    {
        for (int number = 0; number < _definition.Selectors.Count; number++)
        {
            bool isSelected = _definition.Selectors[number].Matches(snapshot, node);
            var numbers = _selected.GetValueOrDefault(node.Id);
            if (isSelected && numbers is null)
            {
                _selected.Add(node.Id, numbers = []);
            }

            bool isChange = isSelected ? numbers!.Add(number) : numbers?.Remove(number) == true;
            if (numbers?.Count == 0)
            {
                _selected.Remove(node.Id);
            }

            if (isChange || (isNew && isSelected))
            {
                _due.Add((number, node.Id));
            }
        }
    }

    private void Forget(string nodeId)
    {
        if (_selected.Remove(nodeId, out var numbers))
        {
            foreach (int number in numbers)
            {
                _due.Add((number, nodeId));
            }
        }
    }
}
