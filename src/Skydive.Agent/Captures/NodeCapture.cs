using Microsoft.Extensions.Logging;
using Skydive.Agent.Topology;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Flows.Table;
using Skydive.Linux;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;
using Skydive.Packets;
using LinkType = Skydive.Packets.LinkType;

namespace Skydive.Agent.Captures;

/// <summary>
/// One capture at one node: a packet ring on the interface, a flow table, and a thread that carries packets from one to the other. Nothing in
/// it is shared with another capture.
/// </summary>
internal sealed partial class NodeCapture : IFlowSink, IAsyncDisposable
{
    /// <summary>The bytes that the decoder needs: headers of all layers.</summary>
    private const int DefaultHeaderSize = 256;

    /// <summary>8 MiB: a tenth of a second of full speed at the default header size, while an idle ring touches no page.</summary>
    private const int BlockSizeBytes = 256 << 10;
    private const int BlockCount = 32;

    private readonly LinkLocation _location;
    private readonly AgentOptions _options;
    private readonly IFlowOutput _flows;
    private readonly ILogger _logger;
    private readonly string _nodeName;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _tableLock = new();
    private FlowTable? _table;
    private PacketRing? _ring;
    private volatile string? _error;
    private volatile bool _isUp;
    private volatile bool _isOver;
    private long _flowsDropped;

    public NodeCapture(Node node, Capture capture, LinkLocation location, AgentOptions options, IFlowOutput flows, ILogger logger)
    {
        Capture = capture;
        NodeTID = node.TID!;
        _nodeName = node.Name;
        _location = location;
        _options = options;
        _flows = flows;
        _logger = logger;
        _isUp = IsUp(node);
        try
        {
            Open();
        }
        catch (Exception e) when (e is LinuxException or BpfSyntaxException or NotSupportedException)
        {
            Fail(e.Message);
            _ended.SetResult();
            return;
        }

        new Thread(Run) { IsBackground = true, Name = $"capture {node.Name}" }.Start();
    }

    /// <summary>The order.</summary>
    public Capture Capture { get; }

    /// <summary>The node's topology identifier, which its flows carry.</summary>
    public string NodeTID { get; }

    /// <summary>Takes note of a change of the node.</summary>
    /// <returns>Whether the capture has to be made anew: the node has another TID, or the capture had failed and the interface is up now.</returns>
    public bool NeedsRestart(Node node)
    {
        bool wasUp = _isUp;
        _isUp = IsUp(node);
        return node.TID is { } tid && (tid != NodeTID || (_isOver && _isUp && !wasUp));
    }

    /// <summary>Finds flows in the table. Safe to call from any thread.</summary>
    public IReadOnlyList<Flow> Search(FlowSearch search)
    {
        lock (_tableLock)
        {
            return _table?.Search(search) ?? [];
        }
    }

    /// <summary>The capture as it stands in the <c>Captures</c> list of its node.</summary>
    public MetadataMap ToMetadata()
    {
        string? error = _error ?? (_isUp ? null : "interface is down: packets are taken as soon as it is up");
        var metadata = new MetadataBuilder()
            .Set("ID", Capture.UUID)
            .Set("State", error is null ? CaptureStates.Active : CaptureStates.Error)
            .Set("Type", CaptureTypes.AfPacket)
            .SetIfNotNull("Name", Capture.Name)
            .SetIfNotNull("Description", Capture.Description)
            .SetIfNotNull("BPFFilter", Capture.BPFFilter)
            .SetIfNotNull("Error", error);
        lock (_tableLock)
        {
            if (_ring is { } ring && !_isOver)
            {
                var statistics = ring.GetStatistics();
                metadata.Set("PacketsReceived", statistics.Packets).Set("PacketsDropped", statistics.Drops);
            }
        }

        long flowsDropped = Interlocked.Read(ref _flowsDropped);
        return (flowsDropped == 0 ? metadata : metadata.Set("FlowsDropped", flowsDropped)).Build();
    }

    /// <inheritdoc/>
    public void OnFlows(FlowBatch flows)
    {
        if (!_flows.TryAccept(flows))
        {
            Interlocked.Add(ref _flowsDropped, flows.Count);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _ended.Task.ConfigureAwait(false);
        lock (_tableLock)
        {
            _ring?.Dispose();
            _ring = null;
            _table?.Dispose();
            _table = null;
        }

        _stop.Dispose();
    }

    private static bool IsUp(Node node) => node.Metadata["LinkFlags"].Elements.Contains("UP");

    private static long NowNanoseconds() => (DateTimeOffset.UtcNow.Ticks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    private void Open()
    {
        var linkTypes = LinkTypes.FromHardwareType(_location.HardwareType)
            ?? throw new NotSupportedException($"interfaces of type {_location.HardwareType} carry no packets that can be decoded");
        int headerSize = Capture.HeaderSize > 0 ? Capture.HeaderSize : DefaultHeaderSize;
        var filter = string.IsNullOrEmpty(Capture.BPFFilter) ? null : BpfCompiler.Compile(Capture.BPFFilter, linkTypes);
        _ring = PacketRing.Open(new PacketRingOptions
        {
            Namespace = _location.Namespace,
            InterfaceIndex = _location.Index,
            BlockSizeBytes = BlockSizeBytes,
            BlockCount = BlockCount,
            SnapLength = headerSize,
            Filter = filter,
            Promiscuous = true,
        });
        _table = new(
            new FlowTableOptions
            {
                NodeTid = NodeTID,
                CaptureId = Capture.UUID,
                LinkType = linkTypes == Skydive.Linux.Bpf.LinkType.Ethernet ? LinkType.Ethernet : LinkType.Raw,
                LayerKeyMode = Capture.LayerKeyMode,
                MaxEntries = _options.FlowMaxEntries,
                UpdateInterval = _options.FlowUpdate,
                ExpireAfter = _options.FlowExpire,
                ApplicationTimeouts = _options.ApplicationTimeouts,
            },
            this);
    }

    private void Run()
    {
        var ring = _ring!;
        var table = _table!;
        try
        {
            table.Tick(NowNanoseconds());
            while (true)
            {
                var wait = TimeSpan.FromTicks(Math.Clamp((table.NextTickNanoseconds - NowNanoseconds()) / 100, 0, TimeSpan.TicksPerMinute));
                var status = ring.Read(wait, _stop.Token, out var block);
                if (status == PacketRingStatus.Block)
                {
                    using (block)
                    {
                        while (block.MoveNext())
                        {
                            var frame = block.Current;
                            table.Process(frame.Data, frame.OriginalLength, frame.TimestampNanoseconds, frame.HasVlan ? new VlanTag(frame.VlanTci) : default);
                        }
                    }

                    table.Flush();
                }
                else if (status == PacketRingStatus.InterfaceRemoved)
                {
                    Fail("interface is gone");
                    break;
                }
                else if (status == PacketRingStatus.Cancelled)
                {
                    break;
                }

                if (table.NextTickNanoseconds <= NowNanoseconds())
                {
                    table.Tick(NowNanoseconds());
                }
            }

            table.Finish(NowNanoseconds());
        }
        catch (LinuxException e)
        {
            Fail(e.Message);
        }
        finally
        {
            _isOver = true;
            _ended.TrySetResult();
        }
    }

    private void Fail(string message)
    {
        _error = message;
        _isOver = true;
        LogFailed(_logger, Capture.UUID, _nodeName, message);
    }

    [LoggerMessage(1101, LogLevel.Warning, "Capture {Id} at {Node} takes no packets: {Reason}")]
    private static partial void LogFailed(ILogger logger, string id, string node, string reason);
}
