using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans;

/// <summary>One step of a plan. Immutable: a plan is made once and run by several threads at once.</summary>
internal abstract record PlanStep
{
    /// <summary>What it yields.</summary>
    public abstract GremlinKind Output { get; }

    /// <summary>Whether it looks at nodes or edges of the graph that its input belongs to, beyond those that it is given.</summary>
    public virtual bool ReadsGraph => true;

    /// <summary>Runs the step.</summary>
    /// <param name="input">What the step before it yields; null for the first.</param>
    /// <param name="context">What the steps of the run share.</param>
    /// <exception cref="GremlinException">The step cannot be run.</exception>
    public abstract ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context);

    /// <summary>The step for people who look at a plan.</summary>
    public sealed override string ToString() => Describe();

    /// <summary>The step for people who look at a plan.</summary>
    protected abstract string Describe();
}
