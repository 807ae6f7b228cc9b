using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>Changes a graph so often, before and after what a test does meanwhile, that readers must miss some of it.</summary>
internal sealed class GraphFlood : IDisposable
{
    private readonly LiveGraph _graph;
    private readonly int _count;

    public GraphFlood(LiveGraph graph, int count)
    {
        _graph = graph;
        _count = count;
        Flood();
    }

    public void Dispose() => Flood();

    private void Flood()
    {
        for (int i = 0; i < _count; i++)
        {
            _graph.Write(transaction =>
            {
                var metadata = MetadataMap.Create(("Name", "flood"), ("Type", "flood"), ("Number", (i * 2) + transaction.Now));
                _ = transaction.FindNode("flood") is { } node ? transaction.SetMetadata(node, metadata) : transaction.AddNode("flood", metadata);
            });
        }
    }
}
