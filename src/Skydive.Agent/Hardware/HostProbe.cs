using Microsoft.Extensions.Logging;
using Skydive.Agent.MetadataFiles;
using Skydive.Agent.Probes;
using Skydive.Agent.Topology;
using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Linux.FileSystem;
using Skydive.Linux.Polling;

namespace Skydive.Agent.Hardware;

/// <summary>
/// The node of this host, which owns all others: it is added once before all other probes, and follows the host's name and the files that
/// <c>agent.metadata_config.files</c> names from then on.
/// </summary>
internal sealed partial class HostProbe : BackgroundProbe
{
    private const int MaximumFileBytes = 1 << 20;
    private static readonly HostFiles s_thisHost = new("/");

    /// <summary>
    /// How often the files are looked at. Not by inotify: they may be replaced by a rename, be links that are switched, or stand on file
    /// systems that do not tell of changes.
    /// </summary>
    private static readonly TimeSpan s_filesPeriod = TimeSpan.FromSeconds(2);

    private readonly LiveGraph _graph;
    private readonly string _nodeId;
    private readonly IReadOnlyList<MetadataFile> _files;
    private readonly ILogger _logger;
    private readonly DescriptorPoller _poller = new();

    // Belong to the start, then to the loop.
    private readonly Dictionary<MetadataFile, (DateTime Time, long Length)> _seen = [];
    private HostNameWatcher? _name;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="context">What it works with.</param>
    /// <param name="state">How it does; known before the probe, since the node is made first.</param>
    public HostProbe(ProbeContext context, ProbeState state)
        : base("hardware", state)
    {
        _graph = context.Graph;
        _nodeId = context.HostNodeId;
        _files = context.Options.MetadataFiles;
        _logger = context.Loggers.CreateLogger<HostProbe>();
    }

    /// <summary>Where the host's name is read.</summary>
    internal HostFiles HostFiles { get; init; } = s_thisHost;

    /// <summary>Adds the node.</summary>
    /// <param name="graph">The agent's graph.</param>
    /// <param name="configured">What the configuration says of the host.</param>
    /// <param name="state">Told of what could not be understood.</param>
    /// <returns>The node's identifier.</returns>
    public static string AddTo(LiveGraph graph, MetadataMap? configured = null, ProbeState? state = null)
    {
        string id = Identifiers.Random();
        var metadata = HostMetadata.Build(graph.Host, configured ?? MetadataMap.Empty, s_thisHost, Virtualization.ReadHypervisor(), state ?? new());
        graph.Write(transaction => transaction.AddNode(id, metadata));
        return id;
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _name = new();
        _poller.Add(_name.Descriptor, 1, priority: true);
        Update();
        State.SetRunning();
        RunOnThread(Run);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        _name?.Dispose();
        _poller.Dispose();
    }

    private void Run()
    {
        ulong[] keys = new ulong[1];
        var period = _files.Count > 0 ? s_filesPeriod : Timeout.InfiniteTimeSpan;
        while (_poller.Wait(keys, out _, period, Stopping) != WaitOutcome.Cancelled)
        {
            Update();
        }
    }

    /// <summary>Brings the node in line with the host's name and the files, as one revision.</summary>
    private void Update()
    {
        var values = new List<(string Key, MetadataValue Value)>();
        if (HostMetadata.ReadLine(HostFiles, "proc/sys/kernel/hostname") is { } name)
        {
            values.Add(("Hostname", name));
        }

        foreach (var file in _files)
        {
            if (TryReadChanged(file, out var value))
            {
                values.Add(("Config." + file.Name, value));
            }
        }

        _graph.Write(transaction =>
        {
            if (transaction.FindNode(_nodeId) is { } node)
            {
                var metadata = node.Metadata;
                foreach (var (key, value) in values)
                {
                    metadata = value.IsNull ? metadata.Without(key) : metadata.With(key, value);
                }

                transaction.SetMetadata(node, metadata);
            }
        });
    }

    /// <summary>Reads a file that is not as it was when it was read last. One that cannot be read leaves what is known of it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="value">What it says; null when the selector leads nowhere.</param>
    private bool TryReadChanged(MetadataFile file, out MetadataValue value)
    {
        value = default;
        try
        {
            var info = new FileInfo(file.Path);
            if (info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            {
                info = target;
            }

            // Taken before the text: what changes while it is read is read again.
            var now = (info.LastWriteTimeUtc, info.Length);
            if (_seen.TryGetValue(file, out var before) && before == now)
            {
                return false;
            }

            if (info.Length > MaximumFileBytes)
            {
                throw new FormatException($"larger than {MaximumFileBytes} bytes");
            }

            value = MetadataFormats.Parse(file.Type, File.ReadAllText(file.Path));
            if (file.Selector.Length > 0)
            {
                value = value.AsMap is { } map && map.TryGetPath(FieldPath.Parse(file.Selector), out var selected) ? selected : default;
            }

            _seen[file] = now;
            if (value.IsNull)
            {
                Trouble(file, file.Selector.Length > 0 ? $"there is nothing at {file.Selector}" : "it is empty");
            }
            else
            {
                State.ClearProblem(file.Path + file.Name);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // Read again when it changes, or is there again.
            _seen.Remove(file);
            Trouble(file, e.Message);
            return false;
        }
    }

    private void Trouble(MetadataFile file, string reason)
    {
        string message = $"agent.metadata_config.files: {file.Path}: {reason}";
        if (State.SetProblem(file.Path + file.Name, message))
        {
            LogTrouble(_logger, message);
        }
    }

    [LoggerMessage(1041, LogLevel.Warning, "{Message}")]
    private static partial void LogTrouble(ILogger logger, string message);
}
