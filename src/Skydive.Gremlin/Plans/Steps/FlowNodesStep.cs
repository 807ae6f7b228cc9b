using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// CaptureNode, Hops, Nodes, In, Out, Both on flows: for each flow its nodes, in the order capture, A, B; where several nodes match, the first
/// of the graph. Ends that no node matches are left out, duplicates are kept.
/// </summary>
/// <param name="Ends">Which nodes.</param>
/// <param name="Filter">The condition on the nodes; null for none.</param>
internal sealed record FlowNodesStep(FlowEnds Ends, Filter? Filter) : SynchronousStep
{
    /// <summary>Whether the flows of each conversation are put in the order in which its packets pass their capture points.</summary>
    public bool InPathOrder { get; init; }

    private const string TID = "TID";
    private static readonly string[] s_addressKeys = ["MAC", "PeerIntfMAC"];

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var flows = (FlowTraversal)input;
        return new NodeTraversal(flows.View, Find(flows, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"{(InPathOrder ? "Hops" : "FlowNodes")}({Ends})[{FilterText.Describe(Filter)}]";

    /// <summary>The first node of the graph for each of the values that it may have at some keys: one search instead of one for each flow.</summary>
    private static Dictionary<string, Node> Index(IGraphView view, HashSet<string> values, string[] keys, QueryBudget budget)
    {
        var found = new Dictionary<string, Node>(StringComparer.Ordinal);
        if (values.Count == 0)
        {
            return found;
        }

        MetadataValue[] wanted = [.. values.Select(static value => (MetadataValue)value)];
        Filter[] filters = [.. keys.Select(key => new WithinFilter(key, wanted))];
        foreach (var node in view.GetNodes(filters is [var only] ? only : new AnyFilter(filters)))
        {
            budget.Visit();
            foreach (string key in keys)
            {
                Add(node, node.Metadata[key]);
            }
        }

        return found;

        void Add(Node node, MetadataValue value)
        {
            if (value.AsString is { } text && values.Contains(text))
            {
                found.TryAdd(text, node);
            }

            foreach (var element in value.Elements)
            {
                Add(node, element);
            }
        }
    }

    private IEnumerable<Node> Find(FlowTraversal input, QueryBudget budget)
    {
        var flows = new List<Flow>();
        var identifiers = new HashSet<string>(StringComparer.Ordinal);
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flow in InPathOrder ? new FlowPathFinder(input.View, budget).Order(input.Items).SelectMany(static path => path) : input.Items)
        {
            budget.Collect();
            flows.Add(flow);
            if ((Ends & FlowEnds.Capture) != 0 && flow.NodeTID.Length > 0)
            {
                identifiers.Add(flow.NodeTID);
            }

            if (flow.Link is { } link)
            {
                if ((Ends & FlowEnds.A) != 0)
                {
                    addresses.Add(link.A);
                }

                if ((Ends & FlowEnds.B) != 0)
                {
                    addresses.Add(link.B);
                }
            }
        }

        var byIdentifier = Index(input.View, identifiers, [TID], budget);
        var byAddress = Index(input.View, addresses, s_addressKeys, budget);
        foreach (var flow in flows)
        {
            budget.Visit();
            if ((Ends & FlowEnds.Capture) != 0 && byIdentifier.TryGetValue(flow.NodeTID, out var capture) && IsWanted(capture))
            {
                yield return capture;
            }

            if ((Ends & FlowEnds.A) != 0 && flow.Link is { } a && byAddress.TryGetValue(a.A, out var nodeA) && IsWanted(nodeA))
            {
                yield return nodeA;
            }

            if ((Ends & FlowEnds.B) != 0 && flow.Link is { } b && byAddress.TryGetValue(b.B, out var nodeB) && IsWanted(nodeB))
            {
                yield return nodeB;
            }
        }
    }

    private bool IsWanted(Node node) => Filter is null || Filter.Matches(node);
}
