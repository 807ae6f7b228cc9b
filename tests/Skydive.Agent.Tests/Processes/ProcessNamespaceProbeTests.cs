using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Probes;
using Skydive.Agent.Processes;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Processes;

namespace Skydive.Agent.Tests.Processes;

/// <summary>With real processes in namespaces of the test's own, which have no name that the agent sees.</summary>
public sealed class ProcessNamespaceProbeTests : IAsyncDisposable
{
    /// <summary>Longer than any test: what is found sooner was told by the kernel.</summary>
    private static readonly TimeSpan s_never = TimeSpan.FromDays(1);

    private readonly TestNetwork _network = new();
    private readonly TestProbes _probes;
    private readonly HashSet<NamespaceId> _wanted = [];
    private readonly List<Process> _children = [];
    private ProcessNamespaceProbe? _probe;

    public ProcessNamespaceProbeTests() => _probes = TestProbes.StartAsync(_network).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (_probe is not null)
        {
            await _probe.DisposeAsync();
        }

        foreach (var child in _children)
        {
            End(child);
            child.Dispose();
        }

        _probes.Dispose();
        _network.Dispose();
    }

    [Fact]
    public async Task Process_ThatIsThereAlready_ShowsItsNamespace()
    {
        Make("c1");
        var process = Run("c1");
        await WaitForSleepAsync(process);
        await StartAsync(s_never, withEvents: false);

        var node = (await _probes.UntilAsync(graph => Find(graph, process.Id) is not null)).GetNodes().Single(static node => node.Type == "netns");

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"sleep-{process.Id}"), node.Name);
        Assert.Equal((long)Id("c1").Inode, node.Integer("Inode"));
        Assert.False(node.Metadata.ContainsKey("Manager"));
        var graph = _probes.Graph.Current;
        Assert.NotNull(graph.FindLink("lo", node.Name));
        await Tools.WaitAsync(() => _probe!.State.Status.Status == "running");
    }

    [Fact]
    public async Task Process_ThatComesAndGoes_IsFollowedByEvents()
    {
        RequireEvents();
        Make("c1");
        await StartAsync(s_never);
        await Tools.WaitAsync(() => _probe!.ScanCount == 1);

        var process = Run("c1");
        await _probes.UntilAsync(graph => Find(graph, process.Id) is not null);
        _network.Ip("c1", "link add v0 type veth peer name v1");
        await _probes.UntilAsync(graph => graph.FindLink("v1", Find(graph, process.Id)!.Name) is not null);

        End(process);
        await _probes.UntilAsync(static graph => !graph.GetNodes().Any(static node => node.Type == "netns" || node.Name == "v1"));
    }

    [Fact]
    public async Task Process_WithoutEvents_IsFollowedByThePeriod()
    {
        Make("c1");
        await StartAsync(TimeSpan.FromMilliseconds(100), withEvents: false);

        var process = Run("c1");
        await _probes.UntilAsync(graph => Find(graph, process.Id) is not null);
        End(process);
        await _probes.UntilAsync(static graph => !graph.GetNodes().Any(static node => node.Type == "netns"));
        Assert.Equal("running", _probe!.State.Status.Status);
    }

    [Fact]
    public async Task SecondProcess_WhenTheFirstEnds_StandsForTheNamespace()
    {
        RequireEvents();
        Make("c1");
        await StartAsync(s_never);
        var first = Run("c1");
        var before = Find(await _probes.UntilAsync(graph => Find(graph, first.Id) is not null), first.Id)!;
        var second = Run("c1");
        await WaitForSleepAsync(second);

        End(first);

        var after = Find(await _probes.UntilAsync(graph => Find(graph, second.Id) is not null), second.Id)!;
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"sleep-{second.Id}"), after.Name);
    }

    [Fact]
    public async Task Process_ThatBecomesAnotherProgram_ChangesTheName()
    {
        RequireEvents();
        Make("c1");
        await StartAsync(s_never);
        var process = Run("c1", "sh -c \"read x; exec sleep 600\"");
        var before = Find(await _probes.UntilAsync(graph => Find(graph, process.Id)?.Name.StartsWith("sh-", StringComparison.Ordinal) == true), process.Id)!;

        process.StandardInput.WriteLine();

        var after = Find(await _probes.UntilAsync(graph => Find(graph, process.Id)?.Name.StartsWith("sleep-", StringComparison.Ordinal) == true), process.Id)!;
        Assert.Equal((before.Id, before.TID), (after.Id, after.TID));
    }

    [Fact]
    public async Task Namespace_WithAName_KeepsItAsLongAsItHasIt()
    {
        RequireEvents();
        Make("c1");
        _network.Name("c1");
        await _probes.UntilAsync(static graph => graph.FindNamespace("c1") is not null);
        await StartAsync(s_never);
        var process = Run("c1");
        await Tools.WaitAsync(() => _probe!.ScanCount == 1);

        // The kernel tells in order: the process is known by the time at which another one that came after it is.
        await WaitForSleepAsync(process);
        Make("c2");
        var other = Run("c2");
        var graph = await _probes.UntilAsync(graph => Find(graph, other.Id) is not null);
        string id = graph.FindNamespace("c1")!.Id;

        _network.Unname("c1");
        graph = await _probes.UntilAsync(graph => Find(graph, process.Id) is not null);
        Assert.Equal(id, Find(graph, process.Id)!.Id);

        _network.Name("c1");
        graph = await _probes.UntilAsync(static graph => graph.FindNamespace("c1") is not null);
        Assert.Equal(id, graph.FindNamespace("c1")!.Id);
        End(process);
        End(other);
        graph = await _probes.UntilAsync(static graph => graph.GetNodes().Count(static node => node.Type == "netns") == 1);
        Assert.NotNull(graph.FindNamespace("c1"));
    }

    [Fact]
    public async Task ManyProcesses_OfANamespaceComeAndGo_WithoutARevisionEach()
    {
        RequireEvents();
        Make("c1");
        await StartAsync(s_never);
        var keeper = Run("c1");
        var graph = await _probes.UntilAsync(graph => Find(graph, keeper.Id) is not null);
        long sequence = graph.Sequence;

        _network.Execute("c1", "sh -c \"for i in 1 2 3 4 5 6 7 8 9 10; do true | cat; done; exec true\"");
        Make("c2");
        var last = Run("c2");
        graph = await _probes.UntilAsync(graph => Find(graph, last.Id) is not null);

        Assert.InRange(graph.Sequence - sequence, 1, 3);
    }

    [Fact]
    public async Task Events_ThatTheKernelRefuses_AreAProblemWithItsRemedy()
    {
        Make("c1");
        var process = Run("c1");
        _probe = new(Context(TimeSpan.FromMilliseconds(100)))
        {
            OpenHost = _network.OpenHost,
            IsWanted = _wanted.Contains,
            OpenEvents = static () => throw new LinuxException("listen to process events", Errno.NotPermitted),
        };
        await _probe.StartAsync(TestContext.Current.CancellationToken);

        await _probes.UntilAsync(graph => Find(graph, process.Id) is not null);

        Assert.Equal("degraded", _probe.State.Status.Status);
        Assert.Contains("CAP_NET_ADMIN", _probe.State.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    public Task Namespaces_InNumbers_CostNoThreadAndLeaveNothing(int count) => FollowManyAsync(count);

    /// <summary>The same with a thousand.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "soak")]
    public Task Namespaces_AThousand_CostNoThreadAndLeaveNothing() => FollowManyAsync(1000);

    private static Node? Find(GraphSnapshot graph, int processId) =>
        graph.GetNodes().SingleOrDefault(node => node.Type == "netns" && node.GetText("Path") == string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/ns/net"));

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private static void RequireEvents()
    {
        try
        {
            ProcessEventListener.Open().Dispose();
        }
        catch (LinuxException e)
        {
            Assert.Skip($"needs process events: {e.Message}");
        }
    }

    /// <summary>ip(8) enters the namespace and turns into the program then.</summary>
    private static Task WaitForSleepAsync(Process process)
    {
        string comm = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/comm");
        return Tools.WaitAsync(() => File.ReadAllText(comm).TrimEnd() == "sleep");
    }

    private async Task FollowManyAsync(int count)
    {
        RequireEvents();
        string[] names = [.. Enumerable.Range(0, count).Select(static i => string.Create(CultureInfo.InvariantCulture, $"n{i}"))];
        foreach (var chunk in names.Chunk(250))
        {
            _network.Make(chunk);
        }

        foreach (string name in names)
        {
            _wanted.Add(Id(name));
            _network.Unname(name);
        }

        await _probes.UntilAsync(static graph => !graph.GetNodes().Any(static node => node.Type == "netns"));
        await StartAsync(s_never);
        await Tools.WaitAsync(() => _probe!.ScanCount == 1);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        int threads = Tools.ThreadCount;
        int descriptors = Tools.Descriptors.Count;

        // One shell for all of them, so that they end with it.
        var shell = Start("bash", "--norc");
        shell.StandardInput.WriteLine($"trap 'kill $(jobs -p)' EXIT; for n in {string.Join(' ', names)}; do ip netns exec {Path.GetFileName(_network.RealPath(string.Empty))}$n sleep 600 & done; echo started; read x");
        Assert.Equal("started", shell.StandardOutput.ReadLine());
        long began = Stopwatch.GetTimestamp();
        await _probes.UntilAsync(graph => graph.GetNodes().Count(static node => node.Type == "netns") == count);
        TestContext.Current.SendDiagnosticMessage($"{count} namespaces in the graph {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms after the last process was started");

        // Threads of the pool and of namespaces come and go; one for each namespace would be a hundred times more.
        Assert.InRange(Tools.ThreadCount, 1, threads + 15);
        Assert.InRange(Tools.Descriptors.Count, 1, descriptors + (count * 12) + 20);
        int full = Tools.Descriptors.Count;

        began = Stopwatch.GetTimestamp();
        shell.StandardInput.WriteLine();
        shell.StandardInput.Close();
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _probes.UntilAsync(static graph => !graph.GetNodes().Any(static node => node.Type == "netns"));
        TestContext.Current.SendDiagnosticMessage($"gone {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms after the processes were ended; {full - descriptors} descriptors were in use, {_probe!.ScanCount} looks");
        await Tools.WaitAsync(() => Tools.Descriptors.Count <= descriptors + 5);
        await Tools.WaitAsync(() => Tools.ThreadCount <= threads + 5);
    }

    private ProbeContext Context(TimeSpan period) => new(
        _probes.Graph, _probes.HostNodeId, new AgentOptions { Host = "lab", ProcessUpdate = period }, NullLoggerFactory.Instance, static _ => null, _probes.Directory);

    private async Task StartAsync(TimeSpan period, bool withEvents = true)
    {
        _probe = new(Context(period))
        {
            OpenHost = _network.OpenHost,
            IsWanted = _wanted.Contains,
            OpenEvents = withEvents ? ProcessEventListener.Open : static () => throw new LinuxException("listen to process events", Errno.None, LinuxErrorReason.NotSupported, "not in this test"),
        };
        await _probe.StartAsync(TestContext.Current.CancellationToken);
    }

    private void Make(string name)
    {
        _network.Make(name);
        _wanted.Add(Id(name));
    }

    private NamespaceId Id(string name) => NetworkNamespace.TryIdentify(_network.RealPath(name))!.Value;

    /// <summary>Starts a program in a namespace.</summary>
    private Process Run(string name, string commandLine = "sleep 600") => Start("ip", $"netns exec {Path.GetFileName(_network.RealPath(name))} {commandLine}");

    private Process Start(string program, string arguments)
    {
        var process = new Process { StartInfo = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true } };
        process.Start();
        _children.Add(process);
        return process;
    }
}
