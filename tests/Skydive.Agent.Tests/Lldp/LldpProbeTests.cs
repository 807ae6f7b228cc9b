using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Lldp;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Packets;
using Skydive.Tests;

namespace Skydive.Agent.Tests.Lldp;

/// <summary>A host and a switch of the test's own, in two namespaces joined by cables (veth pairs).</summary>
public sealed class LldpProbeTests : IAsyncDisposable
{
    private readonly TestNetwork _network = new();
    private readonly TestProbes _probes;
    private readonly NetworkNamespace _switch;
    private readonly List<IAsyncDisposable> _started = [];

    public LldpProbeTests()
    {
        _network.Make("switch");
        _probes = TestProbes.StartAsync(_network).GetAwaiter().GetResult();
        _switch = NetworkNamespace.Open(_network.RealPath("switch"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in _started)
        {
            await started.DisposeAsync();
        }

        _probes.Dispose();
        _switch.Dispose();
        _network.Dispose();
    }

    [Fact]
    public async Task Frame_RecordedFromASwitch_IsSwitchAndPort()
    {
        byte[] frame = ReadTrace("lldp-detailed.pcap");
        await ConnectAsync("lldp0", "up multicast on");
        _network.Ip("host", "addr add 10.10.20.1/24 dev lldp0");
        await StartAsync("lldp0");

        for (int i = 0; i < 20; i++)
        {
            Send("lldp0", frame);
        }

        var graph = await _probes.UntilAsync(static graph => Ports(graph).Any());
        var port = Assert.Single(Neighbours(graph, "lldp0"), static node => node.Type == "switchport");
        Assert.Equal("Summit300-48-Port 1001", port.Name);
        Assert.Equal(1522, port.Integer("MTU"));
        Assert.Equal("lldp", port.GetText("Probe"));
        Assert.Equal(
            """
            {"Description":"Summit300-48-Port 1001","LinkAgggregation":{"Enabled":false,"Supported":true},"LinkAggregation":{"Enabled":false,"Supported":true},"PPVIDs":[{"Enabled":false,"ID":0,"Supported":false}],"PVID":488,"PortID":"1/1","PortIDType":"Interface Name","TTL":120,"VLANNames":[{"ID":488,"Name":"v2-0488-03-0505"}]}
            """,
            port.Metadata["LLDP"].ToString());
        var owner = graph.GetOwner(port)!;
        Assert.Equal(("switch", "Summit300-48", "lldp"), (owner.Type, owner.Name, owner.GetText("Probe")));
        Assert.Equal("00:01:30:f9:ad:a0", owner.Metadata["LLDP"].AsMap!["ChassisID"].AsString);
        Assert.Equal("MAC Address", owner.Metadata["LLDP"].AsMap!["ChassisIDType"].AsString);
        Assert.NotNull(graph.FindLayer2(owner, port));
        Assert.NotNull(graph.FindLayer2(port, graph.FindLink("lldp0")));
        Assert.Equal(Identifiers.Derive("Summit300-48", "SysName"), owner.Id);
        Assert.Equal(1, owner.Revision);
        Assert.Equal(1, port.Revision);
    }

    [Fact]
    public async Task Frames_ThatChange_UpdateTheNodesAndNothingElse()
    {
        await ConnectAsync("c0");
        await StartAsync();
        Send("c0", Unit("1", 120, "leaf1", "Ethernet1"));
        var before = await _probes.UntilAsync(static graph => Ports(graph).Any());

        Send("c0", Unit("1", 120, "leaf1", "to the host"));
        var after = await _probes.UntilAsync(static graph => Ports(graph).Any(static port => port.Name == "to the host"));

        Assert.Equal(Assert.Single(Ports(before)).Id, Assert.Single(Ports(after)).Id);
        Assert.Equal(1, Assert.Single(Switches(after)).Revision);

        // Another name is another switch; the port goes with it.
        Send("c0", Unit("1", 120, "leaf2", "to the host"));
        var renamed = await _probes.UntilAsync(static graph => Switches(graph).Any(static node => node.Name == "leaf2"));
        Assert.Equal("leaf2", Assert.Single(Switches(renamed)).Name);
        Assert.Single(Ports(renamed));
        Assert.Single(Neighbours(renamed, "c0"), static node => node.Type == "switchport");
    }

    [Fact]
    public async Task Neighbour_ThatFallsSilent_AgesOut()
    {
        await ConnectAsync("c0");
        await StartAsync();
        var watch = Stopwatch.StartNew();
        Send("c0", Unit("1", 2, "leaf1"));
        await _probes.UntilAsync(static graph => Ports(graph).Any());

        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Send("c0", Unit("1", 2, "leaf1"));
        await _probes.UntilAsync(static graph => !Ports(graph).Any() && !Switches(graph).Any());

        // The second frame began its time anew.
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10));
        Assert.NotNull(_probes.Find("c0"));
    }

    [Fact]
    public async Task Neighbour_ThatSaysGoodbyeOrWhoseCableIsPulled_GoesAtOnce()
    {
        await ConnectAsync("c0");
        await StartAsync();
        Send("c0", Unit("1", 120, "leaf1"));
        await _probes.UntilAsync(static graph => Ports(graph).Any());
        Send("c0", Unit("1", 0, "leaf1"));
        await _probes.UntilAsync(static graph => !Ports(graph).Any());

        Send("c0", Unit("1", 120, "leaf1"));
        await _probes.UntilAsync(static graph => Ports(graph).Any());
        _network.Ip("host", "link set c0 down");
        await _probes.UntilAsync(static graph => !Ports(graph).Any() && !Switches(graph).Any());

        _network.Ip("host", "link set c0 up");
        await SendUntilAsync("c0", Unit("1", 120, "leaf1"), static graph => Ports(graph).Any());

        _network.Ip("host", "link del c0");
        await _probes.UntilAsync(static graph => !Ports(graph).Any() && !Switches(graph).Any());
    }

    [Fact]
    public async Task Switch_HeardOnTwoInterfaces_IsOneNodeUntilTheLastIsSilent()
    {
        await ConnectAsync("c0");
        await ConnectAsync("c1");
        await StartAsync();
        Send("c0", Unit("1", 120, "leaf1"));
        Send("c1", Unit("2", 120, "leaf1"));

        var graph = await _probes.UntilAsync(static graph => Ports(graph).Count() == 2);
        Assert.Equal(2, graph.GetEdges(Assert.Single(Switches(graph)), EdgeDirection.Out).Count(static edge => edge.RelationType == RelationTypes.Ownership));

        Send("c0", Unit("1", 0, "leaf1"));
        graph = await _probes.UntilAsync(static graph => Ports(graph).Count() == 1);
        Assert.Single(Switches(graph));

        Send("c1", Unit("2", 0, "leaf1"));
        await _probes.UntilAsync(static graph => !Switches(graph).Any());
    }

    [Fact]
    public async Task Interface_ThatComesLater_IsHeard()
    {
        await StartAsync();
        await ConnectAsync("late");

        await SendUntilAsync("late", Unit("1", 120, "leaf1"), static graph => Ports(graph).Any());
    }

    [Fact]
    public async Task Interface_OnABridge_IsHeardItself()
    {
        await ConnectAsync("c0");
        _network.Ip("host", "link add br0 type bridge");
        _network.Ip("host", "link set br0 up");
        _network.Ip("host", "link set c0 master br0");
        await _probes.UntilAsync(graph => graph.FindLayer2(graph.FindLink("br0"), graph.FindLink("c0")) is not null);
        await StartAsync();

        await SendUntilAsync("c0", Unit("1", 120, "leaf1"), static graph => Ports(graph).Any());

        Assert.Single(Neighbours(_probes.Graph.Current, "c0"), static node => node.Type == "switchport");
    }

    [Fact]
    public async Task Interfaces_OfTheConfiguration_AreTheOnlyOnes()
    {
        await ConnectAsync("c0");
        await ConnectAsync("c1");
        await StartAsync("c1");

        Send("c0", Unit("1", 120, "wrong"));
        Send("c1", Unit("1", 120, "right"));

        var graph = await _probes.UntilAsync(static graph => Ports(graph).Any());
        Assert.Equal("right", Assert.Single(Switches(graph)).Name);
    }

    [Fact]
    public async Task Frames_OfOurOwn_AreNotHeard()
    {
        await ConnectAsync("c0");
        await StartAsync();
        using (var host = _network.OpenHost())
        using (var own = PacketSender.Open("c0", host))
        {
            own.Send(Unit("1", 120, "myself"));
        }

        Send("c0", Unit("1", 120, "leaf1"));

        var graph = await _probes.UntilAsync(static graph => Ports(graph).Any());
        Assert.Equal("leaf1", Assert.Single(Switches(graph)).Name);
    }

    [Fact]
    public async Task Neighbours_WithoutEnd_AreBoundedAndAProblem()
    {
        await ConnectAsync("c0");
        var probe = await StartAsync();
        using var sender = PacketSender.Open("c0", _switch);
        for (int i = 0; i < 100; i++)
        {
            sender.Send(Unit($"port{i}", 120, "liar"));
        }

        await Tools.WaitAsync(() => probe.State.Status.Status == "degraded");
        await _probes.UntilAsync(static graph => Ports(graph).Count() == 32);
        Assert.Contains("c0 hears more than 32 LLDP neighbours", probe.State.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_ThatAreGarbage_ChangeNothing()
    {
        await ConnectAsync("c0");
        await StartAsync();
        using var sender = PacketSender.Open("c0", _switch);
        byte[] good = Unit("1", 120, "leaf1");
        var random = new Random(3);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bad = [.. good];
            random.NextBytes(bad.AsSpan(14, 9));
            sender.TrySend(bad.AsSpan(0, 14 + random.Next(bad.Length - 14)));
        }

        await SendUntilAsync("c0", good, static graph => Switches(graph).Any(static node => node.Name == "leaf1"));
        Assert.Equal("running", _probes.NetlinkState.Status.Status);
    }

    [Fact]
    public async Task Metadata_WrittenByOthers_Stays()
    {
        await ConnectAsync("c0");
        await StartAsync();
        Send("c0", Unit("1", 120, "leaf1"));
        var port = Ports(await _probes.UntilAsync(static graph => Ports(graph).Any())).Single();
        _probes.Graph.Write(transaction => transaction.Set(port, "Rack", 7));

        Send("c0", Unit("1", 120, "leaf1", "new"));

        var after = Ports(await _probes.UntilAsync(static graph => Ports(graph).Any(static port => port.Name == "new"))).Single();
        Assert.Equal(7, after.Integer("Rack"));
    }

    [Fact]
    public async Task Lldpd_RealOne_IsHeardAndSaysGoodbye()
    {
        const string Lldpd = "/usr/sbin/lldpd";
        if (!File.Exists(Lldpd))
        {
            Assert.Skip("needs lldpd: nothing else shows that we understand a real sender");
        }

        await ConnectAsync("c0");
        await StartAsync();
        using var folder = new TemporaryFolder();

        // It waits until its own client, which is another user, has told it to begin.
        Tools.Run("chmod", "755 " + folder.Path);
        string space = Path.GetFileName(_network.RealPath("switch"));
        using var lldpd = Process.Start(new ProcessStartInfo("ip", $"netns exec {space} {Lldpd} -d -u {folder.Path}/socket -I c0 -S Testing")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        lldpd.BeginErrorReadLine();
        lldpd.BeginOutputReadLine();
        try
        {
            var graph = await _probes.UntilAsync(static graph => Ports(graph).Any());
            var system = Assert.Single(Switches(graph));
            Assert.Equal(Tools.TryRun("uname", "-n").Output.Trim(), system.Name.Split('.')[0]);
            Assert.Equal("Testing", system.Metadata["LLDP"].AsMap!["Description"].AsString);
            Assert.Equal("c0", Assert.Single(Ports(graph)).Name);
            Assert.Equal("MAC Address", Assert.Single(Ports(graph)).Metadata["LLDP"].AsMap!["PortIDType"].AsString);

            Tools.Run("kill", $"-TERM {lldpd.Id}");
            await _probes.UntilAsync(static graph => !Ports(graph).Any() && !Switches(graph).Any());
        }
        finally
        {
            lldpd.Kill();
            await lldpd.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Dispose_WhileItHears_LeavesNothing()
    {
        await ConnectAsync("c0");
        int descriptors = Tools.KernelDescriptorCount;
        var probe = await StartAsync();
        Send("c0", Unit("1", 120, "leaf1"));
        await _probes.UntilAsync(static graph => Ports(graph).Any());

        await probe.DisposeAsync();

        Assert.True(probe.Completion.IsCompletedSuccessfully);
        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    private static IEnumerable<Node> Ports(GraphSnapshot graph) => graph.GetNodes().Where(static node => node.Type == "switchport");

    private static IEnumerable<Node> Switches(GraphSnapshot graph) => graph.GetNodes().Where(static node => node.Type == "switch");

    private static IEnumerable<Node> Neighbours(GraphSnapshot graph, string name)
    {
        var node = graph.FindLink(name)!;
        return graph.GetEdges(node, EdgeDirection.Both).Select(edge => graph.FindNode(edge.Parent == node.Id ? edge.Child : edge.Parent)!);
    }

    private static byte[] Unit(string port, int timeToLive, string name, string? description = null)
    {
        var unit = new LldpUnitBuilder()
            .Add(1, [4, 2, 0, 0, 0, 0, 1])
            .Add(2, [5, .. System.Text.Encoding.ASCII.GetBytes(port)])
            .Add(3, [(byte)(timeToLive >> 8), (byte)timeToLive])
            .Add(5, name);
        if (description is not null)
        {
            unit.Add(4, description);
        }

        return [0x01, 0x80, 0xc2, 0, 0, 0x0e, 2, 0, 0, 0, 0, 1, 0x88, 0xcc, .. unit.Add(0, []).Build()];
    }

    private static byte[] ReadTrace(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "pcaps", name);
            if (File.Exists(path))
            {
                using var reader = Skydive.Packets.Pcap.PcapReader.Open(path);
                Assert.True(reader.TryReadNext(out _, out var data));
                return data.ToArray();
            }
        }

        Assert.Skip($"needs ../shared/pcaps/{name}");
        return [];
    }

    /// <summary>Joins host and switch by a cable that has the same name at both ends.</summary>
    private async Task ConnectAsync(string name, string state = "up")
    {
        _network.Ip("host", $"link add {name} type veth peer name {name} netns @switch");
        _network.Ip("switch", $"link set {name} up");
        _network.Ip("host", $"link set {name} {state}");
        await _probes.UntilAsync(graph => graph.FindLink(name) is { } link && link.GetText("State") == "UP" && link.Texts("LinkFlags").Contains("UP"));
    }

    private async Task<LldpProbe> StartAsync(params string[] interfaces)
    {
        var options = new AgentOptions { Host = "lab", LldpInterfaces = interfaces };
        var probe = new LldpProbe(new(
            _probes.Graph, _probes.HostNodeId, options, NullLoggerFactory.Instance, _probes.Netlink.FindLink, new(new FakeNamespaceWatcher())));
        _started.Add(probe);
        await probe.StartAsync(TestContext.Current.CancellationToken);
        await Tools.WaitAsync(() => probe.ListeningCount == probe.WantedCount && probe.State.Status.Status == "running");
        return probe;
    }

    private void Send(string name, byte[] frame)
    {
        using var sender = PacketSender.Open(name, _switch);
        sender.Send(frame);
    }

    /// <summary>Sends again until it has been heard: when listening begins, nothing tells.</summary>
    private async Task SendUntilAsync(string name, byte[] frame, Func<GraphSnapshot, bool> condition)
    {
        using var sender = PacketSender.Open(name, _switch);
        await Tools.WaitAsync(() =>
        {
            sender.TrySend(frame);
            return condition(_probes.Graph.Current);
        });
    }
}
