using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;
using Skydive.Graph.Indexing;

namespace Skydive.Graph.Tests.Indexing;

public sealed class NodeProcessorTests : IDisposable
{
    private readonly LiveGraph _graph = new("h", "o", new ManualTime());
    private readonly GraphSubscription _subscription;
    private readonly NodeProcessor _processor = new(new(Filter.Equal("Type", "Test"), "Attr"));
    private readonly List<int> _marked = [];

    public NodeProcessorTests() => _subscription = _graph.Subscribe();

    public void Dispose() => _subscription.Dispose();

    [Fact]
    public void Do_InTheScriptedOrder_MarksTheFirstNodesAndNoMore()
    {
        Add(0, "Test", "A"); // marked by the first action
        Add(1, "Test", "B");
        Add(2, "Other", "A");
        Mark(0, "A");
        Add(3, "Test", "A"); // the action is over
        Mark(0, "C");
        Add(4, "Test", "B");
        Add(5, "Other", "C");
        Add(6, "Test", "C"); // marked by the second action
        Add(7, "Test", "D"); // marked by the third action
        Mark(2, "D");
        Add(8, "Test", "D"); // and this
        Add(9, "Test", "D"); // and this
        Add(10, "Test", "D"); // the action is over

        Assert.Equal([0, 6, 7, 8, 9], _marked);
    }

    [Fact]
    public void Do_NodeThatBeginsToHaveTheValue_Counts()
    {
        Add(1, "Test", "A");
        Mark(5, "B");
        Set(1, "Test", "B");
        Set(1, "Test", "B", ("State", "UP"));

        Assert.Equal([1], _marked);
    }

    [Fact]
    public void Cancel_NothingIsDoneAnyMore()
    {
        Mark(5, "A");
        _processor.Cancel("A");
        Add(1, "Test", "A");

        Assert.Empty(_marked);
    }

    [Fact]
    public void Apply_Resynchronization_DealsWithWhatIsNewInIt()
    {
        Add(1, "Test", "A");
        Mark(5, "A");
        Write(2, "Test", "A");
        while (_subscription.TryRead(out _))
        {
        }

        _processor.Apply(new(null, _graph.Current, 1));

        Assert.Equal([1, 2], _marked);
    }

    private void Mark(int more, string value) => _processor.Do(
        node =>
        {
            node.Metadata["Num"].TryGetInteger(out long number);
            _marked.Add((int)number);
            return more-- > 0;
        },
        value);

    private void Add(int number, string type, string value)
    {
        Write(number, type, value);
        Follow();
    }

    private void Set(int number, string type, string value, params (string Key, MetadataValue Value)[] more)
    {
        Write(number, type, value, more);
        Follow();
    }

    private void Write(int number, string type, string value, params (string Key, MetadataValue Value)[] more) => _graph.Write(transaction =>
    {
        var metadata = MetadataMap.Create([("Num", number), ("Type", type), ("Attr", value), .. more]);
        _ = transaction.FindNode($"n{number}") is { } node ? transaction.SetMetadata(node, metadata) : transaction.AddNode($"n{number}", metadata);
    });

    private void Follow()
    {
        while (_subscription.TryRead(out var change))
        {
            _processor.Apply(change);
        }
    }
}
