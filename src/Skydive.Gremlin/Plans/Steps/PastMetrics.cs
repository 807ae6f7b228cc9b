using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>What the steps have in common that yield metrics: those of now are at hand, those of the past have to be waited for.</summary>
internal static class PastMetrics
{
    /// <summary>Runs a step inside of another, which is possible as long as it asks nobody.</summary>
    /// <param name="step">The step.</param>
    /// <param name="input">What the step before it yields.</param>
    /// <param name="context">What the steps of the run share.</param>
    /// <param name="asksNobody">Whether there is nobody to ask for metrics of the past.</param>
    /// <exception cref="GremlinException">The step would have to wait.</exception>
    public static Traversal ExecuteNow(PlanStep step, Traversal input, QueryContext context, bool asksNobody)
    {
        var task = ((ElementTraversal)input).View.Slice is null || asksNobody ? step.ExecuteAsync(input, context) : default;
        return task is { IsCompletedSuccessfully: true, Result: { } result }
            ? result
            : throw new GremlinException(GremlinErrorReason.InvalidStep, "the metrics of the past cannot be asked for inside of another step");
    }
}
