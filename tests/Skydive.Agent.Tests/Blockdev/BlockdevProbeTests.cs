using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Blockdev;
using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Tests;

namespace Skydive.Agent.Tests.Blockdev;

public sealed class BlockdevProbeTests : IDisposable
{
    /// <summary>Seven disks: a mirrored volume on two, a partition, two striped, one mapped, three partitions.</summary>
    private const string SevenDisks =
        """
        {"blockdevices": [
          {"name":"/dev/sda", "kname":"/dev/sda", "maj:min":"8:0", "type":"disk", "serial":"A1", "wwn":"0x5a", "rota":"1", "size":"500G", "children": [
            {"name":"/dev/mapper/vg-data_rmeta_0", "maj:min":"253:0", "type":"lvm", "children": [{"name":"/dev/mapper/vg-data", "maj:min":"253:4", "type":"lvm", "mountpoint":"/tmp/database"}]},
            {"name":"/dev/mapper/vg-data_rimage_0", "maj:min":"253:1", "type":"lvm", "children": [{"name":"/dev/mapper/vg-data", "maj:min":"253:4", "type":"lvm", "mountpoint":"/tmp/database"}]}]},
          {"name":"/dev/sdb", "maj:min":"8:16", "type":"disk", "serial":"B1", "wwn":"0x5b", "children": [
            {"name":"/dev/mapper/vg-data_rmeta_1", "maj:min":"253:2", "type":"lvm", "children": [{"name":"/dev/mapper/vg-data", "maj:min":"253:4", "type":"lvm", "mountpoint":"/tmp/database"}]},
            {"name":"/dev/mapper/vg-data_rimage_1", "maj:min":"253:3", "type":"lvm", "children": [{"name":"/dev/mapper/vg-data", "maj:min":"253:4", "type":"lvm", "mountpoint":"/tmp/database"}]}]},
          {"name":"/dev/sdc", "maj:min":"8:32", "type":"disk", "children": [{"name":"/dev/sdc1", "maj:min":"8:33", "type":"part"}]},
          {"name":"/dev/sdd", "maj:min":"8:48", "type":"disk", "children": [{"name":"/dev/md0", "maj:min":"9:0", "type":"raid0"}]},
          {"name":"/dev/sde", "maj:min":"8:64", "type":"disk", "children": [{"name":"/dev/md0", "maj:min":"9:0", "type":"raid0"}]},
          {"name":"/dev/sdf", "maj:min":"8:80", "type":"disk", "children": [{"name":"/dev/mapper/linear", "maj:min":"253:5", "type":"dm"}]},
          {"name":"/dev/sdg", "maj:min":"8:96", "type":"disk", "children": [
            {"name":"/dev/sdg1", "maj:min":"8:97", "type":"part", "mountpoint":"/boot"}, {"name":"/dev/sdg2", "maj:min":"8:98", "type":"part", "mountpoint":"[SWAP]"},
            {"name":"/dev/sdg3", "maj:min":"8:99", "type":"part", "mountpoint":"/"}]}
        ]}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly LiveGraph _graph = new("lab", "agent.lab", null, new TidHook());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Disks_Seven_AreNodesWithClusterAndEdges()
    {
        await using var probe = Make(Script(SevenDisks));
        await probe.StartAsync(TestContext.Current.CancellationToken);

        var graph = await _graph.UntilAsync(static graph => graph.NodeCount > 1);
        Assert.Equal(
            ["/dev/sda", "/dev/sdb", "/dev/sdc", "/dev/sdd", "/dev/sde", "/dev/sdf", "/dev/sdg"],
            graph.GetNodes().Where(static node => node.Type == "blockdev").Select(static node => node.GetText("Path")!).Order(StringComparer.Ordinal));
        Assert.All(graph.GetNodes().Where(static node => node.Type != "host"), static node => Assert.Equal("blockdev", node.GetText("Manager")));
        Assert.All(graph.GetNodes(), static node => Assert.NotNull(node.TID));

        // cluster /tmp/database → Out(blockdev) → In(blockdevlvm)
        var cluster = Single(graph, "cluster", "/tmp/database");
        var disks = Children(graph, cluster, RelationTypes.Ownership).Where(static node => node.Type == "blockdev").ToArray();
        Assert.Equal(["sda", "sdb"], disks.Select(static node => node.Name).Order(StringComparer.Ordinal));
        var volumes = disks.SelectMany(disk => Parents(graph, disk, "connected")).Where(static node => node.Type == "blockdevlvm");
        Assert.Equal(["vg-data_rimage_0", "vg-data_rimage_1", "vg-data_rmeta_0", "vg-data_rmeta_1"], volumes.Select(static node => node.Name).Order(StringComparer.Ordinal));
        var leaf = Single(graph, "blockdevleaf", "/tmp/database");
        Assert.Equal(4, Children(graph, leaf, "connected").Count());

        var group = Single(graph, "cluster", "block devices");
        Assert.Equal("host", graph.GetOwner(group)!.Type);
        Assert.Equal("host", Assert.Single(Parents(graph, group, "connected")).Type);
        Assert.Equal(7, Children(graph, group, "connected").Count());
        Assert.Equal("blockdevlink", graph.GetEdges(group, EdgeDirection.Out).First(static edge => edge.RelationType == "connected").Metadata["Type"].AsString);
        Assert.Equal(["/", "/boot", "[SWAP]"], graph.GetNodes().Where(static node => node.Type == "blockdevleaf" && node.GetText("Path")!.StartsWith("/dev/sdg", StringComparison.Ordinal)).Select(static node => node.Name).Order(StringComparer.Ordinal));
        Assert.Equal(2, Children(graph, Single(graph, "blockdevleaf", "md0"), "connected").Count());

        var sda = Single(graph, "blockdev", "sda");
        Assert.Equal(("0x5a", "8:0"), (sda.GetText("Index"), sda.GetText("MajorMinor")));
        Assert.Equal(("500G", "true", "0x5a"), (Field(sda, "Size"), Field(sda, "Rota"), Field(sda, "WWN")));
        await Tools.WaitAsync(() => probe.State.Status is { Status: "running", Message: null });
    }

    [Fact]
    public async Task Disk_OnSeveralPaths_HasMultipathEdgesAndOneCluster()
    {
        const string TwoPaths =
            """
            {"blockdevices": [
              {"name":"/dev/sdx", "maj:min":"65:0", "type":"disk", "wwn":"0x77", "children": [{"name":"/dev/mapper/mpatha", "maj:min":"253:0", "type":"mpath", "children": [{"name":"/dev/mapper/mpatha1", "type":"part", "mountpoint":"/srv"}]}]},
              {"name":"/dev/sdy", "maj:min":"65:16", "type":"disk", "wwn":"0x77", "children": [{"name":"/dev/mapper/mpatha", "maj:min":"253:0", "type":"mpath", "children": [{"name":"/dev/mapper/mpatha1", "type":"part", "mountpoint":"/srv"}]}]}
            ]}
            """;
        await using var probe = Make(Script(TwoPaths));
        await probe.StartAsync(TestContext.Current.CancellationToken);

        var graph = await _graph.UntilAsync(static graph => graph.NodeCount > 1);
        var multipath = Assert.Single(graph.GetEdges(), static edge => edge.RelationType == "multipath");
        Assert.Equal(("sdx", "sdy"), (graph.GetParent(multipath)!.Name, graph.GetChild(multipath)!.Name));
        var mapped = Single(graph, "blockdev", "mpatha");
        Assert.Equal("0x77", Field(mapped, "WWN"));
        Assert.Equal("mpatha", graph.GetOwner(mapped)!.Name);
        Assert.Equal("0x77", Single(graph, "cluster", "mpatha").GetText("ID"));
    }

    [Fact]
    public async Task Disks_ComeGoAndChange_AreFollowed()
    {
        string path = Script("""{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","type":"disk","size":"1G"},{"name":"/dev/sdb","maj:min":"8:16","type":"disk"}]}""");
        await using var probe = Make(path);
        await probe.StartAsync(TestContext.Current.CancellationToken);
        var before = await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => node.Name == "sdb"));

        Script("""{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","type":"disk","size":"2G","children":[{"name":"/dev/sda1","type":"part","mountpoint":"/data"}]}]}""");

        var after = await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => node.Name == "/data"));
        Assert.DoesNotContain(after.GetNodes(), static node => node.Name == "sdb");
        var disk = Single(after, "blockdev", "sda");
        Assert.Equal(Single(before, "blockdevleaf", "sda").Id, disk.Id);
        Assert.Equal("2G", Field(disk, "Size"));
        Assert.Equal("/data", after.GetOwner(disk)!.Name);
        Assert.DoesNotContain(after.GetNodes(), static node => node.Type == "cluster" && node.Name == "sda");
    }

    [Fact]
    public async Task FileSystem_FillsUp_IsNoRevisionOfTheTopology()
    {
        Script("""{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","type":"disk","fsused":"1G"}]}""");
        await using var probe = Make(Path.Combine(_folder.Path, "lsblk"));
        await probe.StartAsync(TestContext.Current.CancellationToken);
        await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => node.Name == "sda"));
        using var subscription = _graph.Subscribe();

        Script("""{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","type":"disk","fsused":"2G"}]}""");
        await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => node.Type == "blockdevleaf" && Field(node, "Fsused") == "2G"));

        while (subscription.TryRead(out var change))
        {
            Assert.True(change.Commit!.IsTransient);
        }
    }

    [Fact]
    public async Task Counters_AreMetricsOfTheirSpanInTransientCommits()
    {
        string counters = _folder.Write("diskstats", "   8       0 sda 0 0 0 0 0 0 0 0 0 0 0\n");
        await using var probe = Make(Script("""{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","type":"disk"}]}"""), counters);
        await probe.StartAsync(TestContext.Current.CancellationToken);
        await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => node.Name == "sda" && !node.Metadata["BlockdevMetric"].IsNull));
        using var subscription = _graph.Subscribe();

        _folder.Write("diskstats", "   8       0 sda 1000000 0 8000000 10 0 0 0 0 0 20 30\n");

        var graph = await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node =>
            node.Metadata["BlockdevMetric"].AsMap is { } metric && metric.ContainsKey("ReadsPerSec")));
        var metric = Single(graph, "blockdevleaf", "sda").Metadata["BlockdevMetric"].AsMap!;
        Assert.Equal("4", metric["AverageReadSize"].ToString());
        Assert.True(metric["Start"].TryGetInteger(out long start) & metric["Last"].TryGetInteger(out long last));
        Assert.InRange(last - start, 1, 10_000);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - last, 0, 10_000);
        Assert.True(subscription.TryRead(out var change));
        Assert.True(change.Commit!.IsTransient);
    }

    [Theory]
    [InlineData("exit 3", "ended with exit code 3")]
    [InlineData("echo broken >&2; exit 32", "ended with exit code 32: broken")]
    [InlineData("echo this is no JSON", "printed what cannot be understood: not valid JSON")]
    [InlineData("kill -SEGV $$", "ended with exit code 139")]
    [InlineData("sleep 100", "did not end within 1.5 s")]
    [InlineData("sleep 100 & exit 0", "did not end within 1.5 s")]
    [InlineData("yes", "more than 16777216 bytes")]
    [InlineData("yes >&2", "did not end within 1.5 s")]
    public async Task Lsblk_ThatMisbehaves_IsAProblemAndWhatIsKnownStays(string behaviour, string message)
    {
        string path = Script("""{"blockdevices":[{"name":"/dev/sda","maj:min":"8:0","type":"disk"}]}""");
        await using var probe = Make(path);
        await probe.StartAsync(TestContext.Current.CancellationToken);
        await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => node.Name == "sda"));

        Program("#!/bin/sh\n" + behaviour + "\n");
        await Tools.WaitAsync(() => probe.State.Status.Message?.Contains(message, StringComparison.Ordinal) == true);
        Assert.Equal("degraded", probe.State.Status.Status);
        Assert.Contains(_graph.Current.GetNodes(), static node => node.Name == "sda");

        Script("""{"blockdevices":[{"name":"/dev/sdb","maj:min":"8:16","type":"disk"}]}""");
        await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => node.Name == "sdb"));
        await Tools.WaitAsync(() => probe.State.Status is { Status: "running", Message: null });
    }

    [Fact]
    public async Task Lsblk_Missing_IsAProblemWithItsRemedy()
    {
        await using var probe = Make("/no/such/lsblk");
        await probe.StartAsync(TestContext.Current.CancellationToken);

        await Tools.WaitAsync(() => probe.State.Status.Status == "degraded");
        Assert.Contains("install util-linux", probe.State.Status.Message, StringComparison.Ordinal);
        Assert.False(probe.Completion.IsCompleted);
    }

    [Fact]
    public async Task Dispose_WhileLsblkHangs_EndsAtOnceAndLsblkWithIt()
    {
        string mark = Path.Combine(_folder.Path, "pid");
        Program($"#!/bin/sh\necho $$ > {mark}\nexec sleep 1000\n");
        var probe = new BlockdevProbe(Context(Path.Combine(_folder.Path, "lsblk"))) { Lsblk = new(Path.Combine(_folder.Path, "lsblk")) { TimeLimit = TimeSpan.FromHours(1) } };
        await probe.StartAsync(TestContext.Current.CancellationToken);
        await Tools.WaitAsync(() => File.Exists(mark) && File.ReadAllText(mark).EndsWith('\n'));
        var watch = Stopwatch.StartNew();

        await probe.DisposeAsync();

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        string process = "/proc/" + File.ReadAllText(mark).Trim();
        await Tools.WaitAsync(() => !Directory.Exists(process) || File.ReadAllText(process + "/stat").Contains(") Z ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lsblk_RunAgainAndAgain_LeavesNoDescriptor()
    {
        var lsblk = new LsblkRunner(Script("""{"blockdevices":[]}"""));
        await lsblk.RunAsync(TestContext.Current.CancellationToken);
        int before = Tools.Descriptors.Count(static target => target.Contains("pipe:", StringComparison.Ordinal));

        for (int i = 0; i < 20; i++)
        {
            await lsblk.RunAsync(TestContext.Current.CancellationToken);
        }

        await Tools.WaitAsync(() => Tools.Descriptors.Count(static target => target.Contains("pipe:", StringComparison.Ordinal)) <= before);
    }

    [Fact]
    public async Task RealLsblk_ThisMachine_GivesItsDisks()
    {
        const string Lsblk = "/usr/bin/lsblk";
        if (!File.Exists(Lsblk) || !Directory.Exists("/sys/block") || Directory.GetFileSystemEntries("/sys/block").Length == 0)
        {
            Assert.Skip("needs lsblk (package util-linux) and a block device");
        }

        await using var probe = new BlockdevProbe(Context(Lsblk)) { Period = TimeSpan.FromMilliseconds(200) };
        await probe.StartAsync(TestContext.Current.CancellationToken);

        await Tools.WaitAsync(() => probe.State.Status.Status != "starting");
        Assert.Equal(("running", null), (probe.State.Status.Status, probe.State.Status.Message));
        string[] expected = Tools.TryRun(Lsblk, "-pdnro NAME").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var graph = _graph.Current;
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Children(graph, Single(graph, "cluster", "block devices"), "connected").Select(static node => node.GetText("Path")!).Order(StringComparer.Ordinal));
        await _graph.UntilAsync(static graph => graph.GetNodes().Any(static node => !node.Metadata["BlockdevMetric"].IsNull));
    }

    private static string Field(Node node, string attribute) => node.Metadata["Attributes"].AsMap![attribute].ToString();

    private static Node Single(GraphSnapshot graph, string type, string name) => Assert.Single(graph.GetNodes(), node => node.Type == type && node.Name == name);

    private static IEnumerable<Node> Children(GraphSnapshot graph, Node node, string relationType) =>
        graph.GetEdges(node, EdgeDirection.Out).Where(edge => edge.RelationType == relationType).Select(edge => graph.GetChild(edge)!);

    private static IEnumerable<Node> Parents(GraphSnapshot graph, Node node, string relationType) =>
        graph.GetEdges(node, EdgeDirection.In).Where(edge => edge.RelationType == relationType).Select(edge => graph.GetParent(edge)!);

    /// <summary>An lsblk that prints what the test wants.</summary>
    private string Script(string json) => Program($"#!/bin/sh\ncat <<'END'\n{json}\nEND\n");

    /// <summary>Puts the program in its place at one stroke: one that is half written must not be run.</summary>
    private string Program(string text)
    {
        string made = _folder.Write("made", text);
        Tools.Run("chmod", "755 " + made);
        string path = Path.Combine(_folder.Path, "lsblk");
        File.Move(made, path, overwrite: true);
        return path;
    }

    private Agent.Probes.ProbeContext Context(string path)
    {
        var options = new AgentOptions { Host = "lab", LsblkPath = path };
        return new(_graph, Agent.Hardware.HostProbe.AddTo(_graph), options, NullLoggerFactory.Instance, static _ => null, new(new FakeNamespaceWatcher()));
    }

    private BlockdevProbe Make(string path, string? counters = null) => new(Context(path))
    {
        Period = TimeSpan.FromMilliseconds(50),
        CountersPath = counters ?? _folder.Write("no-diskstats", string.Empty),
        Lsblk = new(path) { TimeLimit = TimeSpan.FromSeconds(1.5) },
    };
}
