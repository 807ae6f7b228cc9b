using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Captures.Sources;
using Skydive.Agent.Captures.Targets;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Flows.Table;
using Skydive.Linux;
using Skydive.Linux.Bpf;

namespace Skydive.Agent.Captures;

/// <summary>One capture at one node: its sources, each with a flow table and a thread. Nothing in it is shared with another capture.</summary>
internal sealed partial class NodeCapture : IFlowSink, IAsyncDisposable
{
    private const int MaximumRetries = 4;
    private const string InterfaceDown = "interface is down: packets are taken as soon as it is up";
    private const string NoAddress = "interface has no address: it is listened there as soon as it has one";

    private readonly CaptureRequest _request;
    private readonly CaptureSourceKind _kind;
    private readonly IFlowOutput _flows;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CaptureWorker[] _workers;
    private readonly Action<int, int> _onFlowsDropped;
    private volatile string? _error;
    private volatile bool _isUp;
    private volatile bool _isOver;
    private long _flowsDropped;
    private long _rawPacketsDropped;
    private int _isDisposed;

    /// <summary>Starts a capture; what goes wrong is its <see cref="Problem"/>.</summary>
    /// <param name="request">What is to be captured where.</param>
    /// <param name="kind">How its sources are made.</param>
    /// <param name="flows">Where flows go.</param>
    /// <param name="logger">Told of what goes wrong.</param>
    /// <param name="retries">How often it was tried before.</param>
    public NodeCapture(CaptureRequest request, CaptureSourceKind kind, IFlowOutput flows, ILogger logger, int retries = 0)
    {
        _request = request;
        _kind = kind;
        _flows = flows;
        _logger = logger;
        _onFlowsDropped = (flowCount, packetCount) =>
        {
            Interlocked.Add(ref _flowsDropped, flowCount);
            Interlocked.Add(ref _rawPacketsDropped, packetCount);
        };
        _isUp = IsUp(request.Node);
        Retries = retries;
        if ((kind.Need == LinkNeed.Up && !_isUp) || (kind.Need == LinkNeed.Address && request.Address is null))
        {
            _isOver = true;
            _workers = [];
        }
        else
        {
            _workers = Open();
        }
    }

    /// <summary>The order.</summary>
    public Capture Capture => _request.Capture;

    /// <summary>The node's topology identifier, which its flows carry.</summary>
    public string NodeTID => _request.Node.TID!;

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    public string Problem => _error
        ?? (_kind.Need == LinkNeed.Address ? _request.Address is null ? NoAddress : string.Empty
        : _kind.Need == LinkNeed.None || _isUp ? string.Empty
        : InterfaceDown);

    /// <summary>How often it was tried to start it again.</summary>
    public int Retries { get; }

    /// <summary>When to try again what could not be started, by the clock of <see cref="TimeProvider.GetTimestamp"/>; null for not.</summary>
    public long? RetryAt { get; private set; }

    /// <summary>Takes note of a change of the node. Called by one thread at a time.</summary>
    /// <returns>
    /// Whether the capture has to be made anew: the node has another TID, has another address where one is listened at, or the capture had failed and the
    /// interface is up now.
    /// </returns>
    public bool NeedsRestart(Node node)
    {
        bool wasUp = _isUp;
        _isUp = IsUp(node);
        bool hasMoved = _kind.Need == LinkNeed.Address && !Equals(ListenAddress.Choose(node, _request.Address), _request.Address);
        return node.TID is { } tid && (tid != NodeTID || hasMoved || (_isOver && _isUp && !wasUp));
    }

    /// <summary>Finds flows in the tables, each of which answers the search for itself. Safe to call from any thread.</summary>
    public IEnumerable<IReadOnlyList<Flow>> Search(FlowSearch search) => _workers.Select(worker => worker.Intake.Search(search));

    /// <summary>Gives packets that are kept of some flows. Safe to call from any thread.</summary>
    public IEnumerable<FlowRawPackets> SearchRawPackets(RawPacketSearch search) =>
        Capture.RawPacketLimit == 0 ? [] : _workers.SelectMany(worker => worker.Intake.SearchRawPackets(search));

    /// <summary>What became of packets and flows so far. Safe to call from any thread.</summary>
    public CaptureStatistics GetStatistics()
    {
        var sum = new CaptureStatistics { FlowsDropped = Interlocked.Read(ref _flowsDropped), RawPacketsDropped = Interlocked.Read(ref _rawPacketsDropped) };
        foreach (var worker in _workers)
        {
            var table = worker.Intake.GetStats();
            sum += worker.Source.GetStatistics() + worker.Intake.GetTargetStatistics() + new CaptureStatistics
            {
                PacketsInvalid = table.PacketsInvalid,
                FlowCount = table.FlowCount,
                FlowsEvicted = table.FlowDropped,
                RawPacketsDropped = table.RawPacketsDropped,
                DatagramsDropped = table.DatagramsDropped,
                SegmentsDropped = table.SegmentsDropped,
            };
        }

        return sum;
    }

    /// <summary>What the node shows under <c>SFlow</c>; null when there is nothing. Safe to call from any thread.</summary>
    public MetadataMap? GetSFlow() => _workers.Length == 0 ? null : _workers[0].Source.GetSFlow();

