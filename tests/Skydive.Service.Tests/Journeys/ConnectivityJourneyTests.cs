using Skydive.Client;
using Skydive.Client.Connectivity;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Topology;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>Whether packets go from one interface of a lab to another, over a bridge and through a router, and where they stop.</summary>
public sealed class ConnectivityJourneyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Test_EachWay_IsFollowedAndLeavesNothing()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        Route(lab);
        try
        {
            await using var service = await TestService.StartAsync("allinone", data.Path);
            var client = service.Client;
            await Wait.UntilAsync(async () => await FindAsync(client, lab, "1") is not null && await FindAsync(client, lab, "2") is not null && await FindAsync(client, lab, "y") is not null, TimeSpan.FromSeconds(10));
            var one = (await FindAsync(client, lab, "1"))!;
            var two = (await FindAsync(client, lab, "2"))!;
            var far = (await FindAsync(client, lab, "y"))!;

            var bridged = await RunAsync(client, one, two, new());
            Assert.Equal((true, 5L, 5L, 5L), (bridged.IsConnected, bridged.Sent, bridged.Arrived, bridged.Answered));
            Assert.Equal(["eth0", $"{lab.Prefix}1-eth0", $"{lab.Prefix}-br", $"{lab.Prefix}2-eth0", "eth0"], bridged.Hops.Select(static hop => hop.Node.Name));
            Assert.All(bridged.Hops, static hop => Assert.Equal((true, 5L, 5L, 0L), (hop.IsCaptured, hop.Packets, hop.Replies, hop.Lost)));
            Assert.NotNull(bridged.RoundTrip);

            // Kernels answer a SYN to a closed port; a datagram to one they answer with an error, which is no reply.
            Assert.True((await RunAsync(client, one, two, new() { Type = InjectionTypes.TcpV4, Count = 2 })).IsConnected);
            Assert.True((await RunAsync(client, one, two, new() { Type = InjectionTypes.UdpV4, Count = 2 })).IsConnected);

            var routed = await RunAsync(client, one, far, new());
            Assert.True(routed.IsConnected, routed.Message);
            Assert.Equal(["eth0", $"{lab.Prefix}1-eth0", $"{lab.Prefix}-br", $"{lab.Prefix}x", "in", "out", "eth0"], routed.Hops.Select(static hop => hop.Node.Name));

            // The router no longer forwards.
            Shell.Run($"ip netns exec {lab.Prefix}r sysctl -qw net.ipv4.ip_forward=0");
            var stopped = await RunAsync(client, one, far, new() { Timeout = TimeSpan.FromMilliseconds(500) });
            Assert.Equal((false, false, "in", "out"), (stopped.IsConnected, stopped.IsReached, stopped.StoppedAfter?.Name, stopped.StoppedBefore?.Name));
            Assert.Equal("0 of 5 packets arrived: they were seen at in and not at out", stopped.Message);

            // The destination is there but silent.
            Shell.Run($"ip netns exec {lab.Prefix}2 sysctl -qw net.ipv4.icmp_echo_ignore_all=1");
            var silent = await RunAsync(client, one, two, new() { Timeout = TimeSpan.FromMilliseconds(500) });
            Assert.Equal((false, true, 5L, 0L), (silent.IsConnected, silent.IsReached, silent.Arrived, silent.Answered));

            var large = await RunAsync(client, one, two, new() { PayloadSize = 2000 });
            Assert.False(large.IsConnected);
            Assert.Contains("takes 1500 (MTU)", large.Message, StringComparison.Ordinal);

            // Given up in the middle: nothing is left either.
            using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ConnectivityTest(client, new() { Count = 1000 }).RunAsync(one, two, null, giveUp.Token));
            await AssertNothingLeftAsync(client);
        }
        finally
        {
            Shell.TryRun($"ip netns del {lab.Prefix}r; ip netns del {lab.Prefix}y");
        }
    }

    [Fact]
    public void InjectPacket_WithoutAService_IsAnswered()
    {
        Needs.Root();
        using var lab = new Lab();
        string mac = Shell.Run($"ip -n {lab.Prefix}2 -j link show eth0").Split("\"address\":\"")[1][..17];
        string sent = Shell.Run(
            $"ip netns exec {lab.Prefix}1 dotnet {TestService.Program} inject-packet --if-name eth0 --encap-type ether --type icmp4 --dst-ip 10.199.8.2 --dst-mac {mac} --count 5 --interval 10");
        Assert.Contains("5 packets sent", sent, StringComparison.Ordinal);

        // Echo requests that came in, by the kernel's own counter.
        string counters = Shell.Run($"ip netns exec {lab.Prefix}2 cat /proc/net/snmp");
        string[] lines = [.. counters.Split('\n').Where(static line => line.StartsWith("Icmp:", StringComparison.Ordinal))];
        int column = Array.IndexOf(lines[0].Split(' '), "InEchos");
        Assert.Equal("5", lines[1].Split(' ')[column]);
        Assert.Equal(1, Shell.TryRun($"ip netns exec {lab.Prefix}1 dotnet {TestService.Program} inject-packet --if-name eth0 --dst-ip 10.199.8.2").Code);
        Assert.Equal(1, Shell.TryRun($"ip netns exec {lab.Prefix}1 dotnet {TestService.Program} inject-packet --if-name none --dst-ip 10.199.8.2 --dst-mac {mac}").Code);
    }

    private static async Task<ConnectivityReport> RunAsync(SkydiveClient client, Node source, Node destination, ConnectivityOptions options)
    {
        var report = await new ConnectivityTest(client, options with { Interval = TimeSpan.FromMilliseconds(20) }).RunAsync(source, destination, null, Token);
        await AssertNothingLeftAsync(client);
        return report;
    }

    private static async Task AssertNothingLeftAsync(SkydiveClient client)
    {
        Assert.Empty(await client.ListCapturesAsync(Token));
        Assert.Empty(await client.ListInjectionsAsync(Token));
        await Wait.UntilAsync(async () => (await client.NodesAsync("G.V().HasKey('Captures')")).Count == 0 && (await client.NodesAsync("G.V().HasKey('PacketInjections')")).Count == 0, TimeSpan.FromSeconds(10));
    }

    private static async Task<Node?> FindAsync(SkydiveClient client, Lab lab, string number) =>
        (await client.NodesAsync($"G.V().Has('Name','{lab.Prefix}{number}').Out().Has('Name','eth0')")).FirstOrDefault(static node => node.Metadata.ContainsKey("RoutingTables") && node.GetText("State") == "UP");

    /// <summary>A router on the bridge, and a namespace behind it.</summary>
    private static void Route(Lab lab) => Shell.Run(
        $"""
        set -e
        ip netns add {lab.Prefix}r
        ip netns add {lab.Prefix}y
        ip link add {lab.Prefix}x type veth peer name in netns {lab.Prefix}r
        ip link set {lab.Prefix}x master {lab.Prefix}-br up
        ip -n {lab.Prefix}r link add out type veth peer name eth0 netns {lab.Prefix}y
        ip -n {lab.Prefix}r link set lo up
        ip -n {lab.Prefix}r link set in up
        ip -n {lab.Prefix}r link set out up
        ip -n {lab.Prefix}r addr add 10.199.8.254/24 dev in
        ip -n {lab.Prefix}r addr add 10.199.9.254/24 dev out
        ip -n {lab.Prefix}y link set lo up
        ip -n {lab.Prefix}y link set eth0 up
        ip -n {lab.Prefix}y addr add 10.199.9.1/24 dev eth0
        ip -n {lab.Prefix}y route add default via 10.199.9.254
        ip -n {lab.Prefix}1 route add default via 10.199.8.254
        ip netns exec {lab.Prefix}r sysctl -qw net.ipv4.ip_forward=1
        ip netns exec {lab.Prefix}1 ping -q -c 1 10.199.9.1
        """);
}
