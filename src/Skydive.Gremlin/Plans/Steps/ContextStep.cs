using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Time;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>At, Context: the graph as it was.</summary>
/// <param name="When">The time.</param>
internal sealed record ContextStep(TimeContext When) : PlanStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Graph;

    /// <inheritdoc/>
    public override async ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var slice = When.Resolve(context.Time.GetUtcNow());
        context.Root = await context.Budget.WaitAsync(cancellationToken => context.Source.GetHistoryAsync(slice, cancellationToken)).ConfigureAwait(false);
        return new GraphTraversal(context.Root);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"At({When})";
}
