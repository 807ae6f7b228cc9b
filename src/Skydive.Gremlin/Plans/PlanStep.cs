using Skydive.Graph.Views;
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

    /// <summary>Whether the step may stand inside of another: it never waits, or says when it would have to.</summary>
    public virtual bool CanBeNested => false;

    /// <summary>Runs the step without waiting, inside of another.</summary>
    /// <param name="input">What the step before it yields.</param>
    /// <param name="context">What the steps of the run share.</param>
    /// <exception cref="GremlinException">The step cannot be run.</exception>
    public virtual Traversal ExecuteNow(Traversal input, QueryContext context) => throw new InvalidOperationException($"{GetType().Name} inside of a step");

    /// <summary>Where it starts in a graph, for people who look at a plan; null when it starts from what it is given.</summary>
    /// <param name="view">The graph.</param>
    public virtual string? ExplainStart(IGraphView view) => null;

    /// <summary>A step that yields the same, cheaper; for steps that hold others.</summary>
    public virtual PlanStep Optimized() => this;

    /// <summary>The step for people who look at a plan.</summary>
    public sealed override string ToString() => Describe();

    /// <summary>The step for people who look at a plan.</summary>
    protected abstract string Describe();
}
