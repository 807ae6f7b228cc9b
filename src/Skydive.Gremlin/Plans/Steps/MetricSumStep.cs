using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Sum without a field, on metrics: one sample that adds up all; null when there is none.</summary>
internal sealed record MetricSumStep : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Value;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var metrics = (MetricTraversal)input;
        MetricTotal? total = null;
        foreach (var group in metrics.Groups)
        {
            foreach (var sample in group.Items)
            {
                context.Budget.Visit();
                (total ??= new()).Add(sample);
            }
        }

        return new ScalarTraversal(total?.Build(metrics.WithZeros));
    }

    /// <inheritdoc/>
    protected override string Describe() => "Sum";
}
