using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Completion;
using Skydive.Gremlin.Plans;
using Skydive.Gremlin.Plans.Steps;
using Skydive.Gremlin.Syntax;
using Skydive.Gremlin.Time;

namespace Skydive.Gremlin;

/// <summary>
/// Skydive's dialect of Gremlin (reference part 5): text → syntax tree → plan → results. Safe for use by several threads at once.
/// </summary>
public static class GremlinEngine
{
    /// <summary>Parses, checks and plans a query that is to be run later or often.</summary>
    /// <param name="text">The query, such as <c>G.V().Has('Type', 'bridge')</c>.</param>
    /// <exception cref="GremlinException">The text is no query, with where and why.</exception>
    public static GremlinQuery Compile(string text) => CompiledQueries.Get(text, static text => Compile(text, optimize: true));

    /// <summary>Parses and checks a query without running it.</summary>
    /// <param name="text">The query.</param>
    /// <returns>What the query will yield.</returns>
    /// <exception cref="GremlinException">The text is no query, with where and why.</exception>
    public static GremlinKind Validate(string text) => Binder.Bind(Parser.Parse(text))[^1].Output;

    /// <summary>Runs a query.</summary>
    /// <param name="text">The query.</param>
    /// <param name="source">What it is asked of.</param>
    /// <param name="options">What it may use up; null for <see cref="GremlinOptions.Default"/>.</param>
    /// <param name="cancellationToken">Ends the run, and later the enumeration of the result, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The result, which is computed as it is read.</returns>
    /// <exception cref="GremlinException">The text is no query, or cannot be run.</exception>
    public static ValueTask<GremlinResult> ExecuteAsync(string text, IQuerySource source, GremlinOptions? options, CancellationToken cancellationToken) =>
        Compile(text).ExecuteAsync(source, options, cancellationToken);

    /// <summary>Finds what may stand at a place in a query that is being written.</summary>
    /// <param name="text">The query, finished or not.</param>
    /// <param name="position">The place, counted from 0 in UTF-16 code units.</param>
    /// <param name="source">Whose live graph tells which keys and values there are.</param>
    /// <param name="limit">How many candidates are wanted at most.</param>
    /// <returns>What may stand there; no candidates where nothing can be said.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The place lies outside of the text, or none is wanted.</exception>
    public static GremlinCompletion Complete(string text, int position, IQuerySource source, int limit = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, text.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Completer.Complete(text, position, source.Live, limit);
    }

    /// <summary>Reads a time as it is written in <c>At</c>: RFC 1123, RFC 3339, a duration from now, seconds or milliseconds since 1970-01-01 UTC.</summary>
    /// <param name="value">A text or an integer.</param>
    /// <param name="now">The present.</param>
    /// <returns>Milliseconds since 1970-01-01 UTC; null when it is no time.</returns>
    public static long? ParseTime(MetadataValue value, DateTimeOffset now) => TimePoint.TryParse(value, out var time) ? time.Resolve(now) : null;

    /// <summary>The error of a source that keeps no history, for <see cref="IQuerySource.GetHistoryAsync"/> to throw.</summary>
    public static GremlinException HistoryNotSupported() => new(GremlinErrorReason.HistoryNotSupported, "Backend does not support history");

    /// <summary>Compiles a query with or without making its plan cheaper.</summary>
    internal static GremlinQuery Compile(string text, bool optimize)
    {
        var steps = Binder.Bind(Parser.Parse(text));
        var kind = steps[^1].Output;
        if (steps[^1] is ExplainStep)
        {
            PlanStep[] explained = [.. steps.SkipLast(1)];
            return new(text, kind, [new ExplainStep(optimize ? Optimizer.Optimize(explained) : explained)]);
        }

        return new(text, kind, optimize ? Optimizer.Optimize(steps) : steps);
    }
}
