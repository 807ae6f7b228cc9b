using System.Net.WebSockets;
using System.Numerics;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Hub;

/// <summary>
/// Takes the graph of one agent or publisher over into the analyzer's graph: the whole of it first, then each change. Called by one thread at
/// a time.
/// </summary>
public sealed partial class GraphReceiver
{
    /// <summary>From so many messages on it is looked whether they can be applied as one.</summary>
    private const int ManyMessages = 64;

    private const string AgentPrefix = "agent.";
    private const string EndMissing = "one of the ends of an edge is missing";

    private readonly LiveGraph _graph;
    private readonly string _origin;
    private readonly ILogger _logger;
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly SharedElements _shared;
    private readonly ElementPatches _patches;

    /// <summary>Makes a receiver.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    /// <param name="origin">Origin of what is received, such as <c>agent.host1</c>.</param>
    /// <param name="logger">Told of what had to be left out.</param>
    public GraphReceiver(LiveGraph graph, string origin, ILogger logger)
    {
        _graph = graph;
        _origin = origin;
        _logger = logger;
        _shared = SharedElements.Of(graph);
        _patches = ElementPatches.Of(graph);
    }

    /// <summary>
    /// Whether the sender owns only what is of its origin: what would change elements of others is left out, as is what does not fit. Otherwise
    /// that is an error.
    /// </summary>
    internal bool IsGuest { get; init; }

    /// <summary>Who is told as the source of the commits.</summary>
    internal object? Source { get; init; }

    /// <summary>How many elements and changes were left out.</summary>
    internal long Refused { get; private set; }

    /// <summary>Counts what was left out, here or before it came here.</summary>
    /// <param name="count">How many elements and changes.</param>
    /// <param name="reason">What is wrong with the first.</param>
    internal void Refuse(int count, string reason)
    {
        long before = Refused;
        Refused += count;
        if (count > 0 && (before == 0 || BitOperations.Log2((ulong)before) != BitOperations.Log2((ulong)Refused)))
        {
            // A sender that goes on with it is not to fill the log.
            LogRefused(_logger, _origin, reason, Refused);
        }
    }

