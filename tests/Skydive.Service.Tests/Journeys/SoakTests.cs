using System.Diagnostics;
using Skydive.Client.Streams;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>What only shows after a while: leaks and slow growth. Run by the soak task.</summary>
public sealed class SoakTests
{
    [Fact(Explicit = true)]
    [Trait("Category", "soak")]
    public async Task Service_FiveMinutesOfChange_KeepsMemoryThreadsAndDescriptors()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        await service.Client.CaptureAsync(lab.OuterVeths, null, 2);
        await RoundAsync(service, lab, TimeSpan.FromSeconds(60));
        var before = Measure(service);

        await RoundAsync(service, lab, TimeSpan.FromMinutes(5));

        var after = Measure(service);
        Assert.InRange(after.Threads, 0, before.Threads + 10);
        Assert.InRange(after.Descriptors, 0, before.Descriptors + 10);
        Assert.InRange(after.ResidentKilobytes, 0, before.ResidentKilobytes + (64 * 1024));
    }

    private static async Task RoundAsync(TestService service, Lab lab, TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < length)
        {
            using var stop = new CancellationTokenSource();
            await using var events = service.Client.WatchTopologyAsync(new TopologyStreamOptions(), stop.Token).GetAsyncEnumerator(stop.Token);
            Assert.True(await events.MoveNextAsync());
            Shell.Run(
                $"""
                set -e
                for i in $(seq 20); do
                  ip link add {lab.Prefix}x type veth peer name {lab.Prefix}y
                  ip link set {lab.Prefix}x master {lab.Prefix}-br up
                  ip link set {lab.Prefix}y netns {lab.Prefix}1
                  ip link del {lab.Prefix}x
                done
                """);
            lab.Ping(20);
            await service.Client.FlowsAsync("G.Flows()");
            await service.Client.NodesAsync($"G.At({DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}).V()");
            await stop.CancelAsync();
        }
    }

    private static (int Threads, int Descriptors, long ResidentKilobytes) Measure(TestService service)
    {
        string status = File.ReadAllText($"/proc/{service.ProcessId}/status");
        return ((int)Field(status, "Threads:"), Directory.GetFiles($"/proc/{service.ProcessId}/fd").Length, Field(status, "VmRSS:"));
    }

    private static long Field(string status, string name) =>
        long.Parse(status.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
}
