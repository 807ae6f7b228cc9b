using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Metrics on nodes: what each node's counters counted, in the order of the nodes, and of Start. Live the newest sample, of the node's
/// metadata; with a time context those that have an instant in common with it, for a point of time the newest until then.
/// </summary>
/// <param name="Path">The metadata key of the samples.</param>
internal sealed record MetricsStep(string Path) : PlanStep
{
    private readonly FieldPath _field = FieldPath.Parse(Path);

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Metrics;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    public override bool CanBeNested => true;

    /// <inheritdoc/>
    public override Traversal ExecuteNow(Traversal input, QueryContext context) => PastMetrics.ExecuteNow(this, input, context, WaitsForNothing(context));

    /// <inheritdoc/>
    public override async ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var nodes = (NodeTraversal)input!;
        if (nodes.View.Slice is not { } slice || context.Source.Metrics is not { } source)
        {
            return new MetricTraversal(nodes.View, OfMetadata(nodes, context.Budget));
        }

        var identifiers = Identify(nodes.Items, context.Budget);
        if (identifiers.Count == 0)
        {
            return new MetricTraversal(nodes.View, []);
        }

        var search = new MetricSearch { ElementIds = identifiers, Path = Path, Slice = slice };
        var samples = await context.Budget.WaitAsync(cancellationToken => source.SearchMetricsAsync(search, cancellationToken)).ConfigureAwait(false);
        return new MetricTraversal(nodes.View, ByNode(identifiers, samples, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Metrics({Path})";

    private static bool WaitsForNothing(QueryContext context) => context.Source.Metrics is null;

    private static List<string> Identify(IEnumerable<Node> nodes, QueryBudget budget)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var identifiers = new List<string>();
        foreach (var node in nodes)
        {
            budget.Visit();
            if (seen.Add(node.Id))
            {
                budget.Collect();
                identifiers.Add(node.Id);
            }
        }

        return identifiers;
    }

    private static List<GremlinGroup<MetadataMap>> ByNode(List<string> identifiers, IReadOnlyList<MetricSample> samples, QueryBudget budget)
    {
        var byNode = new Dictionary<string, List<MetadataMap>>(StringComparer.Ordinal);
        foreach (var sample in samples)
        {
            budget.Collect();
            if (!byNode.TryGetValue(sample.ElementId, out var list))
            {
                byNode.Add(sample.ElementId, list = []);
            }

            list.Add(sample.Values);
        }

        return [.. identifiers.Where(byNode.ContainsKey).Select(id => new GremlinGroup<MetadataMap>(id, byNode[id]))];
    }

    /// <summary>The samples in the metadata of the nodes' revisions, each once.</summary>
    private IEnumerable<GremlinGroup<MetadataMap>> OfMetadata(NodeTraversal nodes, QueryBudget budget)
    {
        var order = new List<string>();
        var byNode = new Dictionary<string, List<MetadataMap>>(StringComparer.Ordinal);
        var seen = new HashSet<(string Id, long Start)>();
        foreach (var node in nodes.Items)
        {
            budget.Visit();
            if (!node.Metadata.TryGetPath(_field, out var value) || value.AsMap is not { } sample || !seen.Add((node.Id, MetricArithmetic.StartOf(sample))))
            {
                continue;
            }

            if (nodes.View.Slice is { IsPoint: false } slice && (MetricArithmetic.StartOf(sample) > slice.Last || MetricArithmetic.LastOf(sample) < slice.Start))
            {
                continue;
            }

            budget.Collect();
            if (!byNode.TryGetValue(node.Id, out var list))
            {
                byNode.Add(node.Id, list = []);
                order.Add(node.Id);
            }

            list.Add(sample);
        }

        foreach (string id in order)
        {
            yield return new(id, [.. byNode[id].OrderBy(MetricArithmetic.StartOf)]);
        }
    }
}