    /// <summary>Makes the elements of this origin those that are given.</summary>
    /// <param name="graph">The sender's whole graph.</param>
    public void Synchronize(SubGraph graph)
    {
        int leftOut = 0;
        _graph.Write(
            transaction =>
            {
                var told = _patches.Complete(graph);
                leftOut = transaction.Synchronize(_origin, IsGuest ? told : Share(transaction, told), keepOthers: IsGuest);
            },
            source: Source);
        if (leftOut > 0)
        {
            Refuse(leftOut, EndMissing);
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
                    if (_patches.RevisionsOf(graphEvent.Element) > 0)
                    {
                        _patches.GiveWay(graphEvent.Element, graphEvent.Operations);
                    }

                    Apply(transaction, graphEvent.Kind, graphEvent.Element);
                }
            },
            isTransient);
    }

    /// <summary>
    /// Applies messages about the graph, in as few transactions as keep each revision of an element apart: under load a transaction for each
    /// message would cost more than what it changes.
    /// </summary>
    /// <param name="messages">The messages in order.</param>
    /// <exception cref="GraphMessageException">
    /// The sender and this graph differ, and a synchronisation is needed; or an operation is of an unknown type. Not with a guest, whose
    /// message is left out.
    /// </exception>
    internal void Apply(IReadOnlyList<GraphMessage> messages)
    {
        for (int begin = 0; begin < messages.Count;)
        {
            if (messages[begin].Graph is { } graph)
            {
                Synchronize(graph);
                begin++;
                continue;
            }

            int end = EndOfRun(messages, begin);
            _graph.Write(
                transaction =>
                {
                    if (end - begin >= ManyMessages && AddedBy(transaction, messages, begin, end) is { } added)
                    {
                        Refuse(transaction.PutMany(added), EndMissing);
                        return;
                    }

                    for (int i = begin; i < end; i++)
                    {
                        Apply(transaction, messages[i]);
                    }
                },
                IsTransient(messages[begin]),
                Source);
            begin = end;
        }
    }

    // What the messages add, nodes before edges, when they do nothing else.
    private SubGraph? AddedBy(GraphTransaction transaction, IReadOnlyList<GraphMessage> messages, int begin, int end)
    {
        var nodes = new List<Node>();
        var edges = new List<Edge>();
        for (int i = begin; i < end; i++)
        {
            switch (messages[i])
            {
                case { Type: MessageTypes.NodeAdded, Element: Node node } when edges.Count == 0:
                    nodes.Add(node);
                    break;
                case { Type: MessageTypes.EdgeAdded, Element: Edge edge }:
                    edges.Add(edge);
                    break;
                default:
                    return null;
            }
        }

        nodes.RemoveAll(node => IsOfOthers(transaction.FindNode(node.Id)) || IsShared(transaction, node));
        edges.RemoveAll(edge => IsOfOthers(transaction.FindEdge(edge.Id)) || IsShared(transaction, edge));
        return _patches.Complete(new SubGraph { Nodes = nodes, Edges = edges });
    }

    private static bool IsTransient(GraphMessage message) => message.Update?.Transient ?? false;

    // Where the messages end that go into one transaction: none tells of an element that one before it tells of.
    private int EndOfRun(IReadOnlyList<GraphMessage> messages, int begin)
    {
        _touched.Clear();
        for (int i = begin; i < messages.Count; i++)
        {
            var message = messages[i];
            string? id = message.Element?.Id ?? message.Update?.ID;
            if (i > begin
                && (message.Graph is not null
                    || IsTransient(message) != IsTransient(messages[begin])
                    || message.Type == MessageTypes.NodeDeleted
                    || (id is not null && _touched.Contains(id))))
            {
                return i;
            }

            if (id is not null)
            {
                _touched.Add(id);
            }

            if (message.Type == MessageTypes.NodeDeleted)
            {
                // Its edges go with it, whether they were told or not.
                return i + 1;
            }
        }

        return messages.Count;
    }

    private void Apply(GraphTransaction transaction, GraphMessage message)
    {
        if (message.Update is { } update)
        {
            Apply(transaction, message.Type == MessageTypes.NodePartiallyUpdated, update);
        }
        else if (message.Element is { } element && MessageKinds.KindOf(message.Type) is { } kind)
        {
            Apply(transaction, kind, element);
        }
    }

    private void Apply(GraphTransaction transaction, bool isNode, PartialUpdate update)
    {
        GraphElement? before = isNode ? transaction.FindNode(update.ID) : transaction.FindEdge(update.ID);
        bool isHidden = IsOfAnotherAgent(before);
        if (isHidden)
        {
            before = _shared.Find(update.ID, _origin);
        }

        if (before is null)
        {
            // An edge that was left out because an end was missing is not known, and would not be after another synchronisation either.
            if (isNode || IsGuest)
            {
                Refuse($"{(isNode ? "node" : "edge")} {update.ID} is not known here: the graphs differ");
            }

            return;
        }

        long revision = update.Revision + (isHidden ? 0 : _patches.RevisionsOf(before));
        if (revision <= before.Revision || IsOfOthers(before))
        {
            return;
        }

        try
        {
            var metadata = MetadataOperation.Apply(before.Metadata, update.Ops);
            GraphElement after = before is Node node
                ? node.With(metadata, update.UpdatedAt, revision)
                : ((Edge)before).With(metadata, update.UpdatedAt, revision);
            _patches.GiveWay(before, update.Ops);
            if (isHidden)
            {
                _shared.Set(after);
            }
            else if (after is Node changed)
            {
                transaction.Put(changed);
            }
            else
            {
                transaction.Put((Edge)after);
            }
        }
        catch (ArgumentException e)
        {
            Refuse(e.Message, e);
        }
    }

    private void Apply(GraphTransaction transaction, GraphEventKind kind, GraphElement element)
    {
        if (IsOfOthers(element is Node ? transaction.FindNode(element.Id) : transaction.FindEdge(element.Id)))
        {
            return;
        }

        bool isGone = kind is GraphEventKind.NodeDeleted or GraphEventKind.EdgeDeleted;
        if (isGone ? IsStillShared(transaction, element) : IsShared(transaction, element))
        {
            return;
        }

        switch (kind)
        {
            case GraphEventKind.NodeAdded or GraphEventKind.NodeUpdated:
                transaction.Put(_patches.Complete((Node)element));
                break;
            case GraphEventKind.NodeDeleted:
                _patches.Forget(element);
                transaction.DeleteNode(element.Id, element.DeletedAt ?? transaction.Now);
                break;
            case GraphEventKind.EdgeAdded or GraphEventKind.EdgeUpdated:
                var edge = _patches.Complete((Edge)element);
                if (transaction.FindNode(edge.Parent) is null || transaction.FindNode(edge.Child) is null)
                {
                    Refuse(1, EndMissing);
                    break;
                }

                transaction.Put(edge);
                break;
            case GraphEventKind.EdgeDeleted:
                _patches.Forget(element);
                transaction.DeleteEdge(element.Id, element.DeletedAt ?? transaction.Now);
                break;
            default:
                break;
        }
    }

    private static GraphElement? Find(GraphTransaction transaction, GraphElement element) =>
        element is Node ? transaction.FindNode(element.Id) : transaction.FindEdge(element.Id);

    /// <summary>Whether an element is shown as another agent tells it.</summary>
    private bool IsOfAnotherAgent(GraphElement? shown) =>
        !IsGuest && shown is not null && shown.Origin != _origin && shown.Origin.StartsWith(AgentPrefix, StringComparison.Ordinal)
        && _origin.StartsWith(AgentPrefix, StringComparison.Ordinal);

    /// <summary>Keeps what this agent tells of an element aside when it is shown as another agent tells it.</summary>
    private bool IsShared(GraphTransaction transaction, GraphElement element)
    {
        if (element.Origin != _origin || !IsOfAnotherAgent(Find(transaction, element)))
        {
            return false;
        }

        _shared.Set(element);
        return true;
    }

    /// <summary>Whether an element that this agent tells of no more stays, since another agent tells of it.</summary>
    private bool IsStillShared(GraphTransaction transaction, GraphElement element)
    {
        if (Find(transaction, element) is not { } shown)
        {
            _shared.Remove(element.Id, _origin);
            return false;
        }

        if (IsOfAnotherAgent(shown))
        {
            _shared.Remove(element.Id, _origin);
            return true;
        }

        return shown.Origin == _origin && Pass(transaction, element.Id);
    }

    /// <summary>Passes an element on to the next agent that tells of it.</summary>
    private bool Pass(GraphTransaction transaction, string id)
    {
        while (_shared.TryTake(id, out var next))
        {
            if (next is Node node)
            {
                transaction.Exchange(node);
                return true;
            }

            var edge = (Edge)next;
            if (transaction.FindNode(edge.Parent) is not null && transaction.FindNode(edge.Child) is not null)
            {
                transaction.Exchange(edge);
                return true;
            }
        }

        return false;
    }

    /// <summary>What of this agent's graph is to be shown as it tells it. Passes on what it tells of no more.</summary>
    private SubGraph Share(GraphTransaction transaction, SubGraph graph)
    {
        var told = graph.Nodes.Concat<GraphElement>(graph.Edges).Where(element => element.Origin == _origin && IsOfAnotherAgent(Find(transaction, element)))
            .DistinctBy(static element => element.Id).ToDictionary(static element => element.Id, StringComparer.Ordinal);
        foreach (var element in told.Values)
        {
            _shared.Set(element);
        }

        if (_shared.Ids.Count > 0)
        {
            var ids = graph.Nodes.Concat<GraphElement>(graph.Edges).Select(static element => element.Id).ToHashSet(StringComparer.Ordinal);
            foreach (string id in _shared.Ids.Where(id => !ids.Contains(id)).ToArray())
            {
                _shared.Remove(id, _origin);
                if (((GraphElement?)transaction.FindNode(id) ?? transaction.FindEdge(id))?.Origin == _origin)
                {
                    Pass(transaction, id);
                }
            }
        }

        return told.Count == 0 ? graph : graph with
        {
            Nodes = [.. graph.Nodes.Where(node => !told.ContainsKey(node.Id))],
            Edges = [.. graph.Edges.Where(edge => !told.ContainsKey(edge.Id))],
        };
    }

    private bool IsOfOthers(GraphElement? element)
    {
        if (!IsGuest || element is null || element.Origin == _origin)
        {
            return false;
        }

        Refuse($"{element.Id} belongs to {element.Origin}");
        return true;
    }

    private void Refuse(string reason, Exception? cause = null)
    {
        if (!IsGuest)
        {
            throw new GraphMessageException(WebSocketCloseStatus.InvalidPayloadData, reason, cause);
        }

        Refuse(1, reason);
    }

    [LoggerMessage(2001, LogLevel.Warning, "Elements or changes of {Origin} were left out: {Reason} (so far {Count})")]
    private static partial void LogRefused(ILogger logger, string origin, string reason, long count);
}
