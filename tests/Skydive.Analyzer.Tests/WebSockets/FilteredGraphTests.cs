using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Tests.WebSockets;

public sealed class FilteredGraphTests
{
    private readonly FilteredGraph _filtered = new();

    [Fact]
    public void MoveTo_NothingNew_SaysNothing()
    {
        _filtered.Reset(Graph([Make.Node("a"), Make.Node("b")], [Make.Edge("e", "a", "b")]));

        Assert.Empty(MoveTo([Make.Node("b"), Make.Node("a")], [Make.Edge("e", "a", "b")]));
    }

    [Fact]
    public void MoveTo_ElementsComeChangeAndGo_ComesInAnOrderThatCanBeApplied()
    {
        _filtered.Reset(Graph([Make.Node("a"), Make.Node("b")], [Make.Edge("e", "a", "b")]));

        var messages = MoveTo([Make.Node("a", revision: 2), Make.Node("c")], [Make.Edge("f", "a", "c")]);

        Assert.Equal(["EdgeDeleted e", "NodeDeleted b", "NodeUpdated a", "NodeAdded c", "EdgeAdded f"], messages);
        Assert.Empty(MoveTo([Make.Node("a", revision: 2), Make.Node("c")], [Make.Edge("f", "a", "c")]));
    }

    [Fact]
    public void MoveTo_FromNothing_AddsAll() => Assert.Equal(["NodeAdded a"], MoveTo([Make.Node("a")], []));

    private static SubGraph Graph(IReadOnlyList<Node> nodes, IReadOnlyList<Edge> edges) => new() { Nodes = nodes, Edges = edges };

    private IEnumerable<string> MoveTo(IReadOnlyList<Node> nodes, IReadOnlyList<Edge> edges) => _filtered.MoveTo(Graph(nodes, edges), partial: false)
        .Select(static bytes => JsonSerializer.Deserialize(bytes.Span, ContractsJsonContext.Default.WebSocketMessage)!)
        .Select(static message => $"{message.Type} {message.Obj.GetProperty("ID").GetString()}");
}
