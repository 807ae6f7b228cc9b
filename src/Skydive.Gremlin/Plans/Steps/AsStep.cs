using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>As: keeps the nodes under a name, for Select.</summary>
/// <param name="Name">The name.</param>
internal sealed record AsStep(string Name) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <summary>Keeps nodes.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="context">What the steps of the run share.</param>
    /// <returns>The nodes.</returns>
    public List<Node> Keep(IEnumerable<Node> nodes, QueryContext context)
    {
        var kept = new List<Node>();
        foreach (var node in nodes)
        {
            context.Budget.Collect();
            kept.Add(node);
        }

        context.Keep(Name, kept);
        return kept;
    }

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        return new NodeTraversal(nodes.View, Keep(nodes.Items, context));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"As({Name})";
}
