using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Flows;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.Flows;

public sealed class FlowEnhancerTests : IAsyncLifetime
{
    private readonly LiveGraph _graph = new("lab", "analyzer.lab");
    private FlowEnhancer _enhancer = null!;

    public ValueTask InitializeAsync()
    {
        // Two hosts, each with a namespace: the same addresses in part, as hosts have.
        _graph.Write(transaction =>
        {
            foreach (string host in (string[])["h1", "h2"])
            {
                Add(transaction, host, "host", host, null);
                Add(transaction, $"{host}-lo", "device", host, host, ipv4: "127.0.0.1/8", mac: "00:00:00:00:00:00");
                Add(transaction, $"{host}-ns", "netns", host, host);
                Add(transaction, $"{host}-ns-lo", "device", host, $"{host}-ns", ipv4: "127.0.0.1/8", mac: "00:00:00:00:00:00");
            }

            Add(transaction, "h1-eth0", "device", "h1", "h1", "10.0.0.1/24", "02:00:00:00:00:01");
            Add(transaction, "h1-br0", "bridge", "h1", "h1", null, "02:00:00:00:00:01");
            Add(transaction, "h1-vm", "veth", "h1", "h1-ns", "10.0.1.5/24", "02:00:00:00:01:05");
            Add(transaction, "h2-eth0", "device", "h2", "h2", "10.0.0.2/24", "02:00:00:00:00:02");
            Add(transaction, "h2-vm", "veth", "h2", "h2-ns", "10.0.1.5/24", "02:00:00:00:02:05");
            Add(transaction, "h2-six", "veth", "h2", "h2-ns", "fd00::5/64", "02:00:00:00:02:06");
        });
        SetSockets("h1", Socket("TCP", "10.0.0.1", 40000, "10.0.0.2", 80, "curl", 11), Socket("TCP", "0.0.0.0", 22, "0.0.0.0", 0, "sshd", 12));
        SetSockets("h2", Socket("TCP", "::", 80, "::", 0, "nginx", 21), Socket("TCP", "0.0.0.0", 22, "0.0.0.0", 0, "sshd", 22), Socket("UDP", "0.0.0.0", 53, "0.0.0.0", 0, "dnsmasq", 23));
        SetSockets("h2-ns", Socket("TCP", "::ffff:10.0.1.5", 9000, "::ffff:10.0.0.1", 40001, "java", 31), Socket("UDP", "::", 53, "::", 0, "named", 32));
        _enhancer = new(_graph);
        _enhancer.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _enhancer.DisposeAsync();

    [Fact]
    public void BetweenTwoHosts_BothInterfacesAndBothProcessesAreKnown()
    {
        var flow = Enhance(Tcp("1", "10.0.0.1", 40000, "10.0.0.2", 80, "02:00:00:00:00:01", "02:00:00:00:00:02"));

        Assert.Equal(("tid-h1-eth0", "tid-h2-eth0"), (flow.ANodeTID, flow.BNodeTID));
        Assert.Equal(new FlowSocket { Process = "/usr/bin/curl", Pid = 11, Name = "curl" }, flow.SocketA);
        Assert.Equal("nginx", flow.SocketB!.Name);
    }

    [Fact]
    public void SameAddressOnTwoHosts_TheMacOrTheHostOfTheCaptureDecides()
    {
        Assert.Equal("tid-h2-vm", Enhance(Tcp("1", "10.0.1.5", 9000, "10.0.0.1", 40001, "02:00:00:00:02:05", "02:00:00:00:00:01")).ANodeTID);
        Assert.Equal("tid-h1-vm", Enhance(Tcp("2", "10.0.1.5", 1, "10.0.0.1", 2, "02:ff:ff:ff:ff:ff", null, "tid-h1-eth0")).ANodeTID);
        Assert.Null(Enhance(Tcp("3", "10.0.1.5", 1, "10.0.0.1", 2, "02:ff:ff:ff:ff:ff", null, "tid-gone")).ANodeTID);
    }

    [Fact]
    public void SocketOfIPv6WithAnIPv4Address_IsFound()
    {
        var flow = Enhance(Tcp("1", "10.0.0.1", 40001, "10.0.1.5", 9000, "02:00:00:00:00:01", "02:00:00:00:02:05"));

        Assert.Null(flow.SocketA);
        Assert.Equal(("java", 31L), (flow.SocketB!.Name, flow.SocketB.Pid));
    }

    [Fact]
    public void Servers_OfTheNamespaceOfTheEnd_AreMeant()
    {
        Assert.Equal(12, Enhance(Tcp("1", "10.0.0.2", 5, "10.0.0.1", 22, "02:00:00:00:00:02", "02:00:00:00:00:01")).SocketB!.Pid);
        Assert.Equal(22, Enhance(Tcp("2", "10.0.0.1", 5, "10.0.0.2", 22, "02:00:00:00:00:01", "02:00:00:00:00:02")).SocketB!.Pid);
        Assert.Equal(32, Enhance(Tcp("3", "fd00::9", 5, "fd00::5", 53, null, "02:00:00:00:02:06", protocol: "UDP")).SocketB!.Pid);
        Assert.Equal(22, Enhance(Tcp("4", "127.0.0.1", 5, "127.0.0.1", 22, "00:00:00:00:00:00", "00:00:00:00:00:00", "tid-h2-lo")).SocketB!.Pid);
        Assert.Null(Enhance(Tcp("5", "127.0.0.1", 5, "127.0.0.1", 22, "00:00:00:00:00:00", "00:00:00:00:00:00", "tid-h2-ns-lo")).SocketB);
    }

    [Fact]
    public void AddressThatNobodyHas_GivesTheRouterAndNotItsProcesses()
    {
        var flow = Enhance(Tcp("1", "10.0.0.1", 5, "8.8.8.8", 53, "02:00:00:00:00:01", "02:00:00:00:00:02", protocol: "UDP"));

        Assert.Equal(("tid-h2-eth0", null), (flow.BNodeTID, flow.SocketB));
    }

    [Fact]
    public void ProcessThatHasGone_StaysWithItsFlow()
    {
        var flow = Tcp("1", "10.0.0.1", 40000, "10.0.0.2", 80, "02:00:00:00:00:01", "02:00:00:00:00:02");
        Assert.Equal("curl", Enhance(flow).SocketA!.Name);
        SetSockets("h1");
        SetSockets("h2");

        Assert.Equal(("curl", "nginx"), (Enhance(flow).SocketA!.Name, Enhance(flow).SocketB!.Name));
    }

    [Fact]
    public async Task Changes_AreFollowed()
    {
        var flow = Tcp("1", "10.9.9.9", 1234, "10.0.0.2", 80, "02:00:00:00:00:09", "02:00:00:00:00:02");
        Assert.Null(Enhance(flow).ANodeTID);
        _graph.Write(static transaction => transaction.SetMetadata(transaction.FindNode("h1-eth0")!, transaction.FindNode("h1-eth0")!.Metadata.With("IPV4", MetadataValue.List("10.9.9.9/24"))));
        SetSockets("h1", Socket("TCP", "10.9.9.9", 1234, "10.0.0.2", 80, "wget", 13));
        await Wait.UntilAsync(() => Enhance(flow) is { ANodeTID: "tid-h1-eth0", SocketA.Name: "wget" });

        _graph.Write(static transaction => transaction.DeleteNode("h2-eth0"));
        int next = 1;
        await Wait.UntilAsync(() => Enhance(flow with { UUID = $"{++next}" }).BNodeTID is null);
    }

    [Fact]
    public async Task Search_ConditionsOnEnds_AreMetAfterTheAgentHasAnswered()
    {
        var agent = new FakeAgent("h1")
        {
            Flows =
            [
                Tcp("a", "10.0.0.1", 40000, "10.0.0.2", 80, "02:00:00:00:00:01", "02:00:00:00:00:02"),
                Tcp("b", "10.0.0.2", 5, "10.0.0.1", 22, "02:00:00:00:00:02", "02:00:00:00:00:01"),
                Tcp("c", "10.0.0.1", 6, "10.0.0.2", 22, "02:00:00:00:00:01", "02:00:00:00:00:02"),
            ],
        };
        var agents = new AgentDirectory();
        agents.Add(agent, static () => Make.Status());
        await using var store = new TestStore();
        var router = new FlowRouter(agents, store, NullLogger<FlowRouter>.Instance, _enhancer);

        Assert.Equal(["a"], await FindAsync(new() { Filter = new EqualFilter("SocketB.Name", "nginx") }));
        Assert.Null(agent.LastSearch!.Filter);
        var both = new AllFilter([new EqualFilter("ANodeTID", "tid-h1-eth0"), new EqualFilter("Transport.B", 22)]);
        Assert.Equal(["c"], await FindAsync(new() { Filter = both, Limit = 1 }));
        Assert.Equal("Transport.B", Assert.IsType<EqualFilter>(Assert.Single(Assert.IsType<AllFilter>(agent.LastSearch.Filter).Filters)).Key);
        Assert.Null(agent.LastSearch.Limit);
        Assert.Equal(["b", "c"], await FindAsync(new() { Filter = new NotFilter(new ExistsFilter("SocketA.Pid")) }));
        Assert.Equal(["b", "a"], (await FindAsync(new() { SortBy = "ANodeTID", Descending = true, DeduplicateBy = "ANodeTID" })).ToArray());

        // What an agent can answer is left to it.
        await FindAsync(new() { Filter = new EqualFilter("Transport.B", 22), Limit = 1 });
        Assert.Equal(1, agent.LastSearch.Limit);

        async Task<IEnumerable<string>> FindAsync(FlowSearch search) =>
            (await router.SearchFlowsAsync(search, TestContext.Current.CancellationToken)).Select(static flow => flow.UUID);
    }

    [Fact]
    public async Task Stored_WithTheirEnds()
    {
        await using var store = new TestStore();
        await using (var receiver = new FlowReceiver(store, 10, TimeProvider.System, NullLogger<FlowReceiver>.Instance, _enhancer))
        {
            Assert.True(receiver.TryAccept([Tcp("1", "10.0.0.1", 40000, "10.0.0.2", 80, "02:00:00:00:00:01", "02:00:00:00:00:02")]));
        }

        var filter = new AllFilter([new EqualFilter("BNodeTID", "tid-h2-eth0"), new EqualFilter("SocketA.Process", "/usr/bin/curl")]);
        Assert.Single(await store.SearchFlowsAsync(new() { Filter = filter }, TestContext.Current.CancellationToken));
    }

    private static void Add(GraphTransaction transaction, string id, string type, string host, string? owner, string? ipv4 = null, string? mac = null)
    {
        var metadata = new MetadataBuilder().Set("Name", id).Set("Type", type).Set("TID", $"tid-{id}").SetIfNotNull("MAC", mac);
        if (ipv4 is not null)
        {
            metadata.Set(ipv4.Contains(':', StringComparison.Ordinal) ? "IPV6" : "IPV4", MetadataValue.List(ipv4));
        }

        transaction.AddNode(new Node { Id = id, Metadata = metadata.Build(), Host = host, Origin = "agent." + host, CreatedAt = 1000, UpdatedAt = 1000 });
        if (owner is not null)
        {
            transaction.AddEdge($"{owner}/{id}", owner, id, MetadataMap.Create(("RelationType", "ownership")));
        }
    }

    private static MetadataValue Socket(string protocol, string local, int localPort, string remote, int remotePort, string name, int pid) => MetadataMap.Create(
        ("Protocol", protocol), ("LocalAddress", local), ("LocalPort", localPort), ("RemoteAddress", remote), ("RemotePort", remotePort),
        ("Process", "/usr/bin/" + name), ("Name", name), ("Pid", pid));

    private static Flow Tcp(string uuid, string a, int portA, string b, int portB, string? macA, string? macB, string node = "tid-h1-eth0", string protocol = "TCP") =>
        Make.Flow(uuid) with
        {
            NodeTID = node,
            Link = new FlowLayer { Protocol = "ETHERNET", A = macA ?? "06:00:00:00:00:01", B = macB ?? "06:00:00:00:00:02" },
            Network = new FlowLayer { Protocol = a.Contains(':', StringComparison.Ordinal) ? "IPV6" : "IPV4", A = a, B = b },
            Transport = new FlowTransport { Protocol = protocol, A = portA, B = portB },
        };

    private void SetSockets(string nodeId, params MetadataValue[] sockets) => _graph.Write(
        transaction => transaction.SetMetadata(transaction.FindNode(nodeId)!, transaction.FindNode(nodeId)!.Metadata.With("Sockets", MetadataValue.List(sockets))), isTransient: true);

    private Flow Enhance(Flow flow)
    {
        Flow[] flows = [flow];
        _enhancer.Enhance(flows);
        return flows[0];
    }
}
