using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Probes;
using Skydive.Agent.Sockets;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Processes;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Tests.Sockets;

/// <summary>With real sockets and processes, in a host of the test's own.</summary>
public sealed class SocketInfoProbeTests : IAsyncDisposable
{
    private readonly TestNetwork _network = new();
    private readonly TestProbes _probes;
    private readonly NetworkNamespace _host;
    private readonly List<Process> _children = [];
    private readonly List<Socket> _sockets = [];
    private readonly List<string> _folders = [];
    private ProbeContext? _context;
    private SocketInfoProbe? _probe;

    public SocketInfoProbeTests()
    {
        _network.Ip("host", "link set lo up");
        _probes = TestProbes.StartAsync(_network).GetAwaiter().GetResult();
        _host = _network.OpenHost();
    }

    public async ValueTask DisposeAsync()
    {
        if (_probe is not null)
        {
            await _probe.DisposeAsync();
        }

        foreach (var child in _children)
        {
            child.Kill();
            child.Dispose();
        }

        _sockets.ForEach(static socket => socket.Dispose());
        _folders.ForEach(static folder => Directory.Delete(folder, recursive: true));
        _probes.Dispose();
        _host.Dispose();
        _network.Dispose();
    }

    [Fact]
    public async Task Host_ServersAndConnections_AreToldWithTheirProcesses()
    {
        var listener = Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        var udp = Bind(_host, AddressFamily.InterNetworkV6, IPAddress.IPv6Loopback, 5353);
        var shell = Connect("host", Port(listener));
        await StartAsync();

        var graph = await _probes.UntilAsync(graph => Sockets(Host(graph)).Count == 4);
        var sockets = Sockets(Host(graph));

        var server = sockets.Single(static socket => Text(socket, "State") == "LISTEN");
        Assert.Equal(
            MetadataMap.Create(
                ("Protocol", "TCP"),
                ("LocalAddress", "127.0.0.1"),
                ("LocalPort", Port(listener)),
                ("RemoteAddress", "0.0.0.0"),
                ("RemotePort", 0),
                ("State", "LISTEN"),
                ("Process", Environment.ProcessPath),
                ("Pid", Environment.ProcessId),
                ("Name", File.ReadAllText("/proc/self/comm").TrimEnd())),
            server);
        var bound = sockets.Single(static socket => Text(socket, "Protocol") == "UDP");
        Assert.Equal(("::1", "CLOSE", Environment.ProcessPath), (Text(bound, "LocalAddress"), Text(bound, "State"), Text(bound, "Process")));
        Assert.Equal((5353L, 5353L), (Number(bound, "LocalPort"), Port(udp)));
        var opened = sockets.Single(socket => Number(socket, "RemotePort") == Port(listener));
        Assert.Equal(("ESTABLISHED", "bash", (long)shell.Id), (Text(opened, "State"), Text(opened, "Name"), Number(opened, "Pid")));
        var accepted = sockets.Single(socket => Number(socket, "RemotePort") == Number(opened, "LocalPort"));
        Assert.Equal(("ESTABLISHED", (long)Environment.ProcessId), (Text(accepted, "State"), Number(accepted, "Pid")));
        await Tools.WaitAsync(() => _probe!.State.Status.Status == "running");
    }

    [Fact]
    public async Task Namespace_ItsSockets_AreToldOnItsNode()
    {
        _network.Add("vm1");
        _network.Ip("vm1", "link set lo up");
        var graph = await _probes.UntilAsync(static graph => graph.FindNamespace("vm1") is not null);
        using var inside = NetworkNamespace.Open(_network.RealPath("vm1"));
        var listener = Listen(inside, AddressFamily.InterNetwork, IPAddress.Any);
        await StartAsync();

        graph = await _probes.UntilAsync(static graph => Sockets(graph.FindNamespace("vm1")).Count == 1);
        Assert.Equal(Port(listener), Number(Sockets(graph.FindNamespace("vm1"))[0], "LocalPort"));
        Assert.False(Host(graph).Metadata.ContainsKey("Sockets"));

        listener.Dispose();
        await _probes.UntilAsync(static graph => !graph.FindNamespace("vm1")!.Metadata.ContainsKey("Sockets"));
    }

