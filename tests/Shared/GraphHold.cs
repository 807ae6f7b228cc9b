using Skydive.Graph;

namespace Skydive.Tests;

/// <summary>Keeps everyone else from writing to a graph until it is disposed.</summary>
internal sealed class GraphHold : IDisposable
{
    private readonly ManualResetEventSlim _release = new();
    private readonly Thread _writer;

    public GraphHold(LiveGraph graph)
    {
        using var holds = new ManualResetEventSlim();
        _writer = new(() => graph.Write(_ =>
        {
            holds.Set();
            _release.Wait();
        }));
        _writer.Start();
        holds.Wait();
    }

    public void Dispose()
    {
        _release.Set();
        _writer.Join();
        _release.Dispose();
    }
}
