using Microsoft.Extensions.Logging;
using Skydive.Agent.Probes;
using Skydive.Agent.Topology;
using Skydive.Contracts.Queries;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Processes;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Sockets;

/// <summary>
/// Tells on the nodes of the host and of all network namespaces which sockets are open there, and which processes have them, and keeps the same
/// in an index. The kernel does not tell of changes: all is listed anew at a period.
/// </summary>
/// <remarks>
/// Sockets that no process has are left out: what waits after a connection has ended (<c>TIME_WAIT</c>), and connections that no server has
/// accepted yet. <see cref="NodeSockets"/> decides what becomes history.
/// </remarks>
internal sealed partial class SocketInfoProbe : BackgroundProbe
{
    private const string Restricted = "hidepid";
    private const string Denied = "denied";
    private const string TooMany = "limit";
    private static readonly Filter s_namespaces = new EqualFilter("Type", "netns");

    private readonly ProbeContext _context;
    private readonly LiveGraph _graph;
    private readonly TimeSpan _period;
    private readonly int _maximumSockets;
    private readonly ILogger _logger;

    // Belong to the start, then to the loop.
    private readonly Dictionary<string, NodeSockets> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _troubles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _solved = new(StringComparer.Ordinal);
    private ProcessTable? _processes;
    private SocketOwners? _owners;
    private NetworkNamespace? _host;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="context">What it works with.</param>
    public SocketInfoProbe(ProbeContext context)
        : base("socketinfo")
    {
        _context = context;
        _graph = context.Graph;
        _period = context.Options.SocketInfoUpdate;
        _maximumSockets = context.Options.MaximumSockets;
        _logger = context.Loggers.CreateLogger<SocketInfoProbe>();
    }

