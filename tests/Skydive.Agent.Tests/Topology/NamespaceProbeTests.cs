using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Hardware;
using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology;
using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Topology;

/// <summary>Namespaces that get and lose names.</summary>
public sealed class NamespaceProbeTests
{
    [Fact]
    public async Task Link_NameComesAndGoes_SoDoTheNodes()
    {
        using var network = new TestNetwork();
        using var probes = await TestProbes.StartAsync(network);

        network.Make("ns1");
        network.Ip("ns1", "link set lo up");
        network.Name("ns1");
        var graph = await probes.UntilAsync(static graph => graph.FindLink("lo", "ns1") is not null);
        var node = graph.FindNamespace("ns1")!;
        Assert.Equal(network.NamePath("ns1"), node.GetText("Path"));
        Assert.True(node.Integer("Inode") > 0);
        Assert.True(node.Integer("Device") > 0);
        Assert.Equal(probes.HostNodeId, graph.GetOwner(node)!.Id);
        Assert.Equal(Identifiers.Derive(graph.FindNode(probes.HostNodeId)!.TID!, network.NamePath("ns1"), "netns"), node.TID);

        network.Unname("ns1");
        graph = await probes.UntilAsync(static graph => graph.FindNamespace("ns1") is null);
        Assert.Equal(2, graph.NodeCount);
    }

    [Fact]
    public async Task Mount_NamespaceIsMountedOnAFile_IsFound()
    {
        using var network = new TestNetwork();
        network.Make("ns1");
        using var probes = await TestProbes.StartAsync(network);
        string path = network.NamePath("vm");

        // As ip netns does it: first a file that is no namespace, then the mount.
        await File.WriteAllTextAsync(path, string.Empty, TestContext.Current.CancellationToken);
        Tools.Run("mount", $"--bind {network.RealPath("ns1")} {path}");
        try
        {
            await probes.UntilAsync(static graph => graph.FindLink("lo", "vm") is not null);
        }
        finally
        {
            // The plain way, which a file that is held open refuses.
            Tools.Run("umount", path);
        }

        await probes.UntilAsync(static graph => graph.FindNamespace("vm") is null);
    }

    [Fact]
    public async Task Names_TwoOfOneNamespace_AreOneNodeUntilTheLastIsGone()
    {
        using var network = new TestNetwork();
        network.Make("ns1");
        network.Name("ns1", "b");
        network.Name("ns1", "a");
        network.Ip("ns1", "link add x type veth peer name y netns @host");
        using var probes = await TestProbes.StartAsync(network);

        var graph = probes.Graph.Current;
        var node = Assert.Single(graph.GetNodes(), static node => node.Type == "netns");
        Assert.Equal("a", node.Name);
        Assert.Equal("a", graph.FindLink("y")!.GetText("LinkNetNsName"));

        network.Unname("a");
        graph = await probes.UntilAsync(static graph => graph.FindNamespace("b") is not null);
        Assert.Equal(node.Id, graph.FindNamespace("b")!.Id);
        Assert.Equal(network.NamePath("b"), graph.FindNamespace("b")!.GetText("Path"));
        Assert.NotEqual(node.TID, graph.FindNamespace("b")!.TID);
        Assert.NotNull(graph.FindLink("x", "b"));
        Assert.Equal("b", graph.FindLink("y")!.GetText("LinkNetNsName"));

        network.Name("ns1", "a");
        network.Add("marker");
        graph = await probes.UntilAsync(static graph => graph.FindNamespace("marker") is not null);
        Assert.NotNull(graph.FindNamespace("b"));
        Assert.Null(graph.FindNamespace("a"));

        network.Unname("a");
        network.Unname("b");
        await probes.UntilAsync(static graph => graph.FindNamespace("a") is null && graph.FindNamespace("b") is null);
    }

    [Fact]
    public async Task Name_OfTheHostItself_MakesNoNode()
    {
        using var network = new TestNetwork();
        network.Name("host", "self");
        using var probes = await TestProbes.StartAsync(network);
        network.Add("marker");

        var graph = await probes.UntilAsync(static graph => graph.FindNamespace("marker") is not null);

        Assert.Null(graph.FindNamespace("self"));
    }

    [Fact]
    public async Task Name_GivenToAnother_ShowsTheOther()
    {
        using var network = new TestNetwork();
        network.Make("one");
        network.Make("two");
        network.Ip("one", "link add first type bridge");
        network.Ip("two", "link add second type bridge");
        network.Name("one", "ns");
        using var probes = await TestProbes.StartAsync(network);
        Assert.NotNull(probes.Find("first", "ns"));

        network.Unname("ns");
        network.Name("two", "ns");

        var graph = await probes.UntilAsync(static graph => graph.FindLink("second", "ns") is not null && graph.FindLink("first", "ns") is null);
        Assert.Single(graph.GetNodes(), static node => node.Type == "netns");
    }

