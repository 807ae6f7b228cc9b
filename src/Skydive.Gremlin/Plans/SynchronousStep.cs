using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans;

/// <summary>A step that waits for nothing.</summary>
internal abstract record SynchronousStep : PlanStep
{
    /// <inheritdoc/>
    public override bool CanBeNested => true;

    /// <inheritdoc/>
    public sealed override Traversal ExecuteNow(Traversal input, QueryContext context) => Execute(input, context);

    /// <inheritdoc/>
    public sealed override ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context) => new(Execute(input!, context));

    /// <summary>Runs the step.</summary>
    /// <param name="input">What the step before it yields; null for the first.</param>
    /// <param name="context">What the steps of the run share.</param>
    protected abstract Traversal Execute(Traversal input, QueryContext context);
}
