using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Explain: the steps of a plan as they would be run, without running them.</summary>
/// <param name="Steps">The steps.</param>
internal sealed record ExplainStep(IReadOnlyList<PlanStep> Steps) : PlanStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Values;

    /// <inheritdoc/>
    public override ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var result = new List<MetadataValue>(Steps.Count);
        bool isLive = !Steps.Any(static step => step is ContextStep);
        foreach (var step in Steps)
        {
            var entry = new MetadataBuilder().Set("Step", step.ToString()).Set("Yields", step.Output.ToString());
            if (isLive)
            {
                entry.SetIfNotNull("Start", step.ExplainStart(context.Root));
            }

            result.Add(entry.Build());
        }

        return new(new ValueTraversal(result));
    }

    /// <inheritdoc/>
    protected override string Describe() => "Explain";
}
