using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Hardware;
using Skydive.Agent.Topology;
using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Support;

/// <summary>The probes of an agent at work on a test's network.</summary>
internal sealed class TestProbes : IDisposable
{
    private readonly NamespaceProbe _namespaces;

    private TestProbes(TestNetwork network, NetlinkProbeOptions? options)
    {
        HostNodeId = HostProbe.AddTo(Graph);
        Netlink = new(Graph, HostNodeId, NetlinkState, NullLogger.Instance, options);
        Directory = new(Netlink);
        _namespaces = new(network.Folder, Directory, NamespaceState, NullLogger.Instance);
    }

    public LiveGraph Graph { get; } = new("lab", "agent.lab", null, new TidHook());

    public string HostNodeId { get; }

    public NetlinkProbe Netlink { get; }

    public NamespaceDirectory Directory { get; }

    public ProbeState NetlinkState { get; } = new();

    public ProbeState NamespaceState { get; } = new();

    public Task Completion => Task.WhenAny(Netlink.Completion, _namespaces.Completion);

    /// <summary>Starts the probes, and waits until they have done all that there is to do, or else until the graph is there.</summary>
    public static async Task<TestProbes> StartAsync(TestNetwork network, NetlinkProbeOptions? options = null, bool settle = true)
    {
        var probes = new TestProbes(network, options);
        probes.Netlink.Start();
        await probes._namespaces.StartAsync(network.OpenHost());
        if (settle)
        {
            await probes.SettleAsync();
        }

        return probes;
    }

    /// <summary>The interface with a name in a namespace; that of the host when none is given.</summary>
    public Node? Find(string name, string? inNamespace = null) => Graph.Current.FindLink(name, inNamespace);

    /// <summary>Waits until the graph is as wanted.</summary>
    public Task<GraphSnapshot> UntilAsync(Func<GraphSnapshot, bool> condition) => Graph.UntilAsync(condition);

    /// <summary>Waits until drivers have been asked for all interfaces, which goes on after they are in the graph.</summary>
    public async Task<GraphSnapshot> SettleAsync()
    {
        await Tools.WaitAsync(() => Netlink.UninspectedLinks == 0);
        return await UntilAsync(static graph =>
            graph.GetNodes().All(static node => node.GetText("EncapType") is null or "loopback" || node.Metadata.ContainsKey("Features")));
    }

    public void Dispose()
    {
        _namespaces.Dispose();
        Netlink.Dispose();
    }
}
