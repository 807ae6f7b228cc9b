using Skydive.Client;
using Skydive.Contracts.Injections;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>What flows become of injected packets: how many, of which identifiers, seen where.</summary>
public sealed class InjectionFlowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flows_OfInjectedPackets_AreAsMany()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        Shell.Run($"for i in 1 2; do ip -n {lab.Prefix}$i addr add fd49:37c8:5229::$i/48 dev eth0 nodad; done; ip netns exec {lab.Prefix}1 ping -q -c 1 fd49:37c8:5229::2");
        await using var service = await TestService.StartAsync("allinone", data.Path);
        var client = service.Client;
        await Wait.UntilAsync(
            async () => (await client.NodesAsync(Inner(lab, 1))).Concat(await client.NodesAsync(Inner(lab, 2))).Count(static node => node.Metadata.ContainsKey("RoutingTables") && node.Metadata["IPV6"].Elements.Length > 1) == 2,
            TimeSpan.FromSeconds(10));
        string outer = $"G.V().Has('Name','{lab.Prefix}2-eth0')";
        await client.CaptureAsync(outer, "icmp or icmp6", 1);
        string flows = $"{outer}.Flows()";

        // A packet filter, and one flow for one identifier: five packets, five replies.
        await SendAsync(client, lab, new() { Type = InjectionTypes.IcmpV4, Count = 5, ICMPID = 1000, Interval = 10 });
        await UntilAsync(client, $"{flows}.Has('ICMP.ID',1000,'Metric.ABPackets',5,'Metric.BAPackets',5,'Metric.RTT',GT(0))", 1);
        await SendAsync(client, lab, new() { Type = InjectionTypes.UdpV4, Count = 5, SrcPort = 40001 });
        await UntilAsync(client, $"{flows}.Has('Transport.A',40001)", 0);

        // IPv6.
        await SendAsync(client, lab, new() { Type = InjectionTypes.IcmpV6, Count = 5, ICMPID = 1001, Interval = 10, SrcIP = "fd49:37c8:5229::1", DstIP = "fd49:37c8:5229::2" });
        await UntilAsync(client, $"{flows}.Has('ICMP.ID',1001,'Network.A','fd49:37c8:5229::1','Network.B','fd49:37c8:5229::2','ICMP.Type','ECHO','Metric.ABPackets',5)", 1);

        // A random identifier for each packet but the first.
        await SendAsync(client, lab, new() { Type = InjectionTypes.IcmpV4, Count = 3, ICMPID = 123, Mode = InjectionModes.Random, SrcIP = "10.199.8.101", Interval = 10 });
        await UntilAsync(client, $"{flows}.Has('Network.A','10.199.8.101')", 3);
        await UntilAsync(client, $"{flows}.Has('Network.A','10.199.8.101','ICMP.ID',123)", 1);

        // Payload of a kilobyte.
        await SendAsync(client, lab, new() { Type = InjectionTypes.IcmpV4, ICMPID = 1002, Payload = new string('x', 1024) });
        await UntilAsync(client, $"{flows}.Has('ICMP.ID',1002,'Metric.ABBytes',GTE(1066),'Metric.BABytes',GTE(1066),'Metric.BAPackets',1)", 1);

        // Two sources, and sums: 10 and 20 to one sink.
        await SendAsync(client, lab, new() { Type = InjectionTypes.IcmpV4, Count = 10, ICMPID = 1003, SrcIP = "10.199.8.103", DstIP = "10.199.8.2", Interval = 5 });
        await SendAsync(client, lab, new() { Type = InjectionTypes.IcmpV4, Count = 20, ICMPID = 1004, SrcIP = "10.199.8.104", DstIP = "10.199.8.2", Interval = 5 });
        string both = $"{flows}.Has('ICMP.ID',Within(1003,1004))";
        await Wait.UntilAsync(async () => await client.QueryNumberAsync($"{both}.Dedup().Sum('Metric.ABPackets')", Token) == 30, TimeSpan.FromSeconds(10));
        var sorted = await client.FlowsAsync($"{both}.Sort()");
        Assert.Equal([1003L, 1004L], sorted.Select(static flow => (long)flow.ICMP!.ID));
        Assert.Equal([1004L, 1003L], (await client.FlowsAsync($"{both}.Sort(DESC,'Start')")).Select(static flow => (long)flow.ICMP!.ID));
    }

    private static string Inner(Lab lab, int number) => $"G.V().Has('Name','{lab.Prefix}{number}').Out().Has('Name','eth0')";

    private static async Task SendAsync(SkydiveClient client, Lab lab, Injection injection)
    {
        string id = (await client.CreateInjectionAsync(injection with { Src = Inner(lab, 1), Dst = Inner(lab, 2) }, null, Token)).UUID;
        await Wait.UntilAsync(async () => (await client.GetInjectionAsync(id, Token)).State == InjectionStates.Completed, TimeSpan.FromSeconds(20));
    }

    private static Task UntilAsync(SkydiveClient client, string query, int count) =>
        Wait.UntilAsync(async () => (await client.FlowsAsync(query)).Count == count, TimeSpan.FromSeconds(10), () => query);
}
