using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

public sealed class CrashJourneyTests
{
    [Fact]
    public async Task KillNine_Restart_HistoryAnswersAsBeforeAndCapturesResume()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        long before;
        string names;
        string capture;
        await using (var service = await TestService.StartAsync("allinone", data.Path))
        {
            capture = (await service.Client.CaptureAsync(lab.OuterVeths, "icmp", 2)).UUID;
            Shell.Run($"ip link add {lab.Prefix}x type bridge");
            await Wait.UntilAsync(async () => (await service.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}x')")).Count == 1, TimeSpan.FromSeconds(5));
            before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

            // The answer from history is the acknowledgement: it waits until the store has everything.
            names = await service.Client.QueryTextAsync($"G.At({before}).V().Values('TID')", "application/json", CancellationToken.None);
            Shell.Run($"ip link del {lab.Prefix}x");
            await service.KillAsync();
        }

        await using var again = await TestService.StartAsync("allinone", data.Path);
        string after = await again.Client.QueryTextAsync($"G.At({before}).V().Values('TID')", "application/json", CancellationToken.None);
        Assert.Equal(Sorted(names), Sorted(after));
        Assert.Single(await again.Client.NodesAsync($"G.At({before}).V().Has('Name','{lab.Prefix}x')"));
        await Wait.UntilAsync(async () => (await again.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}x')")).Count == 0, TimeSpan.FromSeconds(5));

        await again.Client.WaitForCaptureAsync(capture, 2);
        lab.Ping(2);
        await Wait.UntilAsync(
            async () => (await again.Client.FlowsAsync($"{lab.OuterVeths}.Flows()")).Count(flow => flow.CaptureID == capture) == 2, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task SecondService_OnTheSameData_IsRefusedWithOneClearError()
    {
        Needs.Root();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);

        var (code, output) = Shell.TryRun(
            $"dotnet {TestService.Program} analyzer",
            new Dictionary<string, string> { ["SKYDIVE_ANALYZER_LISTEN"] = "127.0.0.1:0", ["SKYDIVE_STORAGE_DATA_DIR"] = data.Path });

        Assert.NotEqual(0, code);
        Assert.Contains(data.Path, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.True(service.IsRunning);
    }

    private static IEnumerable<string> Sorted(string json) => System.Text.Json.JsonDocument.Parse(json).RootElement.EnumerateArray().Select(static element => element.GetString()!).Order(StringComparer.Ordinal);
}
