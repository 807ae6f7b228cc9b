using System.Diagnostics;
using Skydive.Client;
using Skydive.Client.Errors;
using Skydive.Contracts.Injections;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>Packets from one namespace of a lab to the other, over a bridge on which they are captured.</summary>
public sealed class InjectionJourneyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Injection_EachProtocol_IsAnsweredAndSeen()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        await ReadyAsync(service.Client, lab);
        await service.Client.CaptureAsync($"G.V().Has('Name','{lab.Prefix}2-eth0')", null, 1);

        // Kernels answer to right checksums only: an echo reply, a reset, a port that is unreachable.
        var echo = await RunAsync(service.Client, lab, new() { Type = InjectionTypes.IcmpV4, Count = 5, Interval = 20, ICMPID = 77 });
        await RunAsync(service.Client, lab, new() { Type = InjectionTypes.TcpV4, Count = 1, SrcPort = 40001, DstPort = 4711 });
        await RunAsync(service.Client, lab, new() { Type = InjectionTypes.UdpV4, Count = 2, Interval = 20, SrcPort = 40002, DstPort = 4712 });
        Assert.Equal((InjectionStates.Completed, 5L), (echo.State, echo.PacketCount));
        await UntilFlowAsync(service.Client, "Has('ICMP.ID',77,'Metric.ABPackets',5,'Metric.BAPackets',5)");
        await UntilFlowAsync(service.Client, "Has('Transport.A',40001,'Transport.B',4711,'Metric.ABPackets',1,'Metric.BAPackets',1)");
        await UntilFlowAsync(service.Client, "Has('Transport.A',40002,'Transport.B',4712,'Metric.ABPackets',2)");
        await Wait.UntilAsync(async () => (await service.Client.NodesAsync("G.V().HasKey('PacketInjections')")).Count == 0, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Injection_ByCommandLine_AsOfSkydive()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        await ReadyAsync(service.Client, lab);

        string created = Run(service, $"injection create --src \"{Inner(lab, 1)}\" --dst \"{Inner(lab, 2)}\" --type icmp4 --count 1000000 --interval 100");
        string id = created.Split('"')[Array.IndexOf(created.Split('"'), "UUID") + 2];
        await Wait.UntilAsync(async () => (await service.Client.GetInjectionAsync(id, Token)).PacketCount > 2, TimeSpan.FromSeconds(10));
        Assert.Contains($"\"{id}\": {{", Run(service, "injection list"), StringComparison.Ordinal);
        Assert.Contains("\"State\": \"active\"", Run(service, $"inject-packet get {id}"), StringComparison.Ordinal);

        long began = Stopwatch.GetTimestamp();
        await service.Client.DeleteInjectionAsync(id, Token);
        Assert.Empty(await service.Client.NodesAsync("G.V().HasKey('PacketInjections')"));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal("{}", Run(service, "injection list").Trim());
    }

    [Fact]
    public async Task Injection_HasNoWay_OneErrorAndNothingIsSent()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        await ReadyAsync(service.Client, lab);

        var e = await Assert.ThrowsAsync<SkydiveApiException>(() => service.Client.CreateInjectionAsync(new() { Src = Inner(lab, 1), DstIP = "192.0.2.1", Type = InjectionTypes.IcmpV4 }, null, Token));

        Assert.Equal((400, "eth0 has no route to 192.0.2.1: give DstMAC"), (e.Status, e.Detail));
        Assert.Empty(await service.Client.ListInjectionsAsync(Token));
    }

    [Fact]
    public async Task Injection_AtAnAgentOfItsOwn_WorksAsInOne()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var analyzer = await TestService.StartAsync("analyzer", data.Path);
        var settings = new Dictionary<string, string> { ["SKYDIVE_ANALYZERS"] = analyzer.Address.Authority, ["SKYDIVE_HOST_ID"] = "remote5" };
        await using (var agent = await TestService.StartAsync("agent", data.Path, settings))
        {
            await ReadyAsync(analyzer.Client, lab);
            var done = await RunAsync(analyzer.Client, lab, new() { Type = InjectionTypes.UdpV4, Count = 1000, DstPort = 9 });
            Assert.Equal((InjectionStates.Completed, 1000L), (done.State, done.PacketCount));
            Assert.Equal("remote5", Assert.Single(done.Sources!).Host);

            var long1 = await analyzer.Client.CreateInjectionAsync(Order(lab, new() { Type = InjectionTypes.IcmpV4, Count = 1_000_000, Interval = 50 }), null, Token);
            await Wait.UntilAsync(async () => (await analyzer.Client.GetInjectionAsync(long1.UUID, Token)).PacketCount > 2, TimeSpan.FromSeconds(10));
            await analyzer.Client.DeleteInjectionAsync(long1.UUID, Token);
            await Wait.UntilAsync(async () => (await agent.Client.NodesAsync("G.V().HasKey('PacketInjections')")).Count == 0, TimeSpan.FromSeconds(2));

            var long2 = await analyzer.Client.CreateInjectionAsync(Order(lab, new() { Type = InjectionTypes.IcmpV4, Count = 1_000_000, Interval = 50 }), TimeSpan.FromSeconds(1), Token);
            await Wait.UntilAsync(async () => (await analyzer.Client.ListInjectionsAsync(Token)).All(one => one.UUID != long2.UUID), TimeSpan.FromSeconds(5));
            await Wait.UntilAsync(async () => (await agent.Client.NodesAsync("G.V().HasKey('PacketInjections')")).Count == 0, TimeSpan.FromSeconds(2));
        }
    }

    private static string Inner(Lab lab, int number) => $"G.V().Has('Name','{lab.Prefix}{number}').Out().Has('Name','eth0')";

    private static Injection Order(Lab lab, Injection injection) => injection with { Src = Inner(lab, 1), Dst = Inner(lab, 2) };

    private static Task ReadyAsync(SkydiveClient client, Lab lab) => Wait.UntilAsync(
        async () => (await client.NodesAsync(Inner(lab, 1))).Concat(await client.NodesAsync(Inner(lab, 2))).Count(static node => node.Metadata.ContainsKey("RoutingTables") && node.GetText("State") == "UP") == 2,
        TimeSpan.FromSeconds(10));

    private static async Task<Injection> RunAsync(SkydiveClient client, Lab lab, Injection injection)
    {
        string id = (await client.CreateInjectionAsync(Order(lab, injection), null, Token)).UUID;
        await Wait.UntilAsync(async () => (await client.GetInjectionAsync(id, Token)).State != InjectionStates.Active, TimeSpan.FromSeconds(20));
        return await client.GetInjectionAsync(id, Token);
    }

    private static Task UntilFlowAsync(SkydiveClient client, string filter) =>
        Wait.UntilAsync(async () => (await client.FlowsAsync($"G.Flows().{filter}")).Count == 1, TimeSpan.FromSeconds(5), () => filter);

    private static string Run(TestService service, string command) => Shell.Run($"dotnet {TestService.Program} client --analyzer {service.Address.Authority} {command}");
}
