using Skydive.Agent.Captures.Sources;
using Skydive.Contracts.Captures;
using Skydive.Flows.Table;
using Skydive.Packets;

namespace Skydive.Agent.Captures.Targets;

/// <summary>
/// Where one thread of a capture sends what it sees: flows as the table sends them, packets as they come. Belongs to the thread, but for the
/// counters.
/// </summary>
internal sealed class CaptureTargets : IFlowSink, IDisposable
{
    private readonly List<FlowExporter> _flowExporters = [];
    private readonly List<IPacketExporter> _packetExporters = [];
    private readonly IFlowSink _local;

    private CaptureTargets(IFlowSink local, bool isLocalToo)
    {
        _local = local;
        IsLocalToo = isLocalToo;
    }

    /// <summary>Whether flows go to the analyzer as well.</summary>
    public bool IsLocalToo { get; }

    /// <summary>Whether there is a use for a flow table.</summary>
    public bool NeedsFlows => IsLocalToo || _flowExporters.Count > 0;

    /// <summary>Whether packets are sent.</summary>
    public bool NeedsPackets => _packetExporters.Count > 0;

    /// <summary>When <see cref="Tick"/> has something to do, by the clock of <see cref="CaptureClock"/>.</summary>
    public long NextTickNanoseconds
    {
        get
        {
            long next = long.MaxValue;
            foreach (var exporter in _packetExporters)
            {
                next = Math.Min(next, exporter.NextTickNanoseconds);
            }

            return next;
        }
    }

    /// <summary>Opens what a capture asks for.</summary>
    /// <param name="request">The capture.</param>
    /// <param name="linkType">What packets begin with.</param>
    /// <param name="worker">Which of the capture's threads it is for.</param>
    /// <param name="local">Takes flows that go to the analyzer.</param>
    /// <returns>Null when the capture has no target.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">There is no way to the target now, or a right is missing.</exception>
    /// <exception cref="NotSupportedException">The packets are none that the target's protocol has a place for.</exception>
    public static CaptureTargets? Open(CaptureRequest request, LinkType linkType, int worker, IFlowSink local)
    {
        if (request.Target is not { } target)
        {
            return null;
        }

        var targets = new CaptureTargets(local, target.IsLocalToo);
        try
        {
            var each = new TargetRequest(
                target.EndPoint,
                request.TargetNamespace,
                Identify(request, worker),
                request.Location,
                Math.Max(1, request.Capture.SamplingRate),

                // The interface has its counters once, however many threads capture there.
                worker == 0 ? TimeSpan.FromSeconds(request.Capture.PollingInterval) : TimeSpan.Zero);
            foreach (string type in target.Types)
            {
                targets.Add(type, each, linkType);
            }

            return targets;
        }
        catch
        {
            targets.Dispose();
            throw;
        }
    }

    /// <summary>What became of what was sent. Safe to call from any thread.</summary>
    public CaptureStatistics GetStatistics() => new()
    {
        DatagramsSent = _flowExporters.Sum(static exporter => exporter.Sent) + _packetExporters.Sum(static exporter => exporter.Sent),
        FlowsDropped = _flowExporters.Sum(static exporter => exporter.Dropped) + _packetExporters.Sum(static exporter => exporter.Dropped),
    };

    /// <inheritdoc/>
    public void OnFlows(FlowBatch flows)
    {
        foreach (var exporter in _flowExporters)
        {
            exporter.Export(flows);
        }

        if (IsLocalToo)
        {
            _local.OnFlows(flows);
        }
    }

    /// <summary>Takes a packet; see <see cref="IPacketExporter.Take"/>.</summary>
    public void OnPacket(ReadOnlySpan<byte> frame, LinkType linkType, int originalLength, VlanTag tag)
    {
        foreach (var exporter in _packetExporters)
        {
            exporter.Take(frame, linkType, originalLength, tag);
        }
    }

    /// <summary>Sends what waits for more.</summary>
    public void Flush()
    {
        foreach (var exporter in _packetExporters)
        {
            exporter.Flush();
        }
    }

    /// <summary>Does what is to be done from time to time.</summary>
    public void Tick(long nowNanoseconds)
    {
        foreach (var exporter in _packetExporters)
        {
            exporter.Tick(nowNanoseconds);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flowExporters.ForEach(static exporter => exporter.Dispose());
        _packetExporters.ForEach(static exporter => exporter.Dispose());
    }

    private void Add(string type, TargetRequest request, LinkType linkType)
    {
        switch (type)
        {
            case TargetTypes.NetFlowV5:
                _flowExporters.Add(FlowExporter.OpenNetFlowV5(request));
                break;
            case TargetTypes.Ipfix:
                _flowExporters.Add(FlowExporter.OpenIpfix(request));
                break;
            case TargetTypes.Erspan:
                _packetExporters.Add(linkType == LinkType.Ethernet
                    ? ErspanExporter.Open(request)
                    : throw new NotSupportedException($"the interface has no Ethernet frames, which target {TargetTypes.Erspan} is for"));
                break;
            case TargetTypes.SFlow:
                _packetExporters.Add(SFlowExporter.Open(request));
                break;
        }
    }

    /// <summary>The same after a restart, another one for each thread of each capture at each node.</summary>
    private static uint Identify(CaptureRequest request, int worker)
    {
        // FNV-1a: nothing that must be hard to guess.
        uint hash = 2166136261;
        foreach (char c in $"{request.Capture.UUID}/{request.Node.TID}/{worker}")
        {
            hash = (hash ^ c) * 16777619;
        }

        return hash;
    }
}
