using System.Net;
using System.Net.Sockets;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>What queries say of flows that were captured, with Linux bridges and namespaces.</summary>
public sealed class FlowChecklistJourneyTests
{
    private const string Update = "SKYDIVE_FLOW_UPDATE";

    [Fact]
    public async Task Flows_OnABridge_AreFoundByNodeEndsAndNumbers()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string> { [Update] = "1" });
        var client = service.Client;
        string bridge = $"G.V().Has('Name', '{lab.Prefix}-br')";
        await client.CreateCaptureAsync(new Capture { GremlinQuery = bridge, BPFFilter = "icmp", Type = "pcap" }, null, CancellationToken.None);
        string one = (await client.CaptureAsync($"G.V().Has('Name', '{lab.Prefix}1-eth0')", "icmp and host 10.199.8.2", 1)).UUID;
        await Wait.UntilAsync(async () => (await client.NodesAsync($"{bridge}.HasKey('Captures')")).Count == 1, TimeSpan.FromSeconds(10));
        Shell.Run($"ip netns exec {lab.Prefix}1 ping -q -c 1 -s 1024 10.199.8.2");
        Shell.Run($"ip netns exec {lab.Prefix}2 ping -q -c 3 -i 0.05 10.199.8.1");

        // The capture at the veth, and its shorthand; the bridge sees what it forwards as well.
        string flows = $"G.Flows('CaptureID', '{one}')";
        await Wait.UntilAsync(
            async () => (await client.FlowsAsync(flows)) is { Count: 2 } seen && seen.Sum(static flow => flow.Metric!.BAPackets) == 4, TimeSpan.FromSeconds(10));
        Assert.Equal(2, (await client.FlowsAsync($"G.Flows().Has('CaptureID', '{one}')")).Count);
        Assert.Equal(2, await client.QueryNumberAsync($"{flows}.Count()", CancellationToken.None));
        Assert.Equal(4, await client.QueryNumberAsync($"{flows}.Sum('Metric.ABPackets')", CancellationToken.None));
        string tid = Assert.Single(await client.NodesAsync($"G.V().Has('Name', '{lab.Prefix}1-eth0')")).TID!;
        Assert.All(await client.FlowsAsync($"G.Flows('NodeTID', '{tid}')"), flow => Assert.Equal(tid, flow.NodeTID));
        Assert.Equal(2, (await client.FlowsAsync($"G.Flows('NodeTID', '{tid}').Has('Network', IPV4Range('10.199.8.0/24'))")).Count);

        // In and Out are the interfaces at the ends; so say the flows themselves.
        string large = $"{flows}.Has('Metric.ABBytes', GT(1000))";
        var flow = Assert.Single(await client.FlowsAsync(large));
        Assert.Equal((1, 1066, 1, 1066), (flow.Metric!.ABPackets, flow.Metric.ABBytes, flow.Metric.BAPackets, flow.Metric.BABytes));
        var (a, b) = (Assert.Single(await client.NodesAsync($"{large}.In()")), Assert.Single(await client.NodesAsync($"{large}.Out()")));
        Assert.Equal((a.TID, b.TID), (flow.ANodeTID, flow.BNodeTID));
        Assert.Equal(["10.199.8.1/24"], a.Metadata["IPV4"].Elements.ToArray().Select(static address => address.AsString));
        Assert.Single(await client.FlowsAsync($"{flows}.Has('BNodeTID', '{b.TID}')"));
        Assert.Equal(2, (await client.NodesAsync($"{large}.Both()")).Count);
        Assert.Equal(3, (await client.NodesAsync($"{large}.Nodes()")).Count);
        Assert.Equal([tid], (await client.NodesAsync($"{large}.Hops()")).Select(static node => node.TID!));
        Assert.Equal([tid], (await client.NodesAsync($"{flows}.Dedup().CaptureNode().Dedup()")).Select(static node => node.TID!));

        // Comparisons meet their bounds.
        foreach (var (condition, isMet) in ((string, bool)[])
            [
                ("GT(1065)", true), ("GT(1066)", false), ("GTE(1066)", true), ("GTE(1067)", false), ("LT(1067)", true), ("LT(1066)", false), ("LTE(1066)", true),
                ("LTE(1065)", false), ("Inside(1065,1067)", true), ("Inside(1066,1067)", false), ("Between(1066,1067)", true), ("Between(1066,1066)", false),
            ])
        {
            Assert.Equal(isMet ? 1 : 0, await client.QueryNumberAsync($"{flows}.Has('UUID', '{flow.UUID}', 'Metric.ABBytes', {condition}).Count()", CancellationToken.None));
        }

        Assert.Single(await client.FlowsAsync($"{flows}.Has('UUID', '{flow.UUID}', 'Metric.RTT', GT(0))"));
        var sorted = await client.FlowsAsync($"{flows}.Sort()");
        Assert.True(sorted[0].Last <= sorted[1].Last);
        Assert.Equal(sorted.OrderByDescending(static found => found.Start).Select(static found => found.UUID), (await client.FlowsAsync($"{flows}.Sort(DESC, 'Start')")).Select(static found => found.UUID));

        // The same is found on the bridge, and of the past.
        Assert.Equal(2, (await client.FlowsAsync($"{bridge}.Flows().Has('Application', 'ICMPv4')")).Select(static found => found.TrackingID).Distinct().Count());
        await Wait.UntilAsync(async () => (await client.FlowsAsync($"G.Context(NOW, 600).Flows('BNodeTID', '{b.TID}', 'CaptureID', '{one}')")).Count == 1, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Flows_OfATraceThatIsSent_AreFoundAtTheirTime()
    {
        const string Name = "eth-ip4-arp-dns-req-http-google.pcap";
        string? trace = null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null && trace is null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "pcaps", Name);
            trace = File.Exists(path) ? path : null;
        }

        Assert.SkipWhen(trace is null, $"needs ../shared/pcaps/{Name}");
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("analyzer", data.Path);
        await using (var file = File.OpenRead(trace!))
        {
            await service.Client.UploadPcapAsync(file, null, CancellationToken.None);
        }

        Assert.Equal(2, (await service.Client.FlowsAsync("G.Context(1454659514).Flows().Has('Application', 'DNS')")).Count);
        Assert.Equal(6, (await service.Client.FlowsAsync("G.Context(1454659600, 600).Flows()")).Count);
        var paths = await service.Client.GetFlowPathsAsync("G.Context(1454659600, 600).Flows('Application', 'TCP')", CancellationToken.None);
        Assert.All(paths, static path => Assert.Equal((1, 0L), (path.Hops.Count, path.ABLost)));
    }

    [Fact]
    public async Task Flows_OfAConnection_KnowTheProcessesAtBothEnds()
    {
        Needs.Root();
        Needs.Program("bash");
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        Shell.Run($"ip addr add 10.199.8.254/24 dev {lab.Prefix}-br");
        using var server = new TcpListener(IPAddress.Parse("10.199.8.254"), 0);
        server.Start();
        int port = ((IPEndPoint)server.LocalEndpoint).Port;
        await using var service = await TestService.StartAsync(
            "allinone",
            data.Path,
            new Dictionary<string, string> { [Update] = "1", ["SKYDIVE_AGENT_TOPOLOGY_PROBES"] = "socketinfo", ["SKYDIVE_AGENT_TOPOLOGY_SOCKETINFO_HOST_UPDATE"] = "1" });
        await service.Client.CaptureAsync($"G.V().Has('Name', '{lab.Prefix}1-eth0')", $"tcp port {port}", 1);
        using var program = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                "ip", ["netns", "exec", $"{lab.Prefix}1", "bash", "-c", $"exec 3<>/dev/tcp/10.199.8.254/{port}; echo hello >&3; read x <&3"]))!;
        try
        {
            using var connection = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            string query = $"G.Flows().Has('Transport', {port})";
            IReadOnlyList<Flow> flows = [];
            await Wait.UntilAsync(
                async () => (flows = await service.Client.FlowsAsync(query)) is [{ SocketA: not null, SocketB: not null }], TimeSpan.FromSeconds(15), () => service.Log);

            Assert.Equal("bash", flows[0].SocketA!.Name);
            Assert.EndsWith("/bash", flows[0].SocketA!.Process, StringComparison.Ordinal);
            Assert.Equal(program.Id, flows[0].SocketA!.Pid);
            Assert.Equal(Environment.ProcessId, flows[0].SocketB!.Pid);
            Assert.Single(await service.Client.FlowsAsync($"{query}.Has('SocketA.Name', 'bash', 'SocketB.Pid', {Environment.ProcessId})"));
            Assert.Empty(await service.Client.FlowsAsync($"{query}.Has('SocketB.Name', 'bash')"));
            Assert.Equal($"{lab.Prefix}-br", Assert.Single(await service.Client.NodesAsync($"G.V().Has('TID', '{flows[0].BNodeTID}')")).Name);

            // Long after the connection has gone the store knows.
            connection.Close();
            await program.WaitForExitAsync(TestContext.Current.CancellationToken);
            await Wait.UntilAsync(
                async () => (await service.Client.FlowsAsync($"G.Context(NOW, 600).Flows('SocketA.Name', 'bash', 'Transport', {port})")) is [{ FinishType: not FinishType.NotFinished }],
                TimeSpan.FromSeconds(10));
        }
        finally
        {
            if (!program.HasExited)
            {
                program.Kill();
            }
        }
    }
}
