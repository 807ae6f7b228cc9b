using Skydive.Contracts.Flows;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>Where packets are lost and how long they take, on a chain of namespaces, bridges, a router and a bad wire.</summary>
public sealed class FlowHopJourneyTests
{
    private const int Pings = 20;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Path_OverARouterAndABadWire_ShowsLossAndLatencyAtTheRightHop()
    {
        Needs.Root();
        if (!File.Exists("/dev/net/tun"))
        {
            Assert.Skip("needs /dev/net/tun");
        }

        string p = $"w{Environment.ProcessId % 10000}";
        using var data = new TemporaryDirectory();
        try
        {
            using var wire = new SlowWire($"{p}t0", $"{p}t1", s_delay, static (frame, isToRight) => SlowWire.ReadEcho(frame) switch
            {
                (8, >= 5 and <= 9) => isToRight,
                (0, 12 or 13) => !isToRight,
                _ => false,
            });

            // a - br1 - r - br2 - the wire - br3 - b
            Shell.Run(
                $"""
                set -e
                for i in 1 2 3; do ip link add {p}br$i type bridge; ip link set {p}br$i up; done
                for n in a r b; do ip netns add {p}$n; ip -n {p}$n link set lo up; done
                add() {"{"} ip link add {p}$1 type veth peer name $2 netns {p}$3; ip link set {p}$1 master {p}$4 up; ip -n {p}$3 link set $2 up; ip -n {p}$3 addr add $5 dev $2; {"}"}
                add ao eth0 a br1 10.199.71.2/24
                add r1 eth0 r br1 10.199.71.1/24
                add r2 eth1 r br2 10.199.72.1/24
                add bo eth0 b br3 10.199.72.2/24
                ip link set {p}t0 master {p}br2 up
                ip link set {p}t1 master {p}br3 up
                ip netns exec {p}r sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
                ip -n {p}a route add default via 10.199.71.1
                ip -n {p}b route add default via 10.199.72.1
                """);
            await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string> { ["SKYDIVE_FLOW_UPDATE"] = "1" });
            var client = service.Client;
            string points = $"G.V().Has('Name', Within('{p}ao', '{p}r1', '{p}r2', '{p}bo'))";
            await Wait.UntilAsync(async () => (await client.NodesAsync($"{points}.HasKey('IPV6')")).Count == 4, TimeSpan.FromSeconds(15));
            await client.CaptureAsync(points, "icmp", 4);

            // Loses some, so ping ends with 0 all the same.
            Shell.Run($"ip netns exec {p}a ping -q -c {Pings} -i 0.1 -W 1 10.199.72.2");
            string flows = "G.Flows().Has('Network', '10.199.72.2', 'Application', 'ICMPv4')";
            await Wait.UntilAsync(
                async () => (await client.FlowsAsync(flows)) is { Count: 4 } found && found.All(static flow => flow.ANodeTID is not null && flow.BNodeTID is not null),
                TimeSpan.FromSeconds(10));

            var path = Assert.Single(await client.GetFlowPathsAsync(flows, CancellationToken.None));
            Assert.Equal(("10.199.71.2", "10.199.72.2", "ICMPv4"), (path.A, path.B, path.Application));
            Assert.Equal([$"{p}ao", $"{p}r1", $"{p}r2", $"{p}bo"], path.Hops.Select(static hop => hop.Name));
            Assert.Equal([20, 20, 20, 15], path.Hops.Select(static hop => hop.ABPackets));
            Assert.Equal([13, 13, 13, 15], path.Hops.Select(static hop => hop.BAPackets));
            Assert.Equal([0, 0, 0, 5], path.Hops.Select(static hop => hop.ABLost));
            Assert.Equal([0, 0, 0, 2], path.Hops.Select(static hop => hop.BALost));
            Assert.Equal((5, 2), (path.ABLost, path.BALost));

            // Both ways over the wire; the rest is inside of the kernel.
            long wireLatency = Assert.NotNull(path.Hops[3].Latency);
            Assert.InRange(wireLatency, 2 * (long)s_delay.TotalNanoseconds, 20 * (long)s_delay.TotalNanoseconds);
            Assert.All(path.Hops.Skip(1).Take(2), hop => Assert.InRange(hop.Latency!.Value, -wireLatency / 4, wireLatency / 4));
            Assert.Null(path.Hops[0].Latency);

            // Behind the router the flow has another TrackingID; the nodes come in the order of the way all the same.
            Assert.Equal(2, path.Hops.Select(static hop => hop.TrackingID).Distinct().Count());
            Assert.Equal([$"{p}ao", $"{p}r1", $"{p}r2", $"{p}bo"], (await client.NodesAsync($"{flows}.Hops()")).Select(static node => node.Name));
            var ends = await client.NodesAsync($"G.V().Has('TID', Within('{path.ANodeTID}', '{path.BNodeTID}'))");
            Assert.Equal(2, ends.Count(static node => node.Name == "eth0"));

            // The same for who has no program but the service's own.
            var (code, text) = Shell.TryRun($"dotnet {TestService.Program} client --analyzer {service.Address.Authority} flow path \"{flows}\" --format table");
            Assert.Equal(0, code);
            Assert.Contains($"{p}bo", text, StringComparison.Ordinal);
            var ofThePast = Assert.Single(await WaitForPastAsync(client, flows));
            Assert.Equal([0, 0, 0, 5], ofThePast.Hops.Select(static hop => hop.ABLost));
        }
        finally
        {
            Shell.TryRun($"for n in ao r1 r2 bo; do ip link del {p}$n; done; for n in a r b; do ip netns del {p}$n; done; for i in 1 2 3; do ip link del {p}br$i; done");
        }
    }

    private static async Task<IReadOnlyList<FlowPath>> WaitForPastAsync(Client.SkydiveClient client, string flows)
    {
        string past = flows.Replace("G.", "G.Context(NOW, 600).", StringComparison.Ordinal);
        IReadOnlyList<FlowPath> paths = [];
        await Wait.UntilAsync(
            async () => (paths = await client.GetFlowPathsAsync(past, CancellationToken.None)) is [{ Hops.Count: 4 }], TimeSpan.FromSeconds(10));
        return paths;
    }
}
