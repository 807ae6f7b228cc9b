using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Time;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>At, Context: the graph as it was.</summary>
/// <param name="When">The time.</param>
internal sealed record ContextStep(TimeContext When) : PlanStep
{
    /// <summary>Whether a later step looks at the graph; where none does, it is not fetched.</summary>
    public bool NeedsGraph { get; init; } = true;

    /// <summary>The nodes to which the query goes at once, when it looks at nothing else of the graph; null when it may look at all of it.</summary>
    public VerticesStep? Start { get; init; }

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Graph;

    /// <inheritdoc/>
    public override async ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var slice = When.Resolve(context.Time.GetUtcNow());
        if (!NeedsGraph)
        {
            context.Root = context.Source.KeepsHistory ? new RevisionView(slice, [], []) : throw GremlinEngine.HistoryNotSupported();
            return new GraphTraversal(context.Root);
        }

        context.Root = await context.Budget.WaitAsync(cancellationToken => Start is { } start
            ? context.Source.GetHistoryNodesAsync(slice, start.Condition, cancellationToken)
            : context.Source.GetHistoryAsync(slice, cancellationToken)).ConfigureAwait(false);
        return new GraphTraversal(context.Root);
    }

    /// <inheritdoc/>
    protected override string Describe() => !NeedsGraph ? $"At({When}) without graph" : Start is { } start ? $"At({When}) nodes[{FilterText.Describe(start.Condition)}]" : $"At({When})";
}