    /// <summary>The capture as it stands in the <c>Captures</c> list of its node. Safe to call from any thread.</summary>
    public MetadataMap ToMetadata()
    {
        string? error = Problem is { Length: > 0 } problem ? problem : null;
        var metadata = new MetadataBuilder()
            .Set("ID", Capture.UUID)
            .Set("State", error is null ? CaptureStates.Active : CaptureStates.Error)
            .Set("Type", _request.Type.Name)
            .SetIfNotNull("Name", Capture.Name)
            .SetIfNotNull("Description", Capture.Description)
            .SetIfNotNull("BPFFilter", Capture.BPFFilter)
            .SetIfNotNull("Target", Capture.Target)
            .SetIfNotNull("TargetType", Capture.TargetType)
            .SetIfNotNull("Error", error);
        if (_workers.Length > 0)
        {
            _workers[0].Source.Describe(metadata);
            GetStatistics().WriteTo(metadata);
        }

        return metadata.Build();
    }

    /// <inheritdoc/>
    public void OnFlows(FlowBatch flows)
    {
        if (!_flows.TryAccept(flows, _onFlowsDropped))
        {
            _onFlowsDropped(flows.Count, flows.RawPackets.Sum(static flow => flow.Packets.Count));
        }
    }

    /// <summary>Ends the capture; its flows are sent before this returns.</summary>
    public async ValueTask DisposeAsync()
    {
        bool isFirst = Interlocked.Exchange(ref _isDisposed, 1) == 0;
        if (isFirst)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_workers.Select(static worker => worker.Completion)).ConfigureAwait(false);
        if (isFirst)
        {
            _stop.Dispose();
        }
    }

    private static bool IsUp(Node node) => node.Metadata["LinkFlags"].Elements.Contains("UP");

    private CaptureWorker[] Open()
    {
        IReadOnlyList<ICaptureSource> sources = [];
        var targets = new List<CaptureTargets?>();
        try
        {
            sources = _kind.Open(_request);
            foreach (var source in sources)
            {
                targets.Add(CaptureTargets.Open(_request, source.LinkType, targets.Count, this));
            }
        }
        catch (Exception e) when (e is LinuxException or SocketException or IOException)
        {
            Close();
            Fail(e.Message);
            if (Retries < MaximumRetries)
            {
                RetryAt = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency << Retries);
            }

            return [];
        }
        catch (Exception e) when (e is BpfSyntaxException or NotSupportedException)
        {
            Close();
            Fail(e.Message);
            return [];
        }

        CaptureWorker[] workers = [.. sources.Select((source, i) => new CaptureWorker(
            source, new(MakeTableOptions(source, sources.Count), this, targets[i]), i == 0 ? $"capture {_request.Node.Name}" : $"capture {_request.Node.Name} {i}", OnEnd, _stop.Token))];
        foreach (var worker in workers)
        {
            worker.Start();
        }

        return workers;

        void Close()
        {
            targets.ForEach(static target => target?.Dispose());
            foreach (var source in sources)
            {
                source.Dispose();
            }
        }
    }

    private FlowTableOptions MakeTableOptions(ICaptureSource source, int count) => new()
    {
        NodeTid = NodeTID,
        CaptureId = Capture.UUID,
        LinkType = source.LinkType,
        LayerKeyMode = Capture.LayerKeyMode,
        MaxEntries = Math.Max(1, _request.Options.FlowMaxEntries / count),
        UpdateInterval = _request.Options.FlowUpdate,
        ExpireAfter = _request.Options.FlowExpire,
        ApplicationTimeouts = _request.Options.ApplicationTimeouts,
        TcpApplications = _request.Options.TcpApplications,
        UdpApplications = _request.Options.UdpApplications,
        ExtraTcpMetric = Capture.ExtraTCPMetric,
        ReassembleTcp = Capture.ReassembleTCP,
        Defragment = Capture.IPDefrag,
        ExtraLayers = (ExtraLayers)Capture.ExtraLayers,
        RawPacketLimit = Capture.RawPacketLimit < 0 ? int.MaxValue : Capture.RawPacketLimit,
        HeaderSize = _request.HeaderSize,
        MplsUdpPort = _request.Node.Metadata["MPLSUDPPort"].TryGetInteger(out long port) && port is > 0 and <= ushort.MaxValue ? (int)port : 0,
    };

    private void OnEnd(Exception? fault)
    {
        Fail(fault?.Message ?? "interface is gone");
        if (fault is not null and not LinuxException)
        {
            LogBroke(_logger, Capture.UUID, _request.Node.Name, fault);
        }

        // One of several that is left alone would count a part of the packets as if it were all.
        _stop.Cancel();
    }

    private void Fail(string message)
    {
        _error = message;
        _isOver = true;
        LogFailed(_logger, Capture.UUID, _request.Node.Name, message);
    }

    [LoggerMessage(1101, LogLevel.Warning, "Capture {Id} at {Node} takes no packets: {Reason}")]
    private static partial void LogFailed(ILogger logger, string id, string node, string reason);

    [LoggerMessage(1102, LogLevel.Error, "Capture {Id} at {Node} broke")]
    private static partial void LogBroke(ILogger logger, string id, string node, Exception exception);
}