    [Fact]
    public async Task Index_Connection_HasTheProcessesAtItsEnds()
    {
        var listener = Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        var shell = Connect("host", Port(listener));
        var accepted = (IPEndPoint)_sockets[^1].RemoteEndPoint!;
        await StartAsync();
        await _probes.UntilAsync(graph => Sockets(Host(graph)).Count == 3);

        InternetEndPoint near = new(accepted.Address, accepted.Port), far = new(IPAddress.Loopback, (int)Port(listener));
        await Tools.WaitAsync(() => _context!.Sockets.Count == 3);
        var (a, b) = _context!.Sockets.FindBoth(SocketProtocol.Tcp, near, far);

        Assert.Equal((shell.Id, _probes.HostNodeId), (Assert.Single(a).Socket.ProcessId, a[0].NodeId));
        Assert.Equal(Environment.ProcessId, Assert.Single(b).Socket.ProcessId);
    }

    [Fact]
    public async Task Index_NamespaceThatGoes_LosesItsSockets()
    {
        _network.Add("vm1");
        _network.Ip("vm1", "link set lo up");
        await _probes.UntilAsync(static graph => graph.FindNamespace("vm1") is not null);
        int port;
        using (var inside = NetworkNamespace.Open(_network.RealPath("vm1")))
        {
            port = (int)Port(Listen(inside, AddressFamily.InterNetwork, IPAddress.Loopback));
        }

        await StartAsync();
        var end = new InternetEndPoint(IPAddress.Loopback, port);
        await Tools.WaitAsync(() => _context!.Sockets.Find(SocketProtocol.Tcp, end, end).Count == 1);

        _network.Unname("vm1");
        await Tools.WaitAsync(() => _context!.Sockets.Find(SocketProtocol.Tcp, end, end).Count == 0);
        Assert.Equal(0, _context!.Sockets.Count);
    }

