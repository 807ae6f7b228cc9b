using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Tests;

namespace Skydive.Analyzer.Tests.Hub;

public sealed class LocalAgentFeedTests
{
    private readonly LiveGraph _agent = new("host1", "agent.host1");
    private readonly LiveGraph _analyzer = new("a1", "analyzer.a1");

    [Fact]
    public async Task Changes_AreTakenOverCommitByCommit()
    {
        _agent.Write(static transaction => transaction.AddNode("h", MetadataMap.Create(("Name", "h"), ("Type", "host"))));
        await using var feed = new LocalAgentFeed(_agent, _analyzer, NullLogger.Instance);
        Assert.NotNull(_analyzer.Current.FindNode("h"));
        using var subscription = _analyzer.Subscribe();

        _agent.Write(static transaction =>
        {
            transaction.AddNode("eth0", MetadataMap.Create(("Name", "eth0"), ("Type", "device")));
            transaction.SetOwner("h", "eth0");
        });
        _agent.Write(static transaction => transaction.Set(transaction.FindNode("eth0")!, "MTU", 1400), isTransient: true);
        _agent.Write(static transaction => transaction.DeleteNode("eth0"));

        await Wait.UntilAsync(() => _analyzer.Current.Sequence == 4);
        Assert.True(subscription.TryRead(out var added));
        Assert.Equal(2, added.Commit!.Events.Count);
        Assert.True(subscription.TryRead(out var ticked));
        Assert.True(ticked.Commit!.IsTransient);
        Assert.True(subscription.TryRead(out var deleted));
        Assert.Equal(2, deleted.Commit!.Events.Count);
        AssertSame();
    }

    [Fact]
    public async Task Overflow_TakesOverTheWholeGraphInstead()
    {
        await using var feed = new LocalAgentFeed(_agent.Subscribe(capacity: 2), _agent.Origin, _analyzer, NullLogger.Instance);
        using (new GraphHold(_analyzer))
        {
            for (int i = 0; i < 100; i++)
            {
                string id = $"n{i}";
                _agent.Write(transaction => transaction.AddNode(id, MetadataMap.Create(("Name", id), ("Type", "device"))));
                _agent.Write(transaction => transaction.DeleteNode($"n{i - 50}"));
            }
        }

        await Wait.UntilAsync(() => _analyzer.Current.FindNode("n99") is not null && _analyzer.Current.NodeCount == _agent.Current.NodeCount);
        AssertSame();

        _agent.Write(static transaction => transaction.DeleteNode("n99"));
        await Wait.UntilAsync(() => _analyzer.Current.FindNode("n99") is null);
    }

    [Fact]
    public async Task Dispose_Ends()
    {
        var feed = new LocalAgentFeed(_agent, _analyzer, NullLogger.Instance);

        await feed.DisposeAsync();
        await feed.DisposeAsync();
        _agent.Write(static transaction => transaction.AddNode("late", MetadataMap.Empty));

        Assert.True(feed.Completion.IsCompletedSuccessfully);
        Assert.Null(_analyzer.Current.FindNode("late"));
    }

    private void AssertSame()
    {
        Assert.Equal(Describe(_agent.Current.GetNodes()), Describe(_analyzer.Current.GetNodes()));
        Assert.Equal(Describe(_agent.Current.GetEdges()), Describe(_analyzer.Current.GetEdges()));
    }

    private static IEnumerable<string> Describe(IEnumerable<GraphElement> elements) =>
        elements.Select(static element => $"{element.Id} {element.Revision} {element.CreatedAt} {element.Origin} {element.Metadata}").Order(StringComparer.Ordinal);
}
