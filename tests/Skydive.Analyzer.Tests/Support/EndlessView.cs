using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>A graph whose nodes never end, and that tells whether somebody still reads them.</summary>
internal sealed class EndlessView : IGraphView
{
    private static readonly Node s_node = new() { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Create(("Name", "endless")) };

    private long _given;
    private volatile bool _isEnded;

    /// <summary>How many nodes were given.</summary>
    public long Given => Interlocked.Read(ref _given);

    /// <summary>Whether the reader has let go.</summary>
    public bool IsEnded => _isEnded;

    public TimeSlice? Slice => null;

    public int NodeCount => int.MaxValue;

    public int EdgeCount => 0;

    public Node? FindNode(string id) => s_node;

    public Edge? FindEdge(string id) => null;

    public IEnumerable<Node> GetNodeRevisions(string id) => [s_node];

    public IEnumerable<Edge> GetEdgeRevisions(string id) => [];

    public IEnumerable<Node> GetNodes(Filter? filter = null)
    {
        try
        {
            while (true)
            {
                // As a view does, it skips what does not match; unlike one it gives some all the same, so that it stays with the engine to end.
                Interlocked.Increment(ref _given);
                yield return s_node;
            }
        }
        finally
        {
            _isEnded = true;
        }
    }

    public IEnumerable<Edge> GetEdges(Filter? filter = null) => [];

    public IEnumerable<Edge> GetEdges(Node node, EdgeDirection direction) => [];

    public IEnumerable<Node> GetParents(Edge edge) => [];

    public IEnumerable<Node> GetChildren(Edge edge) => [];
}
