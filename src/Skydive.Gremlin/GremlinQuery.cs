using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Plans;

namespace Skydive.Gremlin;

/// <summary>A query that was parsed, checked and planned. Immutable; may be run by several threads at once.</summary>
public sealed class GremlinQuery
{
    private readonly IReadOnlyList<PlanStep> _steps;

    internal GremlinQuery(string text, GremlinKind kind, IReadOnlyList<PlanStep> steps)
    {
        Text = text;
        Kind = kind;
        _steps = steps;
        Selection = PlanReading.FindSelection(steps);
        DecidingKeys = PlanReading.FindKeys(steps);
    }

    /// <summary>The query as it was written.</summary>
    public string Text { get; }

    /// <summary>What it yields.</summary>
    public GremlinKind Kind { get; }

    /// <summary>Whether it reads packets that captures kept, which tell more than flows do.</summary>
    public bool ReadsPackets => _steps.Any(static step => step.Output == GremlinKind.RawPackets);

    /// <summary>The conditions on single nodes and edges that the query comes down to; null when there is more to it.</summary>
    public GraphSelection? Selection { get; }

    /// <summary>
    /// The top-level keys of metadata that decide what the query finds in a live graph, besides which nodes and edges there are; null when that
    /// cannot be said.
    /// </summary>
    public IReadOnlySet<string>? DecidingKeys { get; }

    /// <summary>The plan in one line, for people: which conditions are checked where.</summary>
    public string Explain() => string.Join(" | ", _steps);

    /// <summary>Runs the query.</summary>
    /// <param name="source">What it is asked of.</param>
    /// <param name="options">What it may use up; null for <see cref="GremlinOptions.Default"/>.</param>
    /// <param name="cancellationToken">Ends the run, and later the enumeration of the result, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The result, which is computed as it is read.</returns>
    /// <exception cref="GremlinException">The query cannot be run: a node or edge that it names does not exist, there is no history, …</exception>
    public async ValueTask<GremlinResult> ExecuteAsync(IQuerySource source, GremlinOptions? options, CancellationToken cancellationToken)
    {
        var context = new QueryContext(Text, source, options ?? GremlinOptions.Default, cancellationToken);
        Traversal? current = null;
        foreach (var step in _steps)
        {
            current = await step.ExecuteAsync(current, context).ConfigureAwait(false);
        }

        context.Budget.Check();
        return new(current!, context.Budget);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
