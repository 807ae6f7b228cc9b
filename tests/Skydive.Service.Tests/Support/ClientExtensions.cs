using Skydive.Client;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Topology;

namespace Skydive.Service.Tests.Support;

/// <summary>Short forms for the tests.</summary>
internal static class ClientExtensions
{
    public static async Task<IReadOnlyList<Node>> NodesAsync(this SkydiveClient client, string gremlin)
    {
        var nodes = new List<Node>();
        await foreach (var item in client.QueryAsync(gremlin, CancellationToken.None))
        {
            nodes.Add(item.Node!);
        }

        return nodes;
    }

    public static async Task<IReadOnlyList<Flow>> FlowsAsync(this SkydiveClient client, string gremlin)
    {
        var flows = new List<Flow>();
        await foreach (var item in client.QueryAsync(gremlin, CancellationToken.None))
        {
            flows.Add(item.Flow!);
        }

        return flows;
    }

    /// <summary>Starts a capture and waits until it is active on as many nodes as given.</summary>
    public static async Task<Capture> CaptureAsync(this SkydiveClient client, string gremlin, string? bpf, int nodes)
    {
        var capture = await client.CreateCaptureAsync(new Capture { GremlinQuery = gremlin, BPFFilter = bpf }, null, CancellationToken.None);
        await client.WaitForCaptureAsync(capture.UUID, nodes);
        return capture;
    }

    public static Task WaitForCaptureAsync(this SkydiveClient client, string id, int nodes) => Wait.UntilAsync(
        async () => (await client.GetCaptureAsync(id, CancellationToken.None)).Count == nodes, TimeSpan.FromSeconds(10), () => $"capture is not active on {nodes} nodes");
}
