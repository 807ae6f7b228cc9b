using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Paths;
using Skydive.Graph.Views;

namespace Skydive.Graph.Tests;

/// <summary>What is read by slots and indexes is what one finds by looking at each element, in every snapshot that was ever taken.</summary>
public sealed class SnapshotReadingTests
{
    private static readonly string[] s_types = ["veth", "bridge", "host", "netns"];
    private static readonly string[] s_relations = ["ownership", "layer2"];

    [Theory]
    [InlineData(1, 30)]
    [InlineData(2, 200)]
    [InlineData(3, 800)]
    public void Select_RandomGraphs_SameAsLookingAtEachElement(int seed, int nodes)
    {
        var random = new Random(seed);
        var graph = new LiveGraph("h", "o");
        var model = new Model();
        var kept = new List<(GraphSnapshot Snapshot, Model Model)>();
        for (int round = 0; round < 8; round++)
        {
            graph.Write(t => Change(t, model, random, nodes));
            kept.Add((graph.Current, model.Copy()));
        }

        // Snapshots do not change when the graph does.
        foreach (var (snapshot, expected) in kept)
        {
            Assert.Equal(expected.Nodes.Count, snapshot.NodeCount);
            Assert.Equal(expected.Edges.Count, snapshot.EdgeCount);
            for (int i = 0; i < 12; i++)
            {
                Check(snapshot, expected, RandomFilter(random, 0), random);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Find_RandomGraphs_PathsAreShortestAndReal(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 30; round++)
        {
            var graph = new LiveGraph("h", "o");
            var model = new Model();
            graph.Write(t => Change(t, model, random, random.Next(2, 120)));
            var snapshot = graph.Current;
            IGraphView past = new RevisionView(TimeSlice.At(0), snapshot.GetNodes(), snapshot.GetEdges());
            Filter? edgeFilter = random.Next(2) == 0 ? null : Filter.Equal("RelationType", "layer2");
            var target = Filter.Equal("Type", s_types[random.Next(4)]);
            foreach (var start in snapshot.GetNodes().Take(20).ToArray())
            {
                int? expected = model.Distance(start.Id, snapshot.GetNodes(target).Select(static node => node.Id).ToHashSet(), edgeFilter);
                CheckPath(new PathFinder(snapshot, snapshot.GetNodes(target), edgeFilter).Find(start), start, expected, model, target, edgeFilter);
                CheckPath(new PathFinder(past, past.GetNodes(target), edgeFilter).Find(past.FindNode(start.Id)!), start, expected, model, target, edgeFilter);
            }
        }
    }

    [Fact]
    public void Walk_HubAndSelfLoops_EachEdgeOnce()
    {
        const int Spokes = 500;
        var graph = new LiveGraph("h", "o");
        graph.Write(static t =>
        {
            t.AddNode("hub", MetadataMap.Create(("Type", "hub")));
            for (int i = 0; i < Spokes; i++)
            {
                t.AddNode($"n{i}", MetadataMap.Create(("Type", "spoke"), ("Value", i)));
                t.AddEdge($"e{i}", i % 2 == 0 ? "hub" : $"n{i}", i % 2 == 0 ? $"n{i}" : "hub", MetadataMap.Empty);
            }

            t.AddEdge("self", "hub", "hub", MetadataMap.Empty);
            t.AddEdge("n0self", "n0", "n0", MetadataMap.Empty);
        });
        var snapshot = graph.Current;
        var hub = snapshot.SelectNodes(Filter.Equal("Type", "hub"));
        Assert.Equal((Spokes / 2) + 1, hub.Walk(EdgeDirection.Out).Count());
        Assert.Equal((Spokes / 2) + 1, hub.Walk(EdgeDirection.In).Count());
        Assert.Equal(Spokes + 1, hub.Walk(EdgeDirection.Both).Count());
        Assert.Equal(Spokes, hub.Walk(EdgeDirection.Both, Filter.Equal("Type", "spoke")).Select(static node => node.Id).Distinct().Count());
        Assert.Equal(["n0", "hub"], snapshot.StartFrom([snapshot.FindNode("n0")!]).Walk(EdgeDirection.Both).Select(static node => node.Id));

        graph.Write(static t =>
        {
            for (int i = 0; i < Spokes; i++)
            {
                t.DeleteEdge($"e{i}");
            }
        });
        Assert.Equal(["hub"], graph.Current.SelectNodes(Filter.Equal("Type", "hub")).Walk(EdgeDirection.Both).Select(static node => node.Id));
        Assert.Equal(Spokes + 1, hub.Walk(EdgeDirection.Both).Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_ManyNodes_SameAsLookingAtEachElement(bool isNegated)
    {
        var graph = new LiveGraph("h", "o");
        graph.Write(static t =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                t.AddNode($"n{i}", MetadataMap.Create(("Type", i is < 2000 or > 7000 && i % 3 == 0 ? "veth" : "bridge"), ("Value", i)));
            }
        });
        Filter filter = Filter.Equal("Type", "veth");
        filter = isNegated ? new NotFilter(filter) : filter;
        var nodes = graph.Current.SelectNodes(null).Where(filter);
        Assert.Equal(graph.Current.SelectNodes(null).AsEnumerable().Where(filter.Matches), nodes);
        Assert.Equal(nodes.AsEnumerable().Count(), nodes.Count());
        Assert.Equal(nodes, nodes.Where(new CompareFilter("Value", Comparison.GreaterThanOrEqual, 0)));
    }

    [Fact]
    public void Select_Progress_ToldAndMayEndTheReading()
    {
        var graph = new LiveGraph("h", "o");
        graph.Write(static t =>
        {
            for (int i = 0; i < 5000; i++)
            {
                t.AddNode($"n{i}", MetadataMap.Create(("Type", "veth"), ("Value", i)));
            }
        });
        int told = 0;
        Assert.Equal(1, graph.Current.SelectNodes(Filter.Equal("Value", 4999), count => told += count).Count());
        Assert.InRange(told, 4500, 5500);
        Assert.Throws<TimeoutException>(() => graph.Current.SelectNodes(Filter.Equal("Value", 4999), static _ => throw new TimeoutException()).Count());
    }

    private static void Check(GraphSnapshot snapshot, Model expected, Filter filter, Random random)
    {
        var found = expected.Nodes.Values.Where(filter.Matches).Select(static node => node.Id).ToArray();
        Assert.Equal(found, snapshot.GetNodes(filter).Select(static node => node.Id));
        Assert.Equal(found.Length, snapshot.SelectNodes(filter).Count());
        Assert.Equal(found, snapshot.SelectNodes(null).Where(filter).Select(static node => node.Id));
        var edgeFilter = random.Next(2) == 0 ? Filter.Equal("RelationType", "layer2") : filter;
        Assert.Equal(expected.Edges.Values.Where(edgeFilter.Matches).Select(static edge => edge.Id), snapshot.GetEdges(edgeFilter).Select(static edge => edge.Id));

        var direction = (EdgeDirection)random.Next(1, 4);
        string[] starts = [.. found.Take(20)];
        string[] reached = [.. starts.SelectMany(id => expected.Walk(id, direction))];
        var nodes = snapshot.StartFrom(starts.Select(id => snapshot.FindNode(id)!));
        Assert.Equal(reached, nodes.Walk(direction).Select(static node => node.Id));
        Assert.Equal(
            reached.Where(id => filter.Matches(expected.Nodes[id])), nodes.Walk(direction, filter).Select(static node => node.Id));
        Assert.Equal(reached.SelectMany(id => expected.Walk(id, EdgeDirection.Both)).Count(), nodes.Walk(direction).Walk(EdgeDirection.Both).Count());
        foreach (string id in starts.Take(5))
        {
            Assert.Equal(
                expected.Incident(id, direction).Select(static edge => edge.Id), snapshot.GetEdges(snapshot.FindNode(id)!, direction).Select(static edge => edge.Id));
        }
    }

    private static void CheckPath(IReadOnlyList<Node>? path, Node start, int? expected, Model model, Filter target, Filter? edgeFilter)
    {
        Assert.Equal(expected, path is null ? null : path.Count - 1);
        if (path is null)
        {
            return;
        }

        Assert.Equal(start.Id, path[0].Id);
        Assert.True(target.Matches(path[^1]));
        for (int i = 1; i < path.Count; i++)
        {
            Assert.Contains(
                model.Incident(path[i - 1].Id, EdgeDirection.Both),
                edge => (edge.Parent == path[i].Id || edge.Child == path[i].Id) && (edgeFilter is null || edgeFilter.Matches(edge)));
        }
    }

    private static void Change(GraphTransaction t, Model model, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            switch (random.Next(8))
            {
                case 0 or 1:
                    model.Set(t.AddNode($"n{model.Next++}", RandomMetadata(random)));
                    break;
                case 2 or 3 or 4 when model.Nodes.Count > 0:
                    // A few nodes get most of the edges, so that some have many.
                    model.Set(t.AddEdge(
                        $"e{model.Next++}",
                        model.Pick(random, 1 + (model.Nodes.Count / 100)),
                        model.Pick(random, model.Nodes.Count),
                        MetadataMap.Create(("RelationType", s_relations[random.Next(2)]))));
                    break;
                case 5 when model.Nodes.Count > 0:
                    model.Set(t.SetMetadata(model.Nodes[model.Pick(random, model.Nodes.Count)], RandomMetadata(random)));
                    break;
                case 6 when model.Edges.Count > 0:
                    string edge = model.Edges.Values[random.Next(model.Edges.Count)].Id;
                    t.DeleteEdge(edge);
                    model.Edges.Remove(Model.Order(edge));
                    break;
                case 7 when model.Nodes.Count > 0 && random.Next(4) == 0:
                    string node = model.Pick(random, model.Nodes.Count);
                    t.DeleteNode(node);
                    model.Delete(node);
                    break;
            }
        }
    }

    private static MetadataMap RandomMetadata(Random random)
    {
        var builder = new MetadataBuilder().Set("Type", s_types[random.Next(4)]).Set("Value", random.Next(4));
        if (random.Next(2) == 0)
        {
            builder.Set("State", random.Next(2) == 0 ? "UP" : "DOWN");
        }

        if (random.Next(2) == 0)
        {
            builder.Set("IPV4", MetadataValue.List($"a{random.Next(3)}", $"a{random.Next(3)}"));
        }

        return builder.Build();
    }

    private static Filter RandomFilter(Random random, int depth) => random.Next(depth > 2 ? 7 : 10) switch
    {
        0 or 1 => Filter.Equal("Type", s_types[random.Next(4)]),
        2 => Filter.Equal("State", "UP"),
        3 => Filter.Equal("Metadata.IPV4", $"a{random.Next(4)}"),
        4 => new WithinFilter("Type", [s_types[random.Next(4)], s_types[random.Next(4)], "none"]),
        5 => new CompareFilter("Value", Comparison.LessThan, random.Next(5)),
        6 => new ExistsFilter("State"),
        7 => new NotFilter(RandomFilter(random, depth + 1)),
        8 => new AllFilter([RandomFilter(random, depth + 1), RandomFilter(random, depth + 1)]),
        _ => new AnyFilter([RandomFilter(random, depth + 1), RandomFilter(random, depth + 1)]),
    };

    /// <summary>The same graph, kept plainly. Elements are in the order in which they were added.</summary>
    private sealed class Model
    {
        private List<string>? _ids;

        public ElementList<Node> Nodes { get; private init; } = new();

        public SortedList<int, Edge> Edges { get; private init; } = [];

        public int Next { get; set; }

        public static int Order(string id) => int.Parse(id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);

        public Model Copy() => new() { Nodes = Nodes.Copy(), Edges = new(Edges), Next = Next };

        public void Set(Node node)
        {
            _ids = null;
            Nodes[node.Id] = node;
        }

        public void Set(Edge edge) => Edges[Order(edge.Id)] = edge;

        public string Pick(Random random, int among) => (_ids ??= [.. Nodes.Values.Select(static node => node.Id)])[random.Next(Math.Min(among, _ids.Count))];

        public void Delete(string id)
        {
            _ids = null;
            Nodes.Remove(id);
            foreach (int key in Edges.Where(pair => pair.Value.Parent == id || pair.Value.Child == id).Select(static pair => pair.Key).ToArray())
            {
                Edges.Remove(key);
            }
        }

        public IEnumerable<Edge> Incident(string id, EdgeDirection direction)
        {
            var outgoing = (direction & EdgeDirection.Out) != 0 ? Edges.Values.Where(edge => edge.Parent == id) : [];
            return outgoing.Concat((direction & EdgeDirection.In) != 0
                ? Edges.Values.Where(edge => edge.Child == id && (direction != EdgeDirection.Both || edge.Parent != id))
                : []);
        }

        public IEnumerable<string> Walk(string id, EdgeDirection direction) =>
            Incident(id, direction).Select(edge => (direction & EdgeDirection.Out) != 0 && edge.Parent == id ? edge.Child : edge.Parent);

        public int? Distance(string start, HashSet<string> targets, Filter? edgeFilter)
        {
            var reached = new Dictionary<string, int>(StringComparer.Ordinal) { [start] = 0 };
            var queue = new Queue<string>([start]);
            while (queue.TryDequeue(out string? id))
            {
                if (targets.Contains(id))
                {
                    return reached[id];
                }

                foreach (var edge in Incident(id, EdgeDirection.Both).Where(edge => edgeFilter is null || edgeFilter.Matches(edge)))
                {
                    string other = edge.Parent == id ? edge.Child : edge.Parent;
                    if (reached.TryAdd(other, reached[id] + 1))
                    {
                        queue.Enqueue(other);
                    }
                }
            }

            return null;
        }
    }

    /// <summary>Elements by identifier, in the order in which they were added.</summary>
    private sealed class ElementList<T>
        where T : GraphElement
    {
        private readonly SortedList<int, T> _elements = [];

        public int Count => _elements.Count;

        public IList<T> Values => _elements.Values;

        public T this[string id]
        {
            get => _elements[Model.Order(id)];
            set => _elements[Model.Order(id)] = value;
        }

        public void Remove(string id) => _elements.Remove(Model.Order(id));

        public ElementList<T> Copy()
        {
            var copy = new ElementList<T>();
            foreach (var (order, element) in _elements)
            {
                copy._elements.Add(order, element);
            }

            return copy;
        }
    }
}
