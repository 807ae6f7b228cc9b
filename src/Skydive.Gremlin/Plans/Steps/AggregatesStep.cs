using System.Globalization;
using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Aggregates: all samples as one series on slices of equal length that begin with the time context or, where there is none, with the first
/// sample; the last slice may be shorter. Slices in which nothing was counted are left out.
/// </summary>
/// <param name="SliceMilliseconds">The length of a slice.</param>
/// <param name="Span">Where the step stands in the query.</param>
internal sealed record AggregatesStep(long SliceMilliseconds, SourceSpan Span) : SynchronousStep
{
    /// <summary>The name of the one series.</summary>
    private const string Key = "Aggregated";

    private const int MaximumSlices = 10_000;

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Metrics;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var metrics = (MetricTraversal)input;
        var samples = new List<MetadataMap>();
        long earliest = long.MaxValue;
        long latest = long.MinValue;
        foreach (var group in metrics.Groups)
        {
            foreach (var sample in group.Items)
            {
                context.Budget.Collect();
                samples.Add(sample);
                earliest = Math.Min(earliest, MetricArithmetic.StartOf(sample));
                latest = Math.Max(latest, MetricArithmetic.LastOf(sample));
            }
        }

        if (samples.Count == 0)
        {
            return metrics.With([new(Key, [])]);
        }

        var (start, last) = metrics.View.Slice is { IsPoint: false } slice ? (slice.Start, slice.Last) : (earliest, latest);

        // Only slices that a sample can reach are made: a context of a year, or one that reaches back for ever, costs no more than what is in it.
        var first = ((Int128)Math.Max(start, earliest) - start) / SliceMilliseconds;
        var end = (((Int128)Math.Min(last, latest) - start) + SliceMilliseconds - 1) / SliceMilliseconds;
        var count = end - first > 1 ? end - first : 1;
        if (count > MaximumSlices)
        {
            throw Diagnostics.Error(
                context.Text,
                GremlinErrorReason.InvalidArgument,
                Span,
                string.Create(CultureInfo.InvariantCulture, $"Aggregates would make {count} slices of {SliceMilliseconds / 1000.0} seconds, more than {MaximumSlices}, asked for"),
                hint: "expected longer slices or a shorter time");
        }

        var slices = new MetricSlices(start, last, SliceMilliseconds, (long)first, (int)count);
        foreach (var sample in samples)
        {
            slices.Add(sample, context.Budget);
        }

        return metrics.With([new(Key, slices.Build(metrics.WithZeros))]);
    }

    /// <inheritdoc/>
    protected override string Describe() => string.Create(CultureInfo.InvariantCulture, $"Aggregates({SliceMilliseconds / 1000.0})");
}
