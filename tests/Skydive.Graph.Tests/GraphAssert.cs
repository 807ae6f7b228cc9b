using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;
using Skydive.Graph.Views;

namespace Skydive.Graph.Tests;

/// <summary>Compares graphs by all that is in them.</summary>
internal static class GraphAssert
{
    /// <summary>Every member of an element as JSON.</summary>
    public static string Text(GraphElement element)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions))
        {
            element.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The whole graph as text, by identifier, so that the order of adding does not matter.</summary>
    public static string Text(IGraphView view) => string.Join('\n', view.GetNodes().Select(Text).Concat(view.GetEdges().Select(Text)).Order(StringComparer.Ordinal));

    /// <summary>Everything that can be asked about the graph says the same.</summary>
    public static void IsConsistent(GraphSnapshot snapshot)
    {
        var nodes = snapshot.GetNodes().ToArray();
        var edges = snapshot.GetEdges().ToArray();
        Assert.Equal(snapshot.NodeCount, nodes.Length);
        Assert.Equal(snapshot.EdgeCount, edges.Length);
        Assert.Equal(nodes.Length, nodes.Select(static node => node.Id).Distinct().Count());
        var byParent = edges.ToLookup(static edge => edge.Parent);
        var byChild = edges.ToLookup(static edge => edge.Child);
        foreach (var node in nodes)
        {
            Assert.Same(node, snapshot.FindNode(node.Id));
            Assert.Same(node, Assert.Single(snapshot.GetNodeRevisions(node.Id)));
            Assert.Null(node.DeletedAt);
            Assert.Equal(byParent[node.Id], snapshot.GetEdges(node, EdgeDirection.Out));
            Assert.Equal(byChild[node.Id], snapshot.GetEdges(node, EdgeDirection.In));
            Assert.Equal(byParent[node.Id].Union(byChild[node.Id]).ToHashSet(), snapshot.GetEdges(node, EdgeDirection.Both).ToHashSet());
            Assert.Equal(snapshot.GetEdges(node, EdgeDirection.Both).Count(), snapshot.GetEdges(node, EdgeDirection.Both).Distinct().Count());
            Assert.True(byChild[node.Id].Select(static edge => edge.RelationType == RelationTypes.Ownership ? edge.Parent : null).OfType<string>().FirstOrDefault()
                == snapshot.GetOwner(node)?.Id);
        }

        foreach (var edge in edges)
        {
            Assert.Same(edge, snapshot.FindEdge(edge.Id));
            Assert.Same(snapshot.FindNode(edge.Parent), snapshot.GetParent(edge));
            Assert.Same(snapshot.FindNode(edge.Child), snapshot.GetChild(edge));
            Assert.NotNull(snapshot.GetParent(edge));
            Assert.NotNull(snapshot.GetChild(edge));
            Assert.Same(snapshot.GetParent(edge), Assert.Single(snapshot.GetParents(edge)));
            Assert.Same(snapshot.GetChild(edge), Assert.Single(snapshot.GetChildren(edge)));
        }
    }

    /// <summary>Does to a graph what the events of a commit say, as a receiver would.</summary>
    public static void Replay(LiveGraph graph, GraphCommit commit) => graph.Write(transaction =>
    {
        foreach (var graphEvent in commit.Events)
        {
            switch (graphEvent.Kind)
            {
                case GraphEventKind.NodeAdded:
                    transaction.AddNode(graphEvent.Node!);
                    break;
                case GraphEventKind.EdgeAdded:
                    transaction.AddEdge(graphEvent.Edge!);
                    break;
                case GraphEventKind.NodeUpdated:
                    Assert.True(transaction.Put(graphEvent.Node!));
                    break;
                case GraphEventKind.EdgeUpdated:
                    Assert.True(transaction.Put(graphEvent.Edge!));
                    break;
                case GraphEventKind.NodeDeleted:
                    // Its edges must have gone before it.
                    Assert.Empty(transaction.Peek().GetEdges(transaction.FindNode(graphEvent.Element.Id)!, EdgeDirection.Both));
                    transaction.DeleteNode(graphEvent.Element.Id);
                    break;
                case GraphEventKind.EdgeDeleted:
                    Assert.NotNull(transaction.FindEdge(graphEvent.Element.Id));
                    transaction.DeleteEdge(graphEvent.Element.Id);
                    break;
            }
        }
    });
}
