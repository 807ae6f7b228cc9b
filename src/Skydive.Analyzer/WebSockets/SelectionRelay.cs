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
    private Run? _run;
    private int _memberCount;

    /// <summary>Fails with what broke it; never ends otherwise.</summary>
    public Task Fault => _fault.Task;

    /// <summary>Takes part from now on.</summary>
    /// <param name="selection">What is in view.</param>
    public SelectionMember Join(GraphSelection selection)
    {
        var member = new SelectionMember(selection, queueSize);
        lock (_lock)
        {
            _memberCount++;
            (_run ??= Start()).Order(run => run.Add(member));
        }

        return member;
    }

    /// <summary>Takes part no more.</summary>
    public void Leave(SelectionMember member)
    {
        lock (_lock)
        {
            _run!.Order(run => run.Remove(member));
            if (--_memberCount == 0)
            {
                _run.End();
                _run = null;
            }
        }
    }

    /// <summary>Puts a mark behind everything that has happened so far; it comes with the state of the graph there.</summary>
    public void Mark(SelectionMember member)
    {
        lock (_lock)
        {
            _run!.Order(run => run.Mark(member));
        }
    }

    private Run Start()
    {
        var run = new Run(graph.Subscribe(queueSize));
        Task.Run(run.FollowAsync).ContinueWith(
            ended => _fault.TrySetException(ended.Exception!.InnerExceptions), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return run;
    }

    /// <summary>One time in which there are members.</summary>
    private sealed class Run(GraphSubscription subscription)
    {
        private readonly Channel<Action<Run>> _orders = Channel.CreateUnbounded<Action<Run>>(new() { SingleReader = true });

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
                var asked = _orders.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
                while (true)
                {
                    await Task.WhenAny(changes, asked).ConfigureAwait(false);
                    PassOn();
                    if (changes.IsCompleted)
                    {
                        changes = subscription.WaitToReadAsync(CancellationToken.None).AsTask();
                    }

                    while (_orders.Reader.TryRead(out var order))
                    {
                        order(this);
                        PassOn();
                    }

                    if (asked.IsCompleted)
                    {
                        if (!await asked.ConfigureAwait(false))
                        {
                            return;
                        }

                        asked = _orders.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
                    }
                }
            }
        }

        /// <summary>Has something done between two commits.</summary>
        public void Order(Action<Run> order) => _orders.Writer.TryWrite(order);

        /// <summary>Ends when all orders are carried out.</summary>
        public void End() => _orders.Writer.TryComplete();

        public void Mark(SelectionMember member) => member.Post(new(null, _position, _position));

        public void Add(SelectionMember member)
        {
            if (FindEquality(member.Selection.Nodes) is not var (key, value))
            {
                _others.Add(member);
                return;
            }

            if (!_byValue.TryGetValue(key, out var values))
            {
                _byValue.Add(key, values = []);
            }

            if (!values.TryGetValue(value, out var members))
            {
                values.Add(value, members = []);
            }

            members.Add(member);
        }

        // Nothing stays of a value that nobody asks for: filters come and go as long as there is anybody.
        public void Remove(SelectionMember member)
        {
            if (FindEquality(member.Selection.Nodes) is not var (key, value))
            {
                _others.Remove(member);
                return;
            }

            var values = _byValue[key];
            var members = values[value];
            members.Remove(member);
            if (members.Count == 0)
            {
                values.Remove(value);
            }

            if (values.Count == 0)
            {
                _byValue.Remove(key);
            }
        }

        private static (string Key, MetadataValue Value)? FindEquality(Filter? filter) => filter switch
        {
            EqualFilter { Value.Kind: MetadataKind.String } equal when !equal.Key.Contains('.', StringComparison.Ordinal) && (equal.Key[0] != '@' || equal.Key == "@ID") => (equal.Key, equal.Value),
            AllFilter all => all.Filters.Select(FindEquality).FirstOrDefault(static found => found is not null),
            _ => null,
        };

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
