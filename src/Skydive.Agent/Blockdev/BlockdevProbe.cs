using Microsoft.Extensions.Logging;
using Skydive.Agent.Probes;
using Skydive.Agent.Topology;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Blockdev;

/// <summary>
/// Shows the disks of this host, what is made of them and where it is mounted, as <c>lsblk</c> tells, and how busy they are, as the kernel
/// counts. What cannot be read leaves what is known of it.
/// </summary>
internal sealed partial class BlockdevProbe : BackgroundProbe
{
    private const string MetricKey = MetricSample.BlockDevice;

    /// <summary>How full a file system is changes all the time: as counters do, it gives no revision of its own.</summary>
    private static readonly string[] s_tickingKeys = ["Fsavail", "Fsused", "FsusePercent"];

    private readonly LiveGraph _graph;
    private readonly string _hostNodeId;
    private readonly ILogger _logger;

    // Belong to the loop.
    private readonly Dictionary<string, (string NodeId, MetadataMap Written)> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<(string Parent, string Child, string RelationType)> _edges = [];
    private Dictionary<string, string> _devices = [];
    private Dictionary<string, DiskCounters> _counters = [];
    private long _counted;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="context">What it works with.</param>
    public BlockdevProbe(ProbeContext context)
        : base("blockdev")
    {
        _graph = context.Graph;
        _hostNodeId = context.HostNodeId;
        _logger = context.Loggers.CreateLogger<BlockdevProbe>();
        Lsblk = new(context.Options.LsblkPath);
    }

    /// <summary>Tells of the devices.</summary>
    internal LsblkRunner Lsblk { get; init; }

    /// <summary>Where the kernel's counters are.</summary>
    internal string CountersPath { get; init; } = "/proc/diskstats";

    /// <summary>How often both are looked at.</summary>
    internal TimeSpan Period { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Run(RunAsync);
        return Task.CompletedTask;
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period);
        do
        {
            await ReadDevicesAsync().ConfigureAwait(false);
            ReadCounters();
        }
        while (await timer.WaitForNextTickAsync(Stopping).ConfigureAwait(false));
    }

    private async Task ReadDevicesAsync()
    {
        try
        {
            Write(BlockdevTree.Build(await Lsblk.RunAsync(Stopping).ConfigureAwait(false)));
            State.ClearProblem("lsblk");
            State.SetRunning();
        }
        catch (InvalidOperationException e)
        {
            Trouble("lsblk", e.Message);
        }
    }

    private void ReadCounters()
    {
        Dictionary<string, DiskCounters> counters;
        try
        {
            counters = DiskCounters.Parse(File.ReadAllText(CountersPath));
            State.ClearProblem(CountersPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trouble(CountersPath, $"{CountersPath} cannot be read: {e.Message}");
            return;
        }

        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var metrics = new List<(string NodeId, MetadataMap Metric)>();
        foreach (var (number, key) in _devices)
        {
            if (counters.TryGetValue(number, out var after) && _counters.TryGetValue(number, out var before)
                && DiskMetric.Between(before, after, _counted, now) is { } metric)
            {
                metrics.Add((_nodes[key].NodeId, metric));
            }
        }

        (_counters, _counted) = (counters, now);
        _graph.Write(
            transaction =>
            {
                foreach (var (nodeId, metric) in metrics)
                {
                    if (transaction.FindNode(nodeId) is { } node)
                    {
                        transaction.Set(node, MetricKey, metric);
                    }
                }
            },
            isTransient: true);
    }

    /// <summary>Brings the graph in line with what is wanted.</summary>
    private void Write(BlockdevTree tree)
    {
        // Those that only fill up go first, by themselves.
        var ticked = tree.Nodes.Where(entry => _nodes.TryGetValue(entry.Key, out var known) && IsTick(known.Written, entry.Value)).ToArray();
        if (ticked.Length > 0)
        {
            _graph.Write(
                transaction =>
                {
                    foreach (var (key, metadata) in ticked)
                    {
                        Put(transaction, key, metadata);
                    }
                },
                isTransient: true);
        }

        _graph.Write(transaction =>
        {
            foreach (var (parent, child, relationType) in _edges.Where(edge => !tree.Edges.ContainsKey(edge)).ToArray())
            {
                transaction.Unlink(NodeId(parent), NodeId(child), relationType);
            }

            foreach (string key in _nodes.Keys.Where(key => !tree.Nodes.ContainsKey(key)).ToArray())
            {
                transaction.DeleteNode(_nodes[key].NodeId);
                _nodes.Remove(key);
            }

            foreach (var (key, metadata) in tree.Nodes)
            {
                Put(transaction, key, metadata);
            }

            foreach (var (owner, node) in tree.Owners)
            {
                transaction.SetOwner(NodeId(owner), NodeId(node));
            }

            foreach (var ((parent, child, relationType), details) in tree.Edges)
            {
                transaction.Link(NodeId(parent), NodeId(child), relationType, details);
            }
        });
        _edges.Clear();
        _edges.UnionWith(tree.Edges.Keys);
        _devices = tree.Devices;
    }

    private static bool IsTick(MetadataMap before, MetadataMap after)
    {
        if (before.Equals(after) || before["Attributes"].AsMap is not { } attributes || after["Attributes"].AsMap is not { } ticked)
        {
            return false;
        }

        foreach (string key in s_tickingKeys)
        {
            attributes = attributes.With(key, ticked[key]);
        }

        return before.With("Attributes", attributes).Equals(after);
    }

    private string NodeId(string key) => key == BlockdevTree.HostKey ? _hostNodeId : _nodes[key].NodeId;

    private void Put(GraphTransaction transaction, string key, MetadataMap metadata)
    {
        if (_nodes.TryGetValue(key, out var known) && transaction.FindNode(known.NodeId) is { } node)
        {
            // What others have written into the node stays, and so does its metric.
            transaction.SetMetadata(node, MetadataOperation.Apply(node.Metadata, MetadataOperation.Between(known.Written, metadata)));
        }
        else
        {
            known.NodeId = Identifiers.Random();
            transaction.AddNode(known.NodeId, metadata);
        }

        _nodes[key] = (known.NodeId, metadata);
    }

    private void Trouble(string subject, string message)
    {
        if (State.SetProblem(subject, message))
        {
            LogTrouble(_logger, message);
        }
    }

    [LoggerMessage(1061, LogLevel.Warning, "{Message}; trying again")]
    private static partial void LogTrouble(ILogger logger, string message);
}
