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

    /// <summary>How long the kernel keeps a block that is not full.</summary>
    private static readonly TimeSpan s_blockTimeout = TimeSpan.FromMilliseconds(50);

    private readonly LinkLocation _location;
    private readonly AgentOptions _options;
    private readonly IFlowOutput _flows;
    private readonly ILogger _logger;
    private readonly string _nodeName;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _ringLock = new();
    private PacketRing? _ring;
    private PacketRingStatistics? _statistics;
    private volatile FlowTable? _table;
    private volatile string? _error;
    private volatile bool _isUp;
    private volatile bool _isOver;
    private long _flowsDropped;
    private int _isDisposed;

    // Belongs to the thread.
    private long _framesCounted;

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
            Release();
            _ended.SetResult();
            return;
        }

        new Thread(Run) { IsBackground = true, Name = $"capture {node.Name}" }.Start();
    }

    /// <summary>The order.</summary>
    public Capture Capture { get; }

    /// <summary>The node's topology identifier, which its flows carry.</summary>
    public string NodeTID { get; }

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    public string Problem => _error ?? (_isUp ? string.Empty : "interface is down: packets are taken as soon as it is up");

    /// <summary>Takes note of a change of the node. Called by one thread at a time.</summary>
    /// <returns>Whether the capture has to be made anew: the node has another TID, or the capture had failed and the interface is up now.</returns>
    public bool NeedsRestart(Node node)
    {
        bool wasUp = _isUp;
        _isUp = IsUp(node);
        return node.TID is { } tid && (tid != NodeTID || (_isOver && _isUp && !wasUp));
    }

    /// <summary>Finds flows in the table. Safe to call from any thread.</summary>
    public IReadOnlyList<Flow> Search(FlowSearch search) => _table?.Search(search) ?? [];

    /// <summary>The capture as it stands in the <c>Captures</c> list of its node. Safe to call from any thread.</summary>
    public MetadataMap ToMetadata()
    {
        string? error = Problem is { Length: > 0 } problem ? problem : null;
        var metadata = new MetadataBuilder()
            .Set("ID", Capture.UUID)
            .Set("State", error is null ? CaptureStates.Active : CaptureStates.Error)
            .Set("Type", CaptureTypes.AfPacket)
            .SetIfNotNull("Name", Capture.Name)
            .SetIfNotNull("Description", Capture.Description)
            .SetIfNotNull("BPFFilter", Capture.BPFFilter)
            .SetIfNotNull("Error", error);
        if (ReadStatistics() is { } statistics)
        {
            metadata.Set("PacketsReceived", statistics.Packets).Set("PacketsDropped", statistics.Drops);
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

    /// <summary>Ends the capture; its flows are sent before this returns.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _ended.Task.ConfigureAwait(false);
            _stop.Dispose();
        }
        else
        {
            await _ended.Task.ConfigureAwait(false);
        }
    }

    private static bool IsUp(Node node) => node.Metadata["LinkFlags"].Elements.Contains("UP");

    private static long NowNanoseconds() => (DateTimeOffset.UtcNow.Ticks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    private void Open()
    {
        var linkTypes = LinkTypes.FromHardwareType(_location.HardwareType)
            ?? throw new NotSupportedException($"interfaces of type {_location.HardwareType} carry no packets that can be decoded");
        int headerSize = Capture.HeaderSize > 0 ? Capture.HeaderSize : DefaultHeaderSize;
        var filter = string.IsNullOrEmpty(Capture.BPFFilter) ? null : BpfCompiler.Compile(Capture.BPFFilter, linkTypes);
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
        _ring = PacketRing.Open(new PacketRingOptions
        {
            Namespace = _location.Namespace,
            InterfaceIndex = _location.Index,
            BlockSizeBytes = BlockSizeBytes,
            BlockCount = BlockCount,
            BlockTimeout = s_blockTimeout,
            SnapLength = headerSize,
            Filter = filter,
            Promiscuous = true,
        });
    }

    private void Run()
    {
        var table = _table!;
        try
        {
            Carry(_ring!, table);
            table.Finish(NowNanoseconds());
        }
#pragma warning disable CA1031 // Frames come from anybody: a fault in one capture is shown at its node and must not take the agent with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e.Message);
            if (e is not LinuxException)
            {
                LogBroke(_logger, Capture.UUID, _nodeName, e);
            }
        }

        _isOver = true;
        Release();
        _ended.TrySetResult();
    }

    private void Carry(PacketRing ring, FlowTable table)
    {
        table.Tick(NowNanoseconds());
        while (true)
        {
            var wait = TimeSpan.FromTicks(Math.Clamp((table.NextTickNanoseconds - NowNanoseconds()) / 100, 0, TimeSpan.TicksPerMinute));
            var status = ring.Read(wait, _stop.Token, out var block);
            if (status == PacketRingStatus.Block)
            {
                Count(block, table);
            }
            else if (status == PacketRingStatus.InterfaceRemoved)
            {
                Drain(ring, table);
                Fail("interface is gone");
                return;
            }
            else if (status == PacketRingStatus.Cancelled)
            {
                Drain(ring, table);
                return;
            }

            long now = NowNanoseconds();
            if (table.NextTickNanoseconds <= now)
            {
                table.Tick(now);
            }
        }
    }

    private void Count(PacketBlock block, FlowTable table)
    {
        using (block)
        {
            while (block.MoveNext())
            {
                _framesCounted++;
                var frame = block.Current;
                table.Process(frame.Data, frame.OriginalLength, frame.TimestampNanoseconds, frame.HasVlan ? new VlanTag(frame.VlanTci) : default);
            }
        }

        table.Flush();
    }

    /// <summary>Takes what came before the end: the last block is handed over only when its time is up, also of an interface that is gone.</summary>
    private void Drain(PacketRing ring, FlowTable table)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < s_blockTimeout * 2)
        {
            if (ring.TryRead(out var block))
            {
                Count(block, table);
            }
            else
            {
                Thread.Sleep(1);
            }
        }
    }

    private PacketRingStatistics? ReadStatistics()
    {
        lock (_ringLock)
        {
            try
            {
                _statistics = _ring?.GetStatistics() ?? _statistics;
            }
            catch (LinuxException)
            {
                // A broken socket ends the capture with an error; until then the last counters are the best there are.
            }

            return _statistics;
        }
    }

    /// <summary>Gives back descriptors and memory, also of a capture that failed and is still listed. The last counters stay.</summary>
    private void Release()
    {
        ReadStatistics();
        lock (_ringLock)
        {
            _ring?.Dispose();
            _ring = null;
        }

        var table = _table;
        _table = null;
        table?.Dispose();
    }

    private void Fail(string message)
    {
        _error = message;
        _isOver = true;
        LogFailed(_logger, Capture.UUID, _nodeName, message);
    }

    [LoggerMessage(1101, LogLevel.Warning, "Capture {Id} at {Node} takes no packets: {Reason}")]
    private static partial void LogFailed(ILogger logger, string id, string node, string reason);

    [LoggerMessage(1102, LogLevel.Error, "Capture {Id} at {Node} broke")]
    private static partial void LogBroke(ILogger logger, string id, string node, Exception exception);
}
