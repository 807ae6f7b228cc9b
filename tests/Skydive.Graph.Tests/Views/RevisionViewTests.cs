using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Graph.Tests.Views;

public sealed class RevisionViewTests
{
    private static readonly Node[] s_nodes =
    [
        MakeNode("b", 20, 40, 3, "b3"), MakeNode("a", 10, 30, 2, "a2"), MakeNode("b", 20, 20, 1, "b1"), MakeNode("a", 10, 10, 1, "a1"), MakeNode("b", 20, 40, 2, "b2"),
    ];

    private static readonly Edge[] s_edges = [MakeEdge("e", "a", "b", 2), MakeEdge("e", "a", "b", 1), MakeEdge("self", "b", "b", 1), MakeEdge("loose", "a", "none", 1)];

    [Fact]
    public void Point_SeveralRevisions_KeepsTheNewest()
    {
        var view = new RevisionView(TimeSlice.At(50), s_nodes, s_edges);

        Assert.Equal(TimeSlice.At(50), view.Slice);
        Assert.Equal((2, 3), (view.NodeCount, view.EdgeCount));
        Assert.Equal(["a2", "b3"], view.GetNodes().Select(static node => node.Name));
        Assert.Equal("b3", view.FindNode("b")!.Name);
        Assert.Equal("b3", Assert.Single(view.GetNodeRevisions("b")).Name);
        Assert.Equal(2, view.FindEdge("e")!.Revision);
        Assert.Equal(["a2"], view.GetNodes(Filter.Equal("Name", "a2")).Select(static node => node.Name));
        Assert.Empty(view.GetNodes(Filter.Equal("Name", "a1")));
        Assert.Null(view.FindNode("none"));
        Assert.Null(view.FindEdge("none"));
    }

    [Fact]
    public void Point_RemovedAndAddedAgainInTheSameMillisecond_IsTheNewOne()
    {
        var view = new RevisionView(TimeSlice.At(50), [MakeNode("a", 30, 30, 1, "new"), MakeNode("a", 10, 30, 7, "old")], []);

        Assert.Equal("new", Assert.Single(view.GetNodes()).Name);
    }

    [Fact]
    public void Span_SeveralRevisions_KeepsAllInOrder()
    {
        var view = new RevisionView(new(0, 50), s_nodes, s_edges);

        Assert.Equal(["a1", "a2", "b1", "b2", "b3"], view.GetNodes().Select(static node => node.Name));
        Assert.Equal(["b1", "b2", "b3"], view.GetNodeRevisions("b").Select(static node => node.Name));
        Assert.Equal("b3", view.FindNode("b")!.Name);
        Assert.Equal([1, 2], view.GetEdgeRevisions("e").Select(static edge => edge.Revision));
        Assert.Equal(4, view.GetEdges().Count());
        Assert.Equal(["a1", "a2"], view.GetParents(view.FindEdge("e")!).Select(static node => node.Name));
        Assert.Equal(["b1", "b2", "b3"], view.GetChildren(view.FindEdge("e")!).Select(static node => node.Name));
    }

    [Fact]
    public void GetEdges_OfANode_GoByDirectionAndGiveALoopOnce()
    {
        var view = new RevisionView(TimeSlice.At(50), s_nodes, s_edges);
        Node a = view.FindNode("a")!, b = view.FindNode("b")!;

        Assert.Equal(["e", "loose"], view.GetEdges(a, EdgeDirection.Out).Select(static edge => edge.Id));
        Assert.Empty(view.GetEdges(a, EdgeDirection.In));
        Assert.Equal(["self"], view.GetEdges(b, EdgeDirection.Out).Select(static edge => edge.Id));
        Assert.Equal(["e", "self"], view.GetEdges(b, EdgeDirection.In).Select(static edge => edge.Id).Order(StringComparer.Ordinal));
        Assert.Equal(["e", "self"], view.GetEdges(b, EdgeDirection.Both).Select(static edge => edge.Id).Order(StringComparer.Ordinal));
        Assert.Empty(view.GetChildren(view.FindEdge("loose")!));
        Assert.Equal("a", Assert.Single(view.GetParents(view.FindEdge("loose")!)).Id);
        Assert.Equal("e", Assert.Single(view.GetEdges(Filter.Equal("Child", "b")), static edge => edge.Parent == "a").Id);
    }

    private static Node MakeNode(string id, long createdAt, long updatedAt, long revision, string name) =>
        new() { Id = id, CreatedAt = createdAt, UpdatedAt = updatedAt, Revision = revision, Metadata = MetadataMap.Create(("Name", name)) };

    private static Edge MakeEdge(string id, string parent, string child, long revision) =>
        new() { Id = id, Parent = parent, Child = child, CreatedAt = 1, UpdatedAt = revision, Revision = revision, Metadata = MetadataMap.Empty };
}
