using System.Threading.Channels;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Gremlin;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// Follows the graph for all subscribers whose filter one look at an element decides (<see cref="GraphSelection"/>), and passes on to each the
/// commits that concern it: a thousand subscribers of whom a change concerns one cost what one costs, and are not even woken. Works while it has
/// members. Safe for use by several threads at once.
/// </summary>
internal sealed class SelectionRelay(LiveGraph graph, int queueSize)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Channel<Action<GraphSnapshot>>? _orders;
    private Run? _current;
    private int _memberCount;

    /// <summary>Fails with what broke it; never ends otherwise.</summary>
    public Task Fault => _fault.Task;

    /// <summary>Takes part from now on.</summary>
    /// <param name="selection">What is in view.</param>
    public SelectionMember Join(GraphSelection selection)
    {
        var member = new SelectionMember(selection, queueSize);
        Order(static _ => { }, member, isJoin: true);
        return member;
    }

    /// <summary>Takes part no more.</summary>
    public void Leave(SelectionMember member) => Order(static _ => { }, member, isJoin: false);

    /// <summary>Puts a mark behind everything that has happened so far; it comes with the state of the graph there.</summary>
    public void Mark(SelectionMember member) => Order(snapshot => member.Post(new(null, snapshot, snapshot)), null, isJoin: false);

    private void Order(Action<GraphSnapshot> order, SelectionMember? member, bool isJoin)
    {
        lock (_lock)
        {
            if (_orders is null)
            {
                if (!isJoin)
                {
                    return;
                }

                _orders = Channel.CreateUnbounded<Action<GraphSnapshot>>(new() { SingleReader = true });
                var run = new Run(graph.Subscribe(queueSize), _orders);
                _current = run;
                Task.Run(run.FollowAsync).ContinueWith(
                    ended => _fault.TrySetException(ended.Exception!.InnerExceptions), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            var current = _current!;
            _orders.Writer.TryWrite(snapshot =>
            {
                if (member is not null)
                {
                    current.Change(member, isJoin);
                }

                order(snapshot);
            });
            _memberCount += member is null ? 0 : isJoin ? 1 : -1;
            if (_memberCount == 0)
            {
                _orders.Writer.TryComplete();
                (_orders, _current) = (null, null);
            }
        }
    }

    /// <summary>One time in which there are members.</summary>
    private sealed class Run(GraphSubscription subscription, Channel<Action<GraphSnapshot>> orders)
    {
        // Members whose condition asks for one value of a key, by key and value; the others are looked at each time.
        private readonly Dictionary<string, Dictionary<MetadataValue, List<SelectionMember>>> _byValue = new(StringComparer.Ordinal);
        private readonly List<SelectionMember> _others = [];
        private readonly HashSet<SelectionMember> _concerned = [];
        private GraphSnapshot _position = subscription.Start;

        public async Task FollowAsync()
        {
            using (subscription)
            {
                var changes = subscription.WaitToReadAsync(CancellationToken.None).AsTask();
                var asked = orders.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
                while (true)
                {
                    await Task.WhenAny(changes, asked).ConfigureAwait(false);
                    PassOn();
                    if (changes.IsCompleted)
                    {
                        changes = subscription.WaitToReadAsync(CancellationToken.None).AsTask();
                    }

                    while (orders.Reader.TryRead(out var order))
                    {
                        order(_position);
                        PassOn();
                    }

                    if (asked.IsCompleted)
                    {
                        if (!await asked.ConfigureAwait(false))
                        {
                            return;
                        }

                        asked = orders.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
                    }
                }
            }
        }

        public void Change(SelectionMember member, bool isJoin)
        {
            var list = ListOf(member);
            if (isJoin)
            {
                list.Add(member);
            }
            else
            {
                list.Remove(member);
            }
        }

        private static (string Key, MetadataValue Value)? FindEquality(Filter? filter) => filter switch
        {
            EqualFilter { Value.Kind: MetadataKind.String } equal when !equal.Key.Contains('.', StringComparison.Ordinal) && (equal.Key[0] != '@' || equal.Key == "@ID") => (equal.Key, equal.Value),
            AllFilter all => all.Filters.Select(FindEquality).FirstOrDefault(static found => found is not null),
            _ => null,
        };

        private List<SelectionMember> ListOf(SelectionMember member)
        {
            if (FindEquality(member.Selection.Nodes) is not { } equality)
            {
                return _others;
            }

            if (!_byValue.TryGetValue(equality.Key, out var values))
            {
                _byValue.Add(equality.Key, values = []);
            }

            if (!values.TryGetValue(equality.Value, out var members))
            {
                values.Add(equality.Value, members = []);
            }

            return members;
        }

        private void PassOn()
        {
            while (subscription.TryRead(out var change))
            {
                var before = _position;
                _position = change.Snapshot;
                if (change.Commit is not { } commit)
                {
                    foreach (var member in Everybody())
                    {
                        member.Lose(change.Lost);
                    }

                    continue;
                }

                _concerned.Clear();
                foreach (var graphEvent in commit.Events)
                {
                    FindConcerned(before, commit.Snapshot, graphEvent);
                }

                foreach (var member in _concerned)
                {
                    member.Post(new(commit, before, commit.Snapshot));
                }
            }
        }

        private IEnumerable<SelectionMember> Everybody() => _others.Concat(_byValue.Values.SelectMany(static values => values.Values).SelectMany(static members => members));

        private void FindConcerned(GraphSnapshot before, GraphSnapshot after, GraphEvent graphEvent)
        {
            if (graphEvent.Element is Node node)
            {
                // An element that was deleted is as it was last.
                FindConcerned(node, static _ => true);
                if (graphEvent.Previous is Node previous && !ReferenceEquals(previous.Metadata, node.Metadata))
                {
                    FindConcerned(previous, static _ => true);
                }

                return;
            }

            // Of an edge both ends must be in view: looked for by the one where it starts, before and after.
            var edge = (Edge)graphEvent.Element;
            foreach (var snapshot in new[] { before, after })
            {
                if (snapshot.FindNode(edge.Parent) is { } parent && snapshot.FindNode(edge.Child) is { } child)
                {
                    FindConcerned(parent, selection => selection.Nodes?.Matches(child) ?? true);
                }
            }
        }

        private void FindConcerned(Node node, Func<GraphSelection, bool> isConcerned)
        {
            foreach (var (key, values) in _byValue)
            {
                if (key == "@ID")
                {
                    Look(values, node.Id, node, isConcerned);
                }
                else if (node.Metadata.TryGetValue(key, out var value))
                {
                    LookDeep(values, value, node, isConcerned);
                }
            }

            Look(_others, node, isConcerned);
        }

        // A condition on a value is met by a list that has it, however deep.
        private void LookDeep(Dictionary<MetadataValue, List<SelectionMember>> values, MetadataValue value, Node node, Func<GraphSelection, bool> isConcerned)
        {
            if (value.Kind == MetadataKind.String)
            {
                Look(values, value, node, isConcerned);
                return;
            }

            foreach (var element in value.Elements)
            {
                LookDeep(values, element, node, isConcerned);
            }
        }

        private void Look(Dictionary<MetadataValue, List<SelectionMember>> values, MetadataValue value, Node node, Func<GraphSelection, bool> isConcerned)
        {
            if (values.TryGetValue(value, out var members))
            {
                Look(members, node, isConcerned);
            }
        }

        private void Look(List<SelectionMember> members, Node node, Func<GraphSelection, bool> isConcerned)
        {
            foreach (var member in members)
            {
                if (!_concerned.Contains(member) && (member.Selection.Nodes?.Matches(node) ?? true) && isConcerned(member.Selection))
                {
                    _concerned.Add(member);
                }
            }
        }
    }
}
