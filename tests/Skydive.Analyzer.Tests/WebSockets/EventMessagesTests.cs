using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Tests.WebSockets;

public sealed class EventMessagesTests
{
    private readonly LiveGraph _graph = new("a1", "analyzer.a1");

    [Fact]
    public void Get_EachKind_HasSkydivesType()
    {
        Assert.Equal([MessageTypes.NodeAdded, MessageTypes.NodeAdded, MessageTypes.EdgeAdded], Write(static transaction =>
        {
            transaction.AddNode(Make.Node("a"));
            transaction.AddNode(Make.Node("b"));
            transaction.AddEdge(Make.Edge("e", "a", "b"));
        }, partial: true).Select(static message => message.Type));
        Assert.Equal([MessageTypes.NodeUpdated, MessageTypes.EdgeUpdated], Change("1", partial: false));
        Assert.Equal([MessageTypes.NodePartiallyUpdated, MessageTypes.EdgePartiallyUpdated], Change("2", partial: true));
        Assert.Equal(
            [MessageTypes.EdgeDeleted, MessageTypes.NodeDeleted], Write(static transaction => transaction.DeleteNode("a"), partial: true).Select(static message => message.Type));
    }

    [Fact]
    public void Get_PartialUpdate_TellsWhatChanged()
    {
        _graph.Write(static transaction => transaction.AddNode(Make.Node("a", more: ("MTU", 1500))));

        var message = Assert.Single(Write(static transaction => transaction.SetMetadata(transaction.FindNode("a")!, transaction.FindNode("a")!.Metadata.Without("MTU").With("State", "UP")), partial: true));

        var update = message.Obj.Deserialize(ContractsJsonContext.Default.PartialUpdate)!;
        Assert.Equal(("a", 2L), (update.ID, update.Revision));
        Assert.Equal([(1, "State"), (2, "MTU")], update.Ops.Select(static operation => (operation.Type, operation.Key)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Get_PartialUpdate_TellsWhetherItIsTransientAndOnlyThen(bool isTransient)
    {
        _graph.Write(static transaction => transaction.AddNode(Make.Node("a")));

        var message = Assert.Single(Write(static transaction => transaction.Set(transaction.FindNode("a")!, "Ticks", 1), partial: true, isTransient));

        Assert.Equal(isTransient, message.Obj.TryGetProperty("Transient", out _));
    }

    [Fact]
    public void Get_ManySubscribers_ShareOneMessage()
    {
        var graphEvent = _graph.Write(static transaction => transaction.AddNode(Make.Node("a")))!.Events[0];

        Assert.True(EventMessages.Get(graphEvent, isTransient: false, partial: false).Equals(EventMessages.Get(graphEvent, isTransient: false, partial: false)));
        Assert.True(EventMessages.Get(graphEvent, isTransient: false, partial: false).Equals(EventMessages.Get(graphEvent, isTransient: false, partial: true)));
    }

    private IEnumerable<string> Change(string value, bool partial) => Write(
        transaction =>
        {
            transaction.Set(transaction.FindNode("a")!, "X", value);
            transaction.SetMetadata(transaction.FindEdge("e")!, transaction.FindEdge("e")!.Metadata.With("X", value));
        },
        partial).Select(static message => message.Type);

    private List<WebSocketMessage> Write(Action<GraphTransaction> body, bool partial, bool isTransient = false) =>
        [.. _graph.Write(body, isTransient)!.Events.Select(graphEvent => JsonSerializer.Deserialize(EventMessages.Get(graphEvent, isTransient, partial).Span, ContractsJsonContext.Default.WebSocketMessage)!)];
}
