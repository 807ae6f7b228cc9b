using Skydive.Contracts.Captures;
using Skydive.Contracts.Metadata;
using Skydive.Linux.Bpf;
using Skydive.Packets.Collectors;
using DeviceLinkType = Skydive.Linux.Bpf.LinkType;
using LinkType = Skydive.Packets.LinkType;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// A collector of sFlow version 5 (<c>sflow</c>): sampled packets count in the node's flows, each for as many as it stands for, at the time they
/// come; counters of interfaces are shown at the node.
/// </summary>
internal sealed class SFlowSource : ICaptureSource
{
    private const int DefaultPort = 6343;

    /// <summary>After so many datagrams it is looked whether the capture is to end.</summary>
    private const int MaximumDatagrams = 1024;

    private readonly CollectorSocket _socket;
    private readonly string _expression;
    private readonly SFlowAgents _agents = new();
    private readonly SFlowMetrics _metrics = new();
    private readonly Dictionary<LinkType, BpfProgram> _filters = [];
    private long _datagrams;
    private long _malformed;
    private long _samples;
    private long _invalidSamples;

    private SFlowSource(CollectorSocket socket, string expression)
    {
        _socket = socket;
        _expression = expression;
    }

    /// <inheritdoc/>
    public LinkType LinkType => LinkType.Ethernet;

    /// <summary>Begins to listen.</summary>
    public static IReadOnlyList<ICaptureSource> Open(CaptureRequest request)
    {
        // A filter that is not valid is told now, and not when the first sample comes.
        string expression = request.Capture.BPFFilter ?? string.Empty;
        if (expression.Length > 0)
        {
            BpfCompiler.Compile(expression);
        }

        return [new SFlowSource(CollectorSocket.Open(request, DefaultPort), expression)];
    }

    /// <inheritdoc/>
    public bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop)
    {
        for (int i = 0; i < MaximumDatagrams && _socket.TryReceive(i == 0 ? timeout : TimeSpan.Zero, stop, out var datagram, out _); i++)
        {
            Take(intake, datagram);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Drain(CaptureIntake intake) => Read(intake, TimeSpan.Zero, CancellationToken.None);

    /// <inheritdoc/>
    public CaptureStatistics GetStatistics() => new()
    {
        PacketsReceived = Volatile.Read(ref _samples) + _agents.SamplesDropped,
        PacketsDropped = _agents.SamplesDropped,
        PacketsInvalid = Volatile.Read(ref _invalidSamples),
        DatagramsReceived = Volatile.Read(ref _datagrams),
        DatagramsInvalid = Volatile.Read(ref _malformed),
        DatagramsLost = _agents.DatagramsLost + _socket.Drops,
    };

    /// <inheritdoc/>
    public MetadataMap? GetSFlow() => _metrics.ToMetadata();

    /// <inheritdoc/>
    public void Describe(MetadataBuilder entry) => entry.Set("SFlowSocket", _socket.LocalEndPoint.ToString());

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Take(CaptureIntake intake, ReadOnlySpan<byte> datagram)
    {
        _datagrams++;
        if (!SFlowReader.TryOpen(datagram, out var reader))
        {
            _malformed++;
            return;
        }

        long now = CaptureClock.NowNanoseconds;
        var agent = _agents.Find(reader.Agent, reader.SubAgent);
        _agents.CountDatagram(agent, reader.Sequence);
        while (reader.TryReadSample(out var sample))
        {
            switch (sample.Kind)
            {
                case SFlowSampleKind.Flow:
                    _agents.CountDrops(agent, sample);
                    TakePacket(intake, sample, now);
                    break;
                case SFlowSampleKind.Counters:
                    TakeCounters(agent, sample, now);
                    break;
            }
        }

        if (reader.IsMalformed)
        {
            _malformed++;
        }
    }

    private void TakePacket(CaptureIntake intake, SFlowSample sample, long now)
    {
        foreach (var record in sample)
        {
            if (!record.TryReadPacket(out var header, out var linkType, out int originalLength))
            {
                continue;
            }

            _samples++;
            if (Matches(linkType, header, originalLength))
            {
                intake.LinkType = linkType;
                intake.TakeSample(header, originalLength, now, sample.SamplingRate);
            }

            return;
        }

        _samples++;
        _invalidSamples++;
    }

    private bool Matches(LinkType linkType, ReadOnlySpan<byte> header, int originalLength)
    {
        if (_expression.Length == 0)
        {
            return true;
        }

        if (!_filters.TryGetValue(linkType, out var filter))
        {
            _filters[linkType] = filter = BpfCompiler.Compile(_expression, linkType == LinkType.Ethernet ? DeviceLinkType.Ethernet : DeviceLinkType.RawIp);
        }

        return filter.Matches(header, originalLength);
    }

    private void TakeCounters(SFlowAgent agent, SFlowSample sample, long now)
    {
        var counters = new SFlowCounters();
        bool hasCounters = false;
        foreach (var record in sample)
        {
            hasCounters |= counters.TryRead(record);
        }

        if (hasCounters)
        {
            _metrics.Take(new(agent.Agent, agent.SubAgent, sample.SourceClass, sample.SourceIndex), sample.Sequence, counters, now / 1_000_000);
        }
    }
}