    /// <summary>Opens the namespace of the host.</summary>
    internal Func<NetworkNamespace> OpenHost { get; init; } = NetworkNamespace.OpenCurrent;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _processes = _context.Processes.Value;
        _owners = new(_processes);
        _host = OpenHost();
        RunOnThread(Run);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        _host?.Dispose();
    }

    private void Run()
    {
        do
        {
            Update();
            State.SetRunning();
        }
        while (!Stopping.WaitHandle.WaitOne(_period));
    }

    private void Update()
    {
        _solved.Clear();
        _solved.UnionWith(_troubles);

        // Sockets before processes: whoever has a socket that is listed is there when the processes are looked through.
        var listed = new List<(string NodeId, IReadOnlyList<SocketMessage> Sockets)> { (_context.HostNodeId, List(_host!, "the host")) };
        foreach (var node in _graph.Current.GetNodes(s_namespaces))
        {
            if (node.GetText("Path") is { } path
                && node.Metadata["Device"].TryGetInteger(out long device)
                && node.Metadata["Inode"].TryGetInteger(out long inode)
                && List(path, new((ulong)device, (ulong)inode)) is { } sockets)
            {
                listed.Add((node.Id, sockets));
            }
        }

        var processes = _processes!.Read(TimeSpan.Zero);
        _owners!.Resolve(listed.SelectMany(static node => node.Sockets).Select(static socket => socket.Inode).ToHashSet(), processes);
        if (listed.Exists(node => node.Sockets.Any(socket => _owners.Find(socket.Inode) is null)))
        {
            ExplainMissing(processes);
        }

        Publish(listed);
        foreach (string subject in _solved)
        {
            _troubles.Remove(subject);
            State.ClearProblem(subject);
        }
    }

    /// <summary>The sockets of a namespace by its path; null when it cannot be looked into now.</summary>
    private IReadOnlyList<SocketMessage>? List(string path, NamespaceId id)
    {
        // Opened anew each time: an open namespace would outlive its name and its processes.
        try
        {
            if (NetworkNamespace.TryOpen(path, out var networkNamespace) != NamespaceOpenStatus.Opened)
            {
                return null;
            }

            using (networkNamespace)
            {
                return networkNamespace!.Id == id ? List(networkNamespace, path) : null;
            }
        }
        catch (LinuxException e)
        {
            Trouble(path, $"sockets of {path}: {e.Message}");
            return null;
        }
    }

    private List<SocketMessage> List(NetworkNamespace networkNamespace, string title)
    {
        var sockets = new List<SocketMessage>();
        try
        {
            // Most namespaces have few sockets or none. To count them is cheap; to list those of TCP means a walk through the connections of
            // all namespaces, which those need not that have servers only.
            var counts = SocketCounts.Read(networkNamespace);
            if (counts.Tcp + counts.Udp == 0)
            {
                return sockets;
            }

            using var client = SocketClient.Open(networkNamespace);
            if (counts.Tcp > 0)
            {
                Add(sockets, client, SocketProtocol.Tcp, SocketStates.Listen);
                if (sockets.Count < counts.Tcp)
                {
                    Add(sockets, client, SocketProtocol.Tcp, SocketStates.WithProcess & ~SocketStates.Listen);
                }
            }

            if (counts.Udp > 0)
            {
                Add(sockets, client, SocketProtocol.Udp, SocketStates.WithProcess);
            }
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            Trouble(title, $"sockets of {title}: {e.Message}");
        }

        return sockets;
    }

    private void Add(List<SocketMessage> sockets, SocketClient client, SocketProtocol protocol, SocketStates states)
    {
        try
        {
            sockets.AddRange(client.Dump(protocol, states, Stopping).Where(static socket => socket.Inode != 0));
        }
        catch (NetlinkException e) when (e.Reason is LinuxErrorReason.NotFound or LinuxErrorReason.NotSupported)
        {
            string name = protocol == SocketProtocol.Tcp ? "tcp" : "udp";
            Trouble(name, $"the kernel cannot list {name} sockets: load the module {name}_diag");
        }
    }

    /// <summary>Says why the processes of sockets are not known. Some sockets have none: those of the kernel itself.</summary>
    private void ExplainMissing(ProcessSnapshot processes)
    {
        if (processes.IsRestricted)
        {
            Trouble(Restricted, "processes of others are hidden, and their sockets stand without process: mount /proc without hidepid");
        }

        if (processes.DeniedCount > 0)
        {
            Trouble(
                Denied,
                "processes of others cannot be looked into, and their sockets stand without process: run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH");
        }
    }

    private void Publish(List<(string NodeId, IReadOnlyList<SocketMessage> Sockets)> listed)
    {
        var revisions = new List<(string NodeId, NodeSockets Sockets)>();
        var transients = new List<(string NodeId, NodeSockets Sockets)>();
        foreach (var (nodeId, sockets) in listed)
        {
            if (!_nodes.TryGetValue(nodeId, out var node))
            {
                _nodes.Add(nodeId, node = new());
            }

            var entries = sockets.Select(socket => new SocketEntry(socket, _owners!.Find(socket.Inode))).Distinct().Order().ToList();
            if (entries.Count > _maximumSockets)
            {
                Trouble(TooMany, $"a node has {entries.Count} sockets, of which {_maximumSockets} are shown: set agent.topology.socketinfo.max_sockets");
                entries.RemoveRange(_maximumSockets, entries.Count - _maximumSockets);
            }

            switch (node.Update(entries))
            {
                case SocketChange.Revision:
                    revisions.Add((nodeId, node));
                    break;
                case SocketChange.Transient:
                    transients.Add((nodeId, node));
                    break;
            }
        }

        Write(revisions, isTransient: false);
        Write(transients, isTransient: true);
        foreach (var (nodeId, node) in revisions.Concat(transients))
        {
            _context.Sockets.Set(nodeId, node.Sockets);
        }

        var current = _graph.Current;
        foreach (string gone in _nodes.Keys.Where(nodeId => current.FindNode(nodeId) is null).ToArray())
        {
            _nodes.Remove(gone);
            _context.Sockets.Remove(gone);
        }
    }

    private void Write(List<(string NodeId, NodeSockets Sockets)> nodes, bool isTransient)
    {
        if (nodes.Count == 0)
        {
            return;
        }

        _graph.Write(
            transaction =>
            {
                foreach (var (nodeId, sockets) in nodes)
                {
                    if (transaction.FindNode(nodeId) is { } node)
                    {
                        _ = sockets.Sockets.Count == 0
                            ? transaction.Remove(node, SocketMetadata.Key)
                            : transaction.Set(node, SocketMetadata.Key, sockets.ToMetadata());
                    }
                }
            },
            isTransient);
    }

    private void Trouble(string subject, string message)
    {
        _troubles.Add(subject);
        _solved.Remove(subject);
        if (State.SetProblem(subject, message))
        {
            LogTrouble(_logger, message);
        }
    }

    [LoggerMessage(1061, LogLevel.Warning, "{Message}")]
    private static partial void LogTrouble(ILogger logger, string message);
}
