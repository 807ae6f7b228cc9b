using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>What Skydive's own tests ask of interfaces and namespaces, asked of the service with the same queries.</summary>
public sealed class NetlinkJourneyTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Service_StoppedWhileMoreHappensThanItsSocketHolds_ReadsAnewAndSaysSo()
    {
        // Each interface event takes a few kilobytes of the socket's 32 MiB.
        const int Events = 30_000;
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        string name = lab.Prefix + "x";
        string other = lab.Prefix + "1";
        Shell.Run($"ip link add {name} type veth peer name {lab.Prefix}w");
        await Wait.UntilAsync(async () => (await service.Client.NodesAsync($"G.V().Has('Name','{name}')")).Count == 1, s_limit);
        for (int round = 1; round <= 3; round++)
        {
            long before = await ResynchronizationsAsync(service);
            Shell.Run($"kill -STOP {service.ProcessId}");
            try
            {
                Shell.Run($"seq {Events} | awk '{{ print \"link set {name} mtu \" (1000 + ($1 + {round}) % 400) }}' | ip -batch -");
                Shell.Run(round % 2 == 1
                    ? $"ip link set {name} master {lab.Prefix}-br && ip -n {other} addr add 10.{round}.0.1/24 dev eth0 && ip link add {lab.Prefix}y type bridge"
                    : $"ip link set {name} nomaster && ip -n {other} addr del 10.{round - 1}.0.1/24 dev eth0 && ip link del {lab.Prefix}y");
            }
            finally
            {
                Shell.Run($"kill -CONT {service.ProcessId}");
            }

            int mtu = 1000 + ((Events + round) % 400);
            int made = round % 2;
            await Wait.UntilAsync(
                async () => (await service.Client.NodesAsync($"G.V().Has('Name','{name}','MTU',{mtu})")).Count == 1
                    && (await service.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}-br').Out('Name','{name}')")).Count == made
                    && (await service.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}y')")).Count == made,
                s_limit,
                () => service.Log);
            Assert.True(await ResynchronizationsAsync(service) > before, "no events were lost");
        }

        Assert.Contains("The kernel dropped interface events of the host", service.Log, StringComparison.Ordinal);
        string printed = Shell.Run($"dotnet {TestService.Program} client status --analyzer {service.Address.Authority}");
        using var document = JsonDocument.Parse(printed);
        Assert.True(document.RootElement.GetProperty("Probes").GetProperty("netlink").GetProperty("Resynchronizations").GetInt64() >= 3);
    }

    [Fact]
    public async Task Interfaces_MadeRenamedAndMoved_AreWhereSkydivesTestsLookForThem()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        string p = lab.Prefix;

        // TOP-04 and TOP-06.
        Shell.Run($"ip link add {p}x type veth peer name {p}w");
        await ExpectAsync(service, $"G.V().Has('Type','veth','Name','{p}x').Both('Type','veth','Name','{p}w')");
        Shell.Run($"ip link set {p}w name {p}v && ip link set {p}v address 00:00:00:00:00:aa");
        await ExpectAsync(service, $"G.V().Has('Name','{p}v','MAC','00:00:00:00:00:aa')");
        Assert.Empty(await service.Client.NodesAsync($"G.V().Has('Name','{p}w')"));

        // TOP-05.
        Shell.Run($"ip tuntap add mode tap dev {p}y && ip link set {p}y master {p}-br");
        await ExpectAsync(service, $"G.V().Has('Type','bridge','Name','{p}-br').Out('Name','{p}y')");

        // TOP-07 to TOP-09.
        await ExpectAsync(service, $"G.V().Has('Name','{p}1','Type','netns')");
        Shell.Run($"ip link add {p}a type veth peer name {p}b netns {p}1");
        await ExpectAsync(service, $"G.V().Has('Name','{p}1','Type','netns').Out('Name','{p}b','Type','veth')");
        Shell.Run($"ip link set {p}a netns {p}2");
        await ExpectAsync(service, $"G.V().Has('Name','{p}b','LinkNetNsName','{p}2')");
        await ExpectAsync(service, $"G.V().Has('Name','{p}a','LinkNetNsName','{p}1')");

        // TOP-18, TOP-20 and TOP-21.
        Shell.Run($"ip -n {p}1 addr add 124.65.91.42/24 dev eth0");
        int tables = 0;
        await Wait.UntilAsync(
            async () => (tables = TablesOf(await service.Client.NodesAsync($"G.V().Has('Name','{p}1').Out('Name','eth0','IPV4','124.65.91.42/24')")).Length) > 0, s_limit);
        Shell.Run($"ip -n {p}1 route add 124.65.92.0/24 via 124.65.91.42 table 2");
        await Wait.UntilAsync(async () => TablesOf(await service.Client.NodesAsync($"G.V().Has('Name','{p}1').Out('Name','eth0')")).Length == tables + 1, s_limit);
        Shell.Run($"ip -n {p}1 addr add 192.168.33.33/24 dev eth0 && ip -n {p}1 neighbour add 192.168.33.252 dev eth0 lladdr a6:d1:a0:51:03:49");
        await ExpectAsync(service, $"G.V().Has('Name','{p}1').Out('Name','eth0','Neighbors.MAC','a6:d1:a0:51:03:49')");
        await ExpectAsync(service, $"G.V().Has('Name','{p}-br','Features.highdma',true)");
    }

    [Fact]
    public async Task History_OfARouteAndOfAnInterfaceThatCameUp_KeepsBoth()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        string name = lab.Prefix + "n";
        try
        {
            // TOP-11: Skydive's test waits for five seconds; what counts is that there is time between the two.
            long begin = Now();
            Shell.Run($"ip netns add {name}");
            await ExpectAsync(service, $"G.V().Has('Name','{name}','Type','netns').Out('Name','lo')");
            await Task.Delay(1000);
            Shell.Run($"ip -n {name} link set lo up");
            await ExpectAsync(service, $"G.V().Has('Name','{name}','Type','netns').Out('Name','lo','LinkFlags','UP')");
            long seconds = ((Now() - begin) / 1000) + 1;
            var revisions = await service.Client.NodesAsync($"G.Context(NOW,{seconds}).V().Has('Name','{name}','Type','netns').Out().Has('Name','lo')");
            Assert.True(revisions.Count >= 2, $"{revisions.Count} revisions");
            Assert.Equal(revisions.Count, revisions.Select(static node => node.Revision).Distinct().Count());
            Assert.DoesNotContain("UP", revisions[0].Metadata["LinkFlags"].ToString(), StringComparison.Ordinal);

            // TOP-19.
            Shell.Run($"ip -n {lab.Prefix}1 addr add 124.65.91.42/24 dev eth0 && ip -n {lab.Prefix}1 route add 124.65.92.0/24 via 124.65.91.42 table 2");
            string present = $"V().Has('Name','{lab.Prefix}1').Out('Name','eth0','RoutingTables.ID',2)";
            await ExpectAsync(service, "G." + present);
            var then = Assert.Single(await service.Client.NodesAsync($"G.Context(NOW).{present}"));
            Assert.Contains(TablesOf([then]), static table => table["ID"] == 2);
        }
        finally
        {
            Shell.TryRun($"ip netns del {name}");
        }
    }

    [Fact]
    public async Task Metrics_OfTrafficThatPassed_AddUpHoweverTheyAreAskedFor()
    {
        // TOP-12, with fifteen pings in three seconds instead of fifteen.
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string> { ["SKYDIVE_AGENT_TOPOLOGY_NETLINK_METRICS_UPDATE"] = "1" });
        string name = lab.Prefix + "n";
        try
        {
            long begin = Now();
            Shell.Run($"ip netns add {name} && ip -n {name} link set lo up");
            string link = $"V().Has('Name','{name}','Type','netns').Out('Name','lo')";
            await ExpectAsync(service, "G." + link);
            Shell.Run($"ip netns exec {name} ping -q -c 15 -i 0.2 127.0.0.1");
            await ExpectAsync(service, $"G.{link}.Has('Metric.TxPackets', Gte(30))");
            long seconds = ((Now() - begin) / 1000) + 2;
            var slices = await MetricsAsync(service, $"G.Context(NOW,{seconds}).{link}.Metrics().Aggregates(1)");
            Assert.True(slices.Length > 1, $"{slices.Length} slices");
            long[] starts = [.. slices.Select(static slice => slice.GetProperty("Start").GetInt64())];
            Assert.Equal(starts.Order(), starts);
            long packets = slices.Sum(static slice => slice.TryGetProperty("TxPackets", out var count) ? count.GetInt64() : 0);
            Assert.True(packets > 25, $"{packets} packets");
            using var sum = JsonDocument.Parse(await service.Client.QueryTextAsync($"G.Context(NOW,{seconds}).{link}.Metrics().Sum()", "application/json", TestContext.Current.CancellationToken));
            Assert.Equal(packets, sum.RootElement.GetProperty("TxPackets").GetInt64());
        }
        finally
        {
            Shell.TryRun($"ip netns del {name}");
        }
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static async Task ExpectAsync(TestService service, string query) => await Wait.UntilAsync(
        async () => (await service.Client.NodesAsync(query)).Count == 1, s_limit, () => $"{query} has no one result: {service.Log}");

    private static async Task<long> ResynchronizationsAsync(TestService service) =>
        (await service.Client.GetStatusAsync(TestContext.Current.CancellationToken)).Probes["netlink"].Resynchronizations;

    private static MetadataMap[] TablesOf(IReadOnlyList<Skydive.Contracts.Topology.Node> nodes) =>
        nodes.Count != 1 ? [] : [.. nodes[0].Metadata["RoutingTables"].Elements.ToArray().Select(static table => table.AsMap!)];

    /// <summary>The only series of an answer.</summary>
    private static async Task<JsonElement[]> MetricsAsync(TestService service, string query)
    {
        var document = JsonDocument.Parse(await service.Client.QueryTextAsync(query, "application/json", TestContext.Current.CancellationToken));
        var series = Assert.Single(Assert.Single(document.RootElement.EnumerateArray()).EnumerateObject());
        return [.. series.Value.EnumerateArray()];
    }
}
