using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Captures;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Tests.Support;

/// <summary>
/// A veth pair between the namespace that plays the host (v1, 10.77.0.2 and fd77::2) and another (eth0 in ns1, 10.77.0.1 and fd77::1), with the
/// probes and captures of an agent at work on it.
/// </summary>
internal sealed class CaptureLab : IAsyncDisposable
{
    private readonly NetworkNamespace _host;

    private CaptureLab(TestNetwork network, TestProbes probes, AgentOptions options)
    {
        Network = network;
        Probes = probes;
        _host = network.OpenHost();
        Captures = new(probes.Graph, options, Flows, NullLogger.Instance, probes.Netlink.FindLink) { TargetNamespace = _host };
        Captures.Start();
    }

    public TestNetwork Network { get; }

    public TestProbes Probes { get; }

    public FlowCollector Flows { get; } = new();

    public CaptureDirectory Captures { get; }

    /// <summary>The end of the pair in the host's namespace.</summary>
    public Node Outer => Probes.Find("v1")!;

    /// <summary>The other end.</summary>
    public Node Inner => Probes.Find("eth0", "ns1")!;

    public static async Task<CaptureLab> StartAsync(AgentOptions? options = null)
    {
        var network = new TestNetwork();
        TestProbes? probes = null;
        try
        {
            network.Add("ns1");
            network.Ip("host", "link add v1 address 02:00:00:00:01:01 type veth peer name eth0 address 02:00:00:00:00:01 netns @ns1");
            network.Batch("host", ["link set lo up", "link set v1 up", "addr add 10.77.0.2/24 dev v1", "addr add fd77::2/64 dev v1 nodad"]);
            network.Batch("ns1", ["link set lo up", "link set eth0 up", "addr add 10.77.0.1/24 dev eth0", "addr add fd77::1/64 dev eth0 nodad"]);
            probes = await TestProbes.StartAsync(network);
            await probes.UntilAsync(static graph => graph.FindLink("v1")!.GetText("State") == "UP" && graph.FindLink("v1")!.Metadata.ContainsKey("IPV4"));
            return new(network, probes, options ?? new AgentOptions { Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50) });
        }
        catch
        {
            probes?.Dispose();
            network.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Captures.DisposeAsync();
        _host.Dispose();
        Probes.Dispose();
        Network.Dispose();
    }

    public Task StartAsync(Node node, Capture capture) => Captures.StartCaptureAsync(node.Id, capture, TestContext.Current.CancellationToken);

    public Task StopAsync(Node node, string id) => Captures.StopCaptureAsync(node.Id, id, TestContext.Current.CancellationToken);

    /// <summary>Has ns1 ping the host.</summary>
    public void Ping(int count, string address = "10.77.0.2") =>
        Network.Execute("ns1", string.Create(CultureInfo.InvariantCulture, $"ping -q -c {count} -i 0.02 -W 2 {address}"));

    /// <summary>Makes a socket in a namespace.</summary>
    public Socket OpenSocket(string inNamespace, SocketType type, ProtocolType protocol, AddressFamily family = AddressFamily.InterNetwork)
    {
        using var target = NetworkNamespace.Open(Network.RealPath(inNamespace));
        return target.CreateSocket(family, type, protocol);
    }

    /// <summary>The entry of a capture in the list of its node.</summary>
    public MetadataMap Entry(Node node, string captureId) => Find(Probes.Graph.Current, node.Id, captureId)!;

    public Task UntilAsync(Node node, string captureId, Func<MetadataMap, bool> condition, [CallerArgumentExpression(nameof(condition))] string? text = null) =>
        Probes.Graph.UntilAsync(graph => Find(graph, node.Id, captureId) is { } entry && condition(entry), text);

    /// <summary>Waits until so many packets were counted at a node.</summary>
    public Task UntilCountedAsync(Node node, string captureId, long packets) =>
        UntilAsync(node, captureId, entry => entry["PacketsReceived"].TryGetInteger(out long received) && received >= packets, $"{packets} packets");

    /// <summary>The flows that match, once the condition holds for them.</summary>
    public async Task<IReadOnlyList<Flow>> UntilFoundAsync(Func<Flow, bool> match, Func<IReadOnlyList<Flow>, bool> condition)
    {
        IReadOnlyList<Flow> flows = [];
        await Tools.WaitAsync(() =>
        {
            flows = [.. Captures.SearchFlowsAsync(new FlowSearch(), TestContext.Current.CancellationToken).Result.Where(match)];
            return condition(flows);
        });
        return flows;
    }

    private static MetadataMap? Find(GraphSnapshot graph, string nodeId, string captureId) =>
        graph.FindNode(nodeId)?.Metadata["Captures"].Elements.ToArray().Select(static entry => entry.AsMap!).SingleOrDefault(entry => entry["ID"].AsString == captureId);
}
