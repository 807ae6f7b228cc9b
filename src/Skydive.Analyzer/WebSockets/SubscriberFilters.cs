using Skydive.Analyzer.Metrics;
using Skydive.Analyzer.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Gremlin;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// Makes the filters of subscribers from Gremlin expressions that give a graph, and evaluates those that need it. However many subscribers have
/// such a filter, one is evaluated at a time: the others wait, and what happens meanwhile they see at once. Safe for use by several threads at
/// once.
/// </summary>
internal sealed class SubscriberFilters
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();

    // Many clients show the same: the newest answer to each question that more than one asks, and how many do.
    private readonly Dictionary<string, Question> _questions = new(StringComparer.Ordinal);
    private long _evaluations;
    private long _evaluationTicks;
    private long _shared;

    /// <summary>Compiles a filter.</summary>
    /// <param name="gremlin">The text.</param>
    /// <param name="host">Identity of the client, for the error.</param>
    /// <exception cref="FormatException">It is no Gremlin, or does not give a graph; the message is for the client.</exception>
    public static SubscriberFilter Compile(string gremlin, string host)
    {
        GremlinQuery query;
        try
        {
            query = GremlinEngine.Compile(gremlin);
        }
        catch (GremlinException e)
        {
            throw new FormatException($"Invalid Gremlin filter '{gremlin}' for client {host}: {e.Message}", e);
        }

        return query.Kind == GremlinKind.Graph
            ? new(query)
            : throw new FormatException($"Gremlin query '{gremlin}' did not return a graph: end it with SubGraph()");
    }

    /// <summary>The part of a graph that a filter shows.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="getSnapshot">Gives the graph, as it is when it is this filter's turn.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="GremlinException">It takes more time or memory than it may.</exception>
    public async Task<SubGraph> EvaluateAsync(SubscriberFilter filter, Func<GraphSnapshot> getSnapshot, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var snapshot = getSnapshot();
            Question? question;
            lock (_lock)
            {
                _questions.TryGetValue(filter.Query.Text, out question);
            }

            if (question?.Answer is { } answer && answer.Sequence == snapshot.Sequence)
            {
                _shared++;
                return answer.Graph;
            }

            long began = TimeProvider.System.GetTimestamp();
            var graph = await RunAsync(filter.Query, snapshot, cancellationToken).ConfigureAwait(false);
            _evaluations++;
            _evaluationTicks += TimeProvider.System.GetElapsedTime(began).Ticks;
            if (question is { Askers: > 1 })
            {
                question.Answer = (snapshot.Sequence, graph);
            }

            return graph;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A subscriber begins to use a filter.</summary>
    public void Enter(SubscriberFilter filter)
    {
        lock (_lock)
        {
            if (!_questions.TryGetValue(filter.Query.Text, out var question))
            {
                _questions.Add(filter.Query.Text, question = new());
            }

            question.Askers++;
        }
    }

    /// <summary>A subscriber uses a filter no more.</summary>
    public void Leave(SubscriberFilter filter)
    {
        lock (_lock)
        {
            if (_questions.TryGetValue(filter.Query.Text, out var question) && --question.Askers == 0)
            {
                _questions.Remove(filter.Query.Text);
            }
        }
    }

    /// <summary>Writes how much work filters are.</summary>
    public void Write(MetricWriter writer)
    {
        lock (_lock)
        {
            writer.Gauge("subscriber_filters", "Different filters of subscribers.").Value(_questions.Count);
        }

        writer.Counter("subscriber_filter_evaluations_total", "Filters of subscribers that were evaluated as a whole.").Value(Interlocked.Read(ref _evaluations));
        writer.Counter("subscriber_filter_evaluations_shared_total", "Evaluations that were spared because another subscriber had just asked the same.").Value(Interlocked.Read(ref _shared));
        writer.Counter("subscriber_filter_seconds_total", "Seconds that evaluations took.").Value(TimeSpan.FromTicks(Interlocked.Read(ref _evaluationTicks)).TotalSeconds);
    }

    private static async Task<SubGraph> RunAsync(GremlinQuery query, GraphSnapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            var result = await query.ExecuteAsync(new SnapshotQuerySource(snapshot), null, cancellationToken).ConfigureAwait(false);
            return new() { Nodes = [.. result.Nodes], Edges = [.. result.Edges] };
        }
        catch (GremlinException e) when (e.Reason == GremlinErrorReason.NotFound)
        {
            // A filter that names a node by its identifier shows nothing while there is no such node.
            return new();
        }
    }

    private sealed class Question
    {
        public int Askers { get; set; }

        public (long Sequence, SubGraph Graph)? Answer { get; set; }
    }
}
