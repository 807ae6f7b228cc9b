using Microsoft.Extensions.Logging;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Hub;

/// <summary>
/// Takes the graph of one agent over into the analyzer's graph: the whole of it first, then each change. Called by one thread at a time.
/// </summary>
public sealed partial class GraphReceiver
{
    private readonly LiveGraph _graph;
    private readonly string _origin;
    private readonly ILogger _logger;

    /// <summary>Makes a receiver.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    /// <param name="origin">Origin of what is received, such as <c>agent.host1</c>.</param>
    /// <param name="logger">Told of what had to be left out.</param>
    public GraphReceiver(LiveGraph graph, string origin, ILogger logger)
    {
        _graph = graph;
        _origin = origin;
        _logger = logger;
    }

    /// <summary>Makes the elements of this origin those that are given.</summary>
    /// <param name="graph">The agent's whole graph.</param>
    public void Synchronize(SubGraph graph)
    {
        int leftOut = 0;
        _graph.Write(transaction => leftOut = transaction.Synchronize(_origin, graph));
        if (leftOut > 0)
        {
            LogEdgesLeftOut(_logger, leftOut, _origin);
        }
    }

    /// <summary>Applies changes as one transaction.</summary>
    /// <param name="events">The changes in order.</param>
    /// <param name="isTransient">Whether only counters that tick were changed.</param>
    public void Apply(IReadOnlyList<GraphEvent> events, bool isTransient)
    {
        _graph.Write(
            transaction =>
            {
                foreach (var graphEvent in events)
                {
                    Apply(transaction, graphEvent.Kind, graphEvent.Element);
                }
            },
            isTransient);
    }

    /// <summary>Applies one change.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="element">The element as it is now.</param>
    public void Apply(GraphEventKind kind, GraphElement element) => _graph.Write(transaction => Apply(transaction, kind, element));

    /// <summary>Applies a partial update. One that does not lead to a newer revision, or is of an unknown element, is left out.</summary>
    /// <param name="isNode">Whether it is about a node.</param>
    /// <param name="update">The update.</param>
    /// <returns>False when the element is not known: the sender and this graph differ, and a synchronisation is needed.</returns>
    /// <exception cref="ArgumentException">An operation is of an unknown type.</exception>
    public bool Apply(bool isNode, PartialUpdate update)
    {
        // Found outside the transaction: nobody else writes elements of this origin.
        GraphElement? before = isNode ? _graph.Current.FindNode(update.ID) : _graph.Current.FindEdge(update.ID);
        if (before is null || update.Revision <= before.Revision)
        {
            return before is not null;
        }

        var metadata = MetadataOperation.Apply(before.Metadata, update.Ops);
        _graph.Write(
            transaction =>
            {
                if (before is Node node && transaction.FindNode(update.ID) is not null)
                {
                    transaction.Put(node.With(metadata, update.UpdatedAt, update.Revision));
                }
                else if (before is Edge edge && transaction.FindEdge(update.ID) is not null)
                {
                    transaction.Put(edge.With(metadata, update.UpdatedAt, update.Revision));
                }
            },
            update.Transient);
        return true;
    }

    private void Apply(GraphTransaction transaction, GraphEventKind kind, GraphElement element)
    {
        switch (kind)
        {
            case GraphEventKind.NodeAdded or GraphEventKind.NodeUpdated:
                transaction.Put((Node)element);
                break;
            case GraphEventKind.NodeDeleted:
                transaction.DeleteNode(element.Id, element.DeletedAt ?? transaction.Now);
                break;
            case GraphEventKind.EdgeAdded or GraphEventKind.EdgeUpdated:
                var edge = (Edge)element;
                if (transaction.FindNode(edge.Parent) is null || transaction.FindNode(edge.Child) is null)
                {
                    LogEdgesLeftOut(_logger, 1, _origin);
                    break;
                }

                transaction.Put(edge);
                break;
            case GraphEventKind.EdgeDeleted:
                transaction.DeleteEdge(element.Id, element.DeletedAt ?? transaction.Now);
                break;
            default:
                break;
        }
    }

    [LoggerMessage(2001, LogLevel.Warning, "{Count} edges of {Origin} were left out because one of their ends is missing")]
    private static partial void LogEdgesLeftOut(ILogger logger, int count, string origin);
}
