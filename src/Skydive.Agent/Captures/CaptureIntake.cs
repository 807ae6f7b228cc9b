using System.Runtime.CompilerServices;
using Skydive.Agent.Captures.Targets;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;

namespace Skydive.Agent.Captures;

/// <summary>
/// What a source hands its traffic to: a flow table of its own, and what sends packets to a target. Belongs to the thread of the capture, but for searches and counters.
/// </summary>
internal sealed class CaptureIntake : IDisposable
{
    private readonly FlowTableOptions _options;
    private readonly IFlowSink _sink;
    private readonly CaptureTargets? _targets;
    private readonly bool _sendsPackets;
    private readonly Lock _replacing = new();
    private FlowTable _table;
    private FlowStats _earlier;

    /// <summary>Makes an empty table.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="sink">Where flows go.</param>
    /// <param name="targets">Where flows go instead, and packets; null for nowhere. Closed with this.</param>
    public CaptureIntake(FlowTableOptions options, IFlowSink sink, CaptureTargets? targets = null)
    {
        _options = options;
        _sink = targets ?? sink;
        _targets = targets;
        _sendsPackets = targets?.NeedsPackets == true;
        _table = new(options, _sink);
        _earlier = new() { CaptureID = options.CaptureId };
    }

    /// <summary>What packets begin with; may be changed between two packets.</summary>
    public LinkType LinkType
    {
        get => _table.LinkType;
        set
        {
            if (_table.LinkType != value)
            {
                _table.LinkType = value;
            }
        }
    }

    /// <summary>When <see cref="Tick"/> has something to do, by the clock of the packets.</summary>
    public long NextTickNanoseconds => _targets is null ? _table.NextTickNanoseconds : Math.Min(_table.NextTickNanoseconds, _targets.NextTickNanoseconds);

    /// <summary>What became of what was sent to the target. Safe to call from any thread.</summary>
    public CaptureStatistics GetTargetStatistics() => _targets?.GetStatistics() ?? new();

    private FlowTable Table
    {
        get
        {
            lock (_replacing)
            {
                return _table;
            }
        }
    }

    /// <summary>What became of the packets. Safe to call from any thread.</summary>
    public FlowStats GetStats()
    {
        lock (_replacing)
        {
            var now = _table.GetStats();
            return now with
            {
                FlowDropped = now.FlowDropped + _earlier.FlowDropped,
                PacketsReceived = now.PacketsReceived + _earlier.PacketsReceived,
                PacketsInvalid = now.PacketsInvalid + _earlier.PacketsInvalid,
                RawPacketsDropped = now.RawPacketsDropped + _earlier.RawPacketsDropped,
                DatagramsDropped = now.DatagramsDropped + _earlier.DatagramsDropped,
                SegmentsDropped = now.SegmentsDropped + _earlier.SegmentsDropped,
            };
        }
    }

    /// <summary>Counts a packet.</summary>
    /// <param name="frame">The captured bytes; not kept.</param>
    /// <param name="originalLength">How many bytes it had on the wire, without <paramref name="tag"/>.</param>
    /// <param name="timestampNanoseconds">When it was captured.</param>
    /// <param name="tag">The VLAN tag that the kernel has cut off, if it has.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(ReadOnlySpan<byte> frame, int originalLength, long timestampNanoseconds, VlanTag tag = default)
    {
        if (_sendsPackets)
        {
            Send(frame, originalLength, tag);
            if (!_targets!.NeedsFlows)
            {
                return;
            }
        }

        _table.Process(frame, originalLength, timestampNanoseconds, tag);
    }

    /// <summary>Counts a packet that was sampled; see <see cref="FlowTable.ProcessSample"/>.</summary>
    public void TakeSample(ReadOnlySpan<byte> frame, int originalLength, long timestampNanoseconds, uint samplingRate)
    {
        if (_sendsPackets)
        {
            Send(frame, originalLength, default);
        }

        _table.ProcessSample(frame, originalLength, timestampNanoseconds, samplingRate);
    }

    /// <summary>Counts what another counted of a flow; see <see cref="FlowTable.Observe"/>.</summary>
    public void Observe(ReadOnlySpan<byte> headers, LinkType linkType, in FlowObservation observation) => _table.Observe(headers, linkType, in observation);

    /// <summary>Counts what waits in the table's batch.</summary>
    public void Flush()
    {
        _table.Flush();
        _targets?.Flush();
    }

    /// <summary>Tells the time, by the clock of the packets.</summary>
    public void Tick(long nowNanoseconds)
    {
        _table.Tick(nowNanoseconds);
        _targets?.Tick(nowNanoseconds);
    }

    /// <summary>Sends all flows and forgets them.</summary>
    public void Finish(long nowNanoseconds)
    {
        _table.Finish(nowNanoseconds);
        _targets?.Flush();
    }

    /// <summary>Begins anew for packets of another time.</summary>
    /// <param name="nowNanoseconds">The time now, by the clock of the packets so far.</param>
    public void Restart(long nowNanoseconds)
    {
        var old = _table;
        old.Finish(nowNanoseconds);
        var table = new FlowTable(_options with { LinkType = old.LinkType }, _sink);
        lock (_replacing)
        {
            _earlier = GetStats();
            _table = table;
        }

        old.Dispose();
    }

    /// <summary>Finds flows, unless they are for a target only. Safe to call from any thread.</summary>
    public IReadOnlyList<Flow> Search(FlowSearch search) => _targets is { IsLocalToo: false } ? [] : Table.Search(search);

    /// <summary>Gives packets that are kept of some flows. Safe to call from any thread.</summary>
    public IReadOnlyList<FlowRawPackets> SearchRawPackets(RawPacketSearch search) => Table.SearchRawPackets(search);

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        _targets?.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Send(ReadOnlySpan<byte> frame, int originalLength, VlanTag tag) => _targets!.OnPacket(frame, _table.LinkType, originalLength, tag);
}