    [Fact]
    public async Task Folder_NotThereYetAndGoneAndBack_IsFollowed()
    {
        using var network = new TestNetwork();
        network.Make("ns1");
        Directory.Delete(network.Folder);
        using var probes = await TestProbes.StartAsync(network);

        Directory.CreateDirectory(network.Folder);
        network.Name("ns1");
        await probes.UntilAsync(static graph => graph.FindNamespace("ns1") is not null);

        Directory.Delete(network.Folder, recursive: true);
        await probes.UntilAsync(static graph => graph.FindNamespace("ns1") is null);

        Directory.CreateDirectory(network.Folder);
        network.Name("ns1");
        await probes.UntilAsync(static graph => graph.FindNamespace("ns1") is not null);
        Assert.Equal("running", probes.NamespaceState.Status.Status);
    }

    [Fact]
    public async Task Folder_HoldsOtherThings_TheyAreLeftAside()
    {
        using var network = new TestNetwork();
        await File.WriteAllTextAsync(network.NamePath("text"), "no namespace", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(network.NamePath("dangling"), "/nowhere");
        File.CreateSymbolicLink(network.NamePath("uts"), "/proc/self/ns/uts");
        Directory.CreateDirectory(network.NamePath("folder"));
        network.Add("ns1");

        using var probes = await TestProbes.StartAsync(network);

        Assert.Equal("ns1", Assert.Single(probes.Graph.Current.GetNodes(), static node => node.Type == "netns").Name);
        Assert.Equal("running", probes.NamespaceState.Status.Status);
    }

    [Fact]
    public async Task Folder_IsAFile_IsAStateAndNoFault()
    {
        using var network = new TestNetwork();
        string file = network.NamePath("file");
        await File.WriteAllTextAsync(file, string.Empty, TestContext.Current.CancellationToken);
        var graph = new LiveGraph("lab", "agent.lab", null, new TidHook());
        var state = new ProbeState();
        using var netlink = new NetlinkProbe(graph, HostProbe.AddTo(graph), new(), NullLogger.Instance);
        netlink.Start();
        using var probe = new NamespaceProbe(file, new NamespaceDirectory(netlink), state, NullLogger.Instance);

        await probe.StartAsync(network.OpenHost());

        Assert.NotNull(graph.Current.FindLink("lo"));
        Assert.Equal("degraded", state.Status.Status);
        Assert.Contains(file, state.Status.Message, StringComparison.Ordinal);
        Assert.False(probe.Completion.IsFaulted);
    }

    [Fact]
    public async Task Names_Hundreds_NeedNoThreadEachAndLeaveNothing()
    {
        const int Count = 300;
        using var network = new TestNetwork();
        network.Make([.. Enumerable.Range(0, Count).Select(static i => $"n{i}")]);

        // What the library keeps for all is there before it is counted.
        using (await TestProbes.StartAsync(network))
        {
        }

        int descriptors = Tools.KernelDescriptorCount;
        int namespaceThreads = Tools.ThreadNames.Count(static name => name == "namespace");
        var probes = await TestProbes.StartAsync(network);
        Assert.Equal(Count, probes.Graph.Current.GetNodes().Count(static node => node.Type == "netns"));
        await Tools.WaitAsync(static () => Tools.ThreadNames.Count(static name => name == "netlink probe") == 1);
        Assert.True(Tools.ThreadCount < 60, $"{Tools.ThreadCount} threads");
        Assert.True(Tools.ThreadNames.Count(static name => name == "namespace") <= namespaceThreads + 1, "a thread was kept for a namespace");

        network.Batch("n7", ["link add br0 type bridge"]);
        await probes.UntilAsync(static graph => graph.FindLink("br0", "n7") is not null);
        probes.Dispose();

        // Some of those that were counted may have been on their way out.
        await Tools.WaitAsync(() => !Tools.ThreadNames.Contains("netlink probe") && Tools.KernelDescriptorCount <= descriptors);
    }

    [Fact]
    public async Task Names_ComeAndGoQuickly_TheEndIsRight()
    {
        using var network = new TestNetwork();
        network.Make("ns1");
        network.Make("ns2");
        using var probes = await TestProbes.StartAsync(network);
        for (int i = 0; i < 200; i++)
        {
            network.Name("ns1", $"a{i}");
            network.Name("ns2", "b");
            network.Unname($"a{i}");
            if (i < 199)
            {
                network.Unname("b");
            }
        }

        // What was seen on the way may come late, but the end comes last.
        await probes.UntilAsync(static graph =>
            graph.FindLink("lo", "b") is not null && graph.NodeCount == 4 && graph.GetEdges().Count(static edge => edge.RelationType == RelationTypes.Ownership) == 3);
    }
}
