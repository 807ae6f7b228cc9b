using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Plans;

/// <summary>Steps inside of another step, which are run for its elements. They wait for nothing.</summary>
/// <param name="Steps">The steps; none yields what is given.</param>
/// <param name="Input">What they are given.</param>
internal sealed record Subplan(IReadOnlyList<PlanStep> Steps, GremlinKind Input)
{
    /// <summary>What they yield.</summary>
    public GremlinKind Output => Steps.Count == 0 ? Input : Steps[^1].Output;

    /// <summary>Whether they look at the graph beyond what they are given.</summary>
    public bool ReadsGraph => Steps.Any(static step => step.ReadsGraph);

    /// <summary>The condition that an element must meet for the steps to yield something of it; null when that takes more than a look at the element.</summary>
    public Filter? AsFilter => Steps.All(static step => step is FilterStep) ? new AllFilter([.. Steps.Select(static step => ((FilterStep)step).Filter)]) : null;

    /// <summary>The same, cheaper.</summary>
    public Subplan Optimized() => this with { Steps = Optimizer.OptimizeNested(Steps) };

    /// <summary>Runs the steps.</summary>
    /// <param name="input">What they are given.</param>
    /// <param name="context">What the steps of the run share.</param>
    public Traversal Run(Traversal input, QueryContext context)
    {
        var current = input;
        foreach (var step in Steps)
        {
            current = step.ExecuteNow(current, context);
        }

        return current;
    }

    /// <summary>Whether the steps yield anything; a single value always counts.</summary>
    /// <param name="input">What they are given.</param>
    /// <param name="context">What the steps of the run share.</param>
    public bool HasAny(Traversal input, QueryContext context) => Run(input, context) is not SequenceTraversal sequence || sequence.Any();

    /// <inheritdoc/>
    public override string ToString() => string.Join(" | ", Steps);
}
