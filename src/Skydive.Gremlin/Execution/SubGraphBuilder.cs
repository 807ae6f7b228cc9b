using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>Collects nodes and edges of a graph, each revision once, in the order in which they come.</summary>
/// <param name="budget">What it may use up.</param>
internal sealed class SubGraphBuilder(QueryBudget budget)
{
    private readonly List<Node> _nodes = [];
    private readonly List<Edge> _edges = [];
    private readonly HashSet<(string Id, long Revision)> _knownNodes = [];
    private readonly HashSet<(string Id, long Revision)> _knownEdges = [];
    private readonly HashSet<string> _nodeIds = new(StringComparer.Ordinal);

    /// <summary>Adds nodes and the edges among them.</summary>
    public void AddNodesWithEdges(IGraphView view, IEnumerable<Node> nodes, Filter? edgeFilter)
    {
        foreach (var node in nodes)
        {
            Add(node);
        }

        foreach (var node in _nodes)
        {
            foreach (var edge in view.GetEdges(node, EdgeDirection.Out))
            {
                budget.Visit();
                if (_nodeIds.Contains(edge.Child) && (edgeFilter is null || edgeFilter.Matches(edge)))
                {
                    Add(edge);
                }
            }
        }
    }

    /// <summary>Adds edges and the nodes at their ends.</summary>
    public void AddEdgesWithNodes(IGraphView view, IEnumerable<Edge> edges)
    {
        foreach (var edge in edges)
        {
            Add(edge);
            foreach (var node in view.GetParents(edge))
            {
                Add(node);
            }

            foreach (var node in view.GetChildren(edge))
            {
                Add(node);
            }
        }
    }

    /// <summary>The graph that was collected.</summary>
    /// <param name="slice">The time that it shows.</param>
    public SubGraphView Build(TimeSlice? slice) => new(slice, _nodes, _edges);

    private void Add(Node node)
    {
        budget.Visit();
        if (_knownNodes.Add((node.Id, node.Revision)))
        {
            budget.Collect();
            _nodeIds.Add(node.Id);
            _nodes.Add(node);
        }
    }

    private void Add(Edge edge)
    {
        budget.Visit();
        if (_knownEdges.Add((edge.Id, edge.Revision)))
        {
            budget.Collect();
            _edges.Add(edge);
        }
    }
}
