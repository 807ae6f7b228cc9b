using System.Net;
using System.Text.Json;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Topology;
using Skydive.Packets;
using Skydive.Packets.Building;
using Skydive.Packets.Pcap;
using Skydive.Service.Tests.Support;
using Skydive.Storage;

namespace Skydive.Service.Tests.Commands;

/// <summary>Drives the executable on databases.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    private string DatabasePath => Path.Combine(_directory.Path, "history.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Check_SoundDatabase_SaysSo()
    {
        await FillAsync();
        var (code, output) = Run($"check -d {_directory.Path}");
        Assert.Equal((0, $"{DatabasePath}: no faults\n"), (code, output));
    }

    [Fact]
    public async Task Import_OfPcapFiles_KeepsTheirFlows()
    {
        string path = Path.Combine(_directory.Path, "two.pcap");
        await using (var file = File.Create(path))
        {
            using var writer = new PcapWriter(file);
            for (int i = 0; i < 6000; i++)
            {
                byte[] frame = new FrameBuilder().Ethernet(new MacAddress(1), new MacAddress(2))
                    .IPv4(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), new IPAddress([10, 1, 0, 1])).Udp(1000, 3000).Payload(new byte[20]).Build();
                writer.Write(1_700_000_000_000_000_000 + (i * 1_000_000L), frame);
            }
        }

        string database = Path.Combine(_directory.Path, "imported");
        var (code, output) = Run($"import {path} {path} -d {database}");
        Assert.Equal((0, string.Concat(Enumerable.Repeat($"{path}: 6000 packets, 0 of them no frames that can be decoded\n", 2))), (code, output));
        Assert.Equal((0, $"{Path.Combine(database, "history.db")}: no faults\n"), Run($"check -d {database}"));
        await using var store = HistoryStore.Open(new() { Directory = database });
        Assert.Equal(12_000, (await store.GetStatisticsAsync(None)).FlowRecords);
        var found = await store.SearchFlowsAsync(new() { Filter = Skydive.Contracts.Queries.Filter.Equal("Network.A", "10.0.3.7") }, None);
        Assert.Equal("10.1.0.1", Assert.Single(found).Network!.B);
        var sums = await store.SumFlowsAsync(new() { Search = new(), Fields = ["Metric.ABBytes"], GroupBy = "Network.B" }, None);
        Assert.Equal((6000L, 6000L * 62), (Assert.Single(sums).Count, sums[0].Sums[0]));
    }

    [Fact]
    public async Task Import_OfADamagedFile_SaysWhereAndKeepsWhatCameBefore()
    {
        string path = Path.Combine(_directory.Path, "cut.pcap");
        var bytes = new MemoryStream();
        using (var writer = new PcapWriter(bytes, leaveOpen: true))
        {
            byte[] frame = new FrameBuilder().Ethernet(new MacAddress(1), new MacAddress(2)).IPv4(IPAddress.Loopback, IPAddress.Any).Udp(1, 2).Build();
            writer.Write(1_700_000_000_000_000_000, frame);
            writer.Write(1_700_000_000_000_000_000, frame);
        }

        await File.WriteAllBytesAsync(path, bytes.ToArray()[..^5], None);
        string database = Path.Combine(_directory.Path, "imported");
        var (code, output) = Run($"import {path} -d {database}");
        Assert.Equal(70, code);
        Assert.StartsWith($"{path}: ", output, StringComparison.Ordinal);
        Assert.Single(output.TrimEnd().Split('\n'));
        await using var store = HistoryStore.Open(new() { Directory = database });
        Assert.Equal(1, (await store.GetStatisticsAsync(None)).FlowRecords);
    }

    [Fact]
    public async Task Check_DamagedDatabase_NamesTheFaultsAndFails()
    {
        await FillAsync();
        byte[] file = await File.ReadAllBytesAsync(DatabasePath, None);

        // The page of the schema stays, so that the database can be opened.
        file.AsSpan(4096, file.Length - 4096).Fill(0xa5);
        await File.WriteAllBytesAsync(DatabasePath, file, None);
        var (code, output) = Run($"check -d {_directory.Path}");
        Assert.NotEqual(0, code);
        Assert.Contains(DatabasePath, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("stats")]
    [InlineData("export")]
    [InlineData("compact")]
    public void AnyCommand_NoDatabase_IsOneClearError(string command)
    {
        var (code, output) = Run($"{command} -d {_directory.Path}/nothing");
        Assert.Equal(70, code);
        Assert.Contains($"{_directory.Path}/nothing", output, StringComparison.Ordinal);
        Assert.Single(output.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists($"{_directory.Path}/nothing"));
    }

    [Fact]
    public void AnyCommand_StorageInMemory_IsRefused()
    {
        var (code, output) = Run("check", new() { ["SKYDIVE_ANALYZER_TOPOLOGY_BACKEND"] = "memory", ["SKYDIVE_ANALYZER_FLOW_BACKEND"] = "memory" });
        Assert.Equal(78, code);
        Assert.Contains("--directory", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Everything_IsOneObjectALine()
    {
        await FillAsync();
        var lines = Export(string.Empty);
        Assert.Equal(
            ["node", "node", "edge", "flow", "flow", "metric", "resource"],
            lines.Select(static line => line.GetProperty("_Type").GetString()));
        Assert.Equal(("n", 1, 2000L), (lines[0].GetProperty("ID").GetString(), lines[0].GetProperty("Revision").GetInt32(), lines[0].GetProperty("ArchivedAt").GetInt64()));
        Assert.False(lines[1].TryGetProperty("ArchivedAt", out _));
        Assert.Equal("b", lines[1].GetProperty("Metadata").GetProperty("Name").GetString());
        Assert.Equal("n", lines[2].GetProperty("Parent").GetString());
        Assert.Equal(["f1", "f2"], lines.Skip(3).Take(2).Select(static line => line.GetProperty("UUID").GetString()));
        Assert.Equal(("n", 42), (lines[5].GetProperty("ElementID").GetString(), lines[5].GetProperty("Values").GetProperty("RxBytes").GetInt32()));
        Assert.Equal(("capture", "c1", 1), (lines[6].GetProperty("Kind").GetString(), lines[6].GetProperty("ID").GetString(), lines[6].GetProperty("Resource").GetProperty("a").GetInt32()));
    }

    [Theory]
    [InlineData("--kind flows", "f1 f2")]
    [InlineData("--kind flows --from 1970-01-01T00:00:05Z", "f2")]
    [InlineData("--kind flows --to 1970-01-01T00:00:04.5Z", "f1")]
    [InlineData("--kind flows --from 5 --to 6", "f2")]
    [InlineData("--kind flows --from=-1h", "")]
    public async Task Export_KindAndTime_IsOnlyThat(string arguments, string expected)
    {
        await FillAsync();
        Assert.Equal(expected, string.Join(' ', Export(arguments).Select(static line => line.GetProperty("UUID").GetString())));
    }

    [Fact]
    public async Task Export_ToAFile_IsForItsOwnerOnly()
    {
        await FillAsync();
        string path = Path.Combine(_directory.Path, "export.json");
        Assert.Equal((0, string.Empty), Run($"export -d {_directory.Path} -o {path}"));
        Assert.Equal(7, (await File.ReadAllLinesAsync(path, None)).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData("export --from yesterday")]
    [InlineData("export --kind everything")]
    public async Task Export_ArgumentThatMakesNoSense_IsRefused(string arguments)
    {
        await FillAsync();
        var (code, output) = Run($"{arguments} -d {_directory.Path}");
        Assert.NotEqual(0, code);
        Assert.DoesNotContain("_Type", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_SomeOfEach_CountsThem()
    {
        await FillAsync();
        var (code, output) = Run($"stats -d {_directory.Path}");
        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(output);
        var statistics = document.RootElement.GetProperty("Statistics");
        Assert.Equal((3, 2, 1), (statistics.GetProperty("Revisions").GetInt32(), statistics.GetProperty("FlowRecords").GetInt32(), statistics.GetProperty("MetricSamples").GetInt32()));
    }

    [Fact]
    public async Task Compact_DatabaseWithHoles_MakesTheFileSmaller()
    {
        var time = new FakeTime(1_000_000);
        var options = new HistoryStoreOptions { Directory = _directory.Path, MaximumAge = TimeSpan.FromSeconds(1) };
        await using (var store = HistoryStore.Open(options, time))
        {
            var random = new Random(1);
            for (int i = 0; i < 60; i++)
            {
                await store.AppendFlowsAsync([.. Enumerable.Range(0, 200).Select(_ => Flow($"{random.NextInt64():x}", 1, 2) with { TrackingID = $"{random.NextInt64():x}" })], None);
            }

            time.Milliseconds += 2000;
            while (await store.PruneAsync(None))
            {
            }
        }

        long before = new FileInfo(DatabasePath).Length;
        var (code, output) = Run($"compact -d {_directory.Path}");
        Assert.True(code == 0, output);
        Assert.InRange(new FileInfo(DatabasePath).Length, 1, before / 2);
        Assert.Equal(0, Run($"check -d {_directory.Path}").Code);
    }

    [Fact]
    public async Task WhileTheServiceRuns_ReadingWorksAndCompactingSaysWhoIsInTheWay()
    {
        await FillAsync();
        await using var service = await TestService.StartAsync("analyzer", _directory.Path);
        var environment = new Dictionary<string, string> { ["SKYDIVE_STORAGE_DATA_DIR"] = _directory.Path };
        Assert.Equal((0, $"{DatabasePath}: no faults\n"), Run("check", environment));
        var (exported, lines) = Run("export --kind revisions", environment);
        Assert.Equal(0, exported);
        Assert.True(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length >= 3, lines);
        Assert.Equal(0, Run("stats", environment).Code);
        var (code, output) = Run("compact", environment);
        Assert.Equal(70, code);
        Assert.Contains($"{_directory.Path} is in use by another process: stop that service", output, StringComparison.Ordinal);
        Assert.Single(output.TrimEnd().Split('\n'));

        // And the service goes on as before.
        Assert.True(service.IsRunning);
        Assert.Equal("running", (await service.Client.GetStatusAsync(None)).Storage!.Status);
    }

    private static (int Code, string Output) Run(string arguments, Dictionary<string, string>? environment = null) =>
        Shell.TryRun($"dotnet {TestService.Program} store {arguments}", environment);

    private static Flow Flow(string uuid, long start, long last) => new() { UUID = uuid, LayersPath = "Ethernet/ARP", Application = "ARP", Start = start, Last = last };

    private List<JsonElement> Export(string arguments)
    {
        var (code, output) = Run($"export -d {_directory.Path} {arguments}");
        Assert.True(code == 0, output);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    private async Task FillAsync()
    {
        var node = new Node { Id = "n", Host = "h", Origin = "agent.h", CreatedAt = 1000, UpdatedAt = 1000, Metadata = MetadataMap.Create(("Name", "a"), ("Type", "host")) };
        var edge = new Edge { Id = "e", Parent = "n", Child = "n", Host = "h", Origin = "agent.h", CreatedAt = 1000, UpdatedAt = 1000, Metadata = MetadataMap.Create(("RelationType", "ownership")) };
        await using var store = HistoryStore.Open(new() { Directory = _directory.Path });
        await store.AppendAsync(new([node, node.With(MetadataMap.Create(("Name", "b"), ("Type", "host")), 2000, 2), edge]), None);
        await store.AppendFlowsAsync([Flow("f1", 3000, 4000), Flow("f2", 5000, 6000)], None);
        await store.AppendMetricsAsync([new("n", MetricSample.LastUpdate, MetadataMap.Create(("RxBytes", 42), ("Start", 1000), ("Last", 2000)))], None);
        await store.PutResourceAsync("capture", "c1", "{\n\"a\": 1}", None);
    }

    private sealed class FakeTime(long milliseconds) : TimeProvider
    {
        public long Milliseconds { get; set; } = milliseconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);
    }
}