    [Fact]
    public async Task Process_ThatEnds_TakesItsSocketsAlong()
    {
        var listener = Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        var shell = Connect("host", Port(listener));
        await StartAsync();
        await _probes.UntilAsync(graph => Sockets(Host(graph)).Any(socket => Number(socket, "Pid") == shell.Id));

        shell.Kill();

        // The server's end stays until the server closes it, and waits for that.
        var graph = await _probes.UntilAsync(graph => Sockets(Host(graph)).All(socket => Number(socket, "Pid") != shell.Id));
        Assert.Equal(["CLOSE_WAIT", "LISTEN"], Sockets(Host(graph)).Select(static socket => Text(socket, "State")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_Changed_NothingIsWritten()
    {
        Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        await StartAsync();
        var graph = await _probes.UntilAsync(static graph => Sockets(Host(graph)).Count == 1);
        long sequence = graph.Sequence;

        await Task.Delay(500, TestContext.Current.CancellationToken);

        Assert.Equal(sequence, _probes.Graph.Current.Sequence);
    }

    [Fact]
    public async Task Connections_OfAKnownPeer_AreTransient()
    {
        var listener = Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        Connect("host", Port(listener));
        await StartAsync();
        await _probes.UntilAsync(static graph => Sockets(Host(graph)).Count == 3);
        using var subscription = _probes.Graph.Subscribe();

        Connect("host", Port(listener));
        await _probes.UntilAsync(static graph => Sockets(Host(graph)).Count == 5);
        while (subscription.TryRead(out var change))
        {
            Assert.True(change.Commit is null or { IsTransient: true });
        }

        // Somebody new is a revision.
        Bind(_host, AddressFamily.InterNetwork, IPAddress.Loopback, 0);
        await _probes.UntilAsync(static graph => Sockets(Host(graph)).Count == 6);
        Assert.True(subscription.TryRead(out var news));
        Assert.False(news.Commit!.IsTransient);
    }

    [Fact]
    public async Task TooMany_Sockets_ShowsServersFirstAndSaysSo()
    {
        var listener = Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        Connect("host", Port(listener));
        await StartAsync(maximum: 1);

        var graph = await _probes.UntilAsync(static graph => Sockets(Host(graph)).Count == 1);

        Assert.Equal("LISTEN", Text(Sockets(Host(graph))[0], "State"));
        await Tools.WaitAsync(() => _probe!.State.Status.Status == "degraded");
        Assert.Contains("agent.topology.socketinfo.max_sockets", _probe!.State.Status.Message, StringComparison.Ordinal);

        _sockets.ForEach(static socket => socket.Dispose());
        await Tools.WaitAsync(() => _probe.State.Status.Status == "running");
    }

    [Fact]
    public async Task HiddenProcesses_LeaveSocketsWithoutProcessAndAreAProblem()
    {
        // What a /proc looks like that is mounted with hidepid: without the processes of others, this one among them.
        string root = Directory.CreateTempSubdirectory("skydive-proc-").FullName;
        _folders.Add(root);
        Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        await StartAsync(root: root);

        var graph = await _probes.UntilAsync(static graph => Sockets(Host(graph)).Count == 1);

        Assert.False(Sockets(Host(graph))[0].ContainsKey("Process"));
        Assert.Equal("LISTEN", Text(Sockets(Host(graph))[0], "State"));
        Assert.Equal("degraded", _probe!.State.Status.Status);
        Assert.Contains("hidepid", _probe.State.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_LeavesNoThreadAndNoDescriptor()
    {
        _network.Add("vm1");
        await _probes.UntilAsync(static graph => graph.FindNamespace("vm1") is not null);
        await _probes.SettleAsync();
        int descriptors = Tools.KernelDescriptorCount;
        Listen(_host, AddressFamily.InterNetwork, IPAddress.Loopback);
        await StartAsync();
        await _probes.UntilAsync(static graph => Sockets(Host(graph)).Count == 1);

        await _probe!.DisposeAsync();

        Assert.True(_probe.Completion.IsCompletedSuccessfully);
        await Tools.WaitForDescriptorsAsync(descriptors + 1);
    }

    private static Node Host(GraphSnapshot graph) => graph.GetNodes().Single(static node => node.Type == "host");

    private static IReadOnlyList<MetadataMap> Sockets(Node? node) => node is null ? [] : [.. node.Metadata["Sockets"].Elements.ToArray().Select(static value => value.AsMap!)];

    private static string? Text(MetadataMap socket, string key) => socket[key].AsString;

    private static long Number(MetadataMap socket, string key) => socket[key].TryGetInteger(out long value) ? value : -1;

    private static long Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private async Task StartAsync(int maximum = 10_000, string? root = null)
    {
        var options = new AgentOptions { Host = "lab", SocketInfoUpdate = TimeSpan.FromMilliseconds(50), MaximumSockets = maximum };
        _context = new(_probes.Graph, _probes.HostNodeId, options, NullLoggerFactory.Instance, static _ => null, _probes.Directory)
        {
            Processes = new(() => root is null ? new() : new(root)),
        };
        _probe = new(_context) { OpenHost = _network.OpenHost };
        await _probe.StartAsync(TestContext.Current.CancellationToken);
    }

    private Socket Listen(NetworkNamespace place, AddressFamily family, IPAddress address)
    {
        var socket = place.CreateSocket(family, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return socket;
    }

    private Socket Bind(NetworkNamespace place, AddressFamily family, IPAddress address, int port)
    {
        var socket = place.CreateSocket(family, SocketType.Dgram, ProtocolType.Udp);
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    /// <summary>Has a shell connect to a port within a namespace, and accepts the connection.</summary>
    private Process Connect(string place, long port)
    {
        if (!File.Exists("/bin/bash") && !File.Exists("/usr/bin/bash"))
        {
            Assert.Skip("needs bash");
        }

        var process = new Process
        {
            StartInfo = new("ip", string.Create(CultureInfo.InvariantCulture, $"netns exec {Path.GetFileName(_network.RealPath(place))} bash --norc"))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        process.Start();
        _children.Add(process);
        process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"exec 3<>/dev/tcp/127.0.0.1/{port}; echo connected"));
        Assert.Equal("connected", process.StandardOutput.ReadLine());
        _sockets.Add(_sockets.First(socket => Port(socket) == port).Accept());
        return process;
    }
}
