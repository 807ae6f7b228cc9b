using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>As: keeps the nodes under a name, for Select.</summary>
/// <param name="Name">The name.</param>
internal sealed record AsStep(string Name) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        var kept = context.Kept[Name] = [];
        foreach (var node in nodes.Items)
        {
            context.Budget.Collect();
            kept.Add(node);
        }

        return new NodeTraversal(nodes.View, kept);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"As({Name})";
}
