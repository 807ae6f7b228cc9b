using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;
using Skydive.Graph.Indexing;

namespace Skydive.Graph.Tests.Indexing;

public sealed class MetadataLinkerTests : IDisposable
{
    private const string Relation = "peer";
    private readonly LiveGraph _graph = new("h", "analyzer.a", new ManualTime());
    private readonly GraphSubscription _subscription;
    private readonly MetadataLinker _linker = new(new(null, "Peers.MAC"), new(new ExistsFilter("MAC"), "MAC"), Relation, MetadataMap.Create(("Kind", "made")));

    public MetadataLinkerTests() => _subscription = _graph.Subscribe();

    public void Dispose() => _subscription.Dispose();

    [Fact]
    public void Values_ThatMeetAndPart_LinkAndUnlink()
    {
        Put("1", ("Peers", Macs("m1", "m2")));
        Put("2", ("MAC", "m1"));
        Put("3", ("MAC", "m2"));
        Follow();
        Assert.Equal(["1>2", "1>3"], Links());
        Assert.Equal("made", _graph.Current.GetEdges().First().Metadata["Kind"].AsString);

        Put("3", ("MAC", "m3"));
        Follow();
        Assert.Equal(["1>2"], Links());

        Put("1", ("Peers", Macs("m9", "m2")));
        Follow();
        Assert.Empty(Links());

        Put("1", ("Peers", Macs("m9", "m3")));
        Follow();
        Assert.Equal(["1>3"], Links());

        Put("1", ("Name", "x"));
        Follow();
        Assert.Empty(Links());
    }

    [Fact]
    public void Node_ThatGoesAndComesBack_IsLinkedAgain()
    {
        Put("1", ("Peers", Macs("m1")));
        Put("2", ("MAC", "m1"));
        Follow();

        // In one transaction and in two, looked at after each and after both.
        _graph.Write(static transaction =>
        {
            transaction.DeleteNode("2");
            transaction.AddNode("2", MetadataMap.Create(("MAC", "m1")));
        });
        Follow();
        Assert.Equal(["1>2"], Links());
        _graph.Write(static transaction => transaction.DeleteNode("2"));
        Put("2", ("MAC", "m1"));
        Follow();
        Assert.Equal(["1>2"], Links());
        _graph.Write(static transaction => transaction.DeleteNode("1"));
        Follow();
        Assert.Empty(Links());
        Put("1", ("Peers", Macs("m1")));
        Follow();
        Assert.Equal(["1>2"], Links());
    }

    [Fact]
    public void Node_WithItsOwnValue_IsNotLinkedWithItself()
    {
        Put("1", ("Peers", Macs("m1")), ("MAC", "m1"));
        Follow();

        Assert.Empty(Links());
    }

    [Fact]
    public void EdgeOfSomeoneElse_IsLeftAloneAndReplacedWhenItGoes()
    {
        Put("1", ("Peers", Macs("m1")));
        Put("2", ("MAC", "m1"));
        string id = Identifiers.Derive("1", "2", Relation);
        _graph.Write(transaction => transaction.AddEdge(new Edge
        {
            Id = id, Parent = "1", Child = "2", Metadata = MetadataMap.Create(("RelationType", Relation), ("Kind", "theirs")), Origin = "agent.x", CreatedAt = 1, UpdatedAt = 1,
        }));
        Follow();
        Assert.Equal("theirs", Assert.Single(_graph.Current.GetEdges()).Metadata["Kind"].AsString);

        Put("2", ("MAC", "m2"));
        Follow();
        Assert.Equal("theirs", Assert.Single(_graph.Current.GetEdges()).Metadata["Kind"].AsString);

        Put("2", ("MAC", "m1"));
        Follow();
        _graph.Write(transaction => transaction.DeleteEdge(id));
        Follow();
        Assert.Equal("made", Assert.Single(_graph.Current.GetEdges()).Metadata["Kind"].AsString);
    }

    [Fact]
    public void Change_OfSomethingElse_LeavesNothingToWrite()
    {
        Put("1", ("Peers", Macs("m1")));
        Put("2", ("MAC", "m1"));
        Follow();

        Put("2", ("MAC", "m1"), ("State", "UP"));
        Put("3", ("Name", "x"));
        while (_subscription.TryRead(out var change))
        {
            _linker.Apply(change);
            Assert.False(_linker.HasChanges);
        }
    }

    [Fact]
    public void Reset_AfterChangesThatWereMissed_LinksAndUnlinks()
    {
        Put("1", ("Peers", Macs("m1", "m2")));
        Put("2", ("MAC", "m1"));
        Follow();
        Put("2", ("MAC", "m9"));
        Put("3", ("MAC", "m2"));
        while (_subscription.TryRead(out _))
        {
        }

        _linker.Apply(new(null, _graph.Current, 2));
        _graph.Write(_linker.Write);

        Assert.Equal(["1>3"], Links());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 50)]
    public void RandomChanges_InWhateverPortions_GiveWhatTheValuesSay(int seed, int portion)
    {
        var random = new Random(seed);
        for (int i = 0; i < 3_000; i++)
        {
            string id = $"n{random.Next(12)}";
            string mac = $"m{random.Next(6)}";
            switch (random.Next(6))
            {
                case 0:
                    _graph.Write(transaction => transaction.DeleteNode(id));
                    break;
                case 1:
                    _graph.Write(transaction =>
                    {
                        if (_graph.Current.GetEdges().FirstOrDefault() is { } edge)
                        {
                            transaction.DeleteEdge(edge.Id);
                        }
                    });
                    break;
                case 2:
                    Put(id, ("MAC", mac), ("Peers", Macs($"m{random.Next(6)}")));
                    break;
                case 3:
                    Put(id, ("MAC", mac));
                    break;
                default:
                    Put(id, ("Peers", Macs(mac, $"m{random.Next(6)}")));
                    break;
            }

            if (i % portion == 0)
            {
                Follow();
                var nodes = _graph.Current.GetNodes().ToArray();
                var expected = from one in nodes
                               from other in nodes
                               where one.Id != other.Id && other.GetText("MAC") is { } address && one.TryGetField(FieldPath.Parse("Peers.MAC"), out var peers)
                                   && peers.Elements.ToArray().Contains(address)
                               select $"{one.Id}>{other.Id}";
                Assert.Equal(expected.Order(StringComparer.Ordinal), Links());
            }
        }
    }

    private static MetadataValue Macs(params string[] macs) => MetadataValue.List(macs.Select(static mac => (MetadataValue)MetadataMap.Create(("MAC", mac))));

    private IEnumerable<string> Links() => _graph.Current.GetEdges().Where(static edge => edge.RelationType == Relation).Select(static edge => $"{edge.Parent}>{edge.Child}").Order(StringComparer.Ordinal);

    private void Put(string id, params (string Key, MetadataValue Value)[] metadata) => _graph.Write(transaction =>
    {
        var map = MetadataMap.Create(metadata);
        _ = transaction.FindNode(id) is { } node ? transaction.SetMetadata(node, map) : transaction.AddNode(id, map);
    });

    // Until nothing is left: what is written is told of, too.
    private void Follow()
    {
        bool isNew;
        do
        {
            isNew = false;
            while (_subscription.TryRead(out var change))
            {
                _linker.Apply(change);
                isNew = true;
            }

            _graph.Write(_linker.Write);
        }
        while (isNew);
    }
}
