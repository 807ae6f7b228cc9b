using System.Diagnostics;
using Skydive.Contracts.Captures;
using Skydive.Flows.Table;
using Skydive.Linux.Ebpf;
using Skydive.Packets;
using DeviceLinkType = Skydive.Linux.Bpf.LinkType;

namespace Skydive.Agent.Captures.Sources;

/// <summary>Flows counted in the kernel (<c>ebpf</c>), fetched from there once a second at a limited rate.</summary>
internal sealed class EbpfSource : ICaptureSource
{
    private const int BatchSize = 2048;

    /// <summary>The kernel takes memory for each as they come, and looks through room for all of them at each reading.</summary>
    private const int MaximumEntries = 128 << 10;
    private const byte AckFlag = 0x10;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly FlowCounter _counter;
    private readonly bool _isEthernet;
    private readonly int _rate;
    private readonly TimeSpan _interval;
    private readonly IReadOnlyList<ExcludedEndpoint> _exclusions;
    private readonly FlowCounterKey[] _keys = new FlowCounterKey[BatchSize];
    private readonly FlowCounterValue[] _values = new FlowCounterValue[BatchSize];
    private readonly long[] _order = new long[BatchSize];
    private readonly int[] _places = new int[BatchSize];
    private readonly Lock _statisticsLock = new();
    private FlowCounterTotals _totals;
    private long _packetsFetched;
    private long _nextPoll = Stopwatch.GetTimestamp();
    private bool _isInside;

    private EbpfSource(FlowCounter counter, bool isEthernet, CaptureRequest request)
    {
        _counter = counter;
        _isEthernet = isEthernet;
        _rate = request.Options.EbpfPollingRate;
        _interval = request.Options.FlowUpdate < s_interval ? request.Options.FlowUpdate : s_interval;
        _exclusions = TrafficExclusions.Resolve(request.Capture, request.Options.Analyzers);
    }

    /// <inheritdoc/>
    public LinkType LinkType => _isEthernet ? LinkType.Ethernet : LinkType.Raw;

    /// <summary>Has the kernel count.</summary>
    public static IReadOnlyList<ICaptureSource> Open(CaptureRequest request)
    {
        var location = request.RequireLocation();
        bool isEthernet = request.RequireLinkType() == DeviceLinkType.Ethernet;
        var counter = FlowCounter.Open(new FlowCounterOptions
        {
            Namespace = location.Namespace,
            InterfaceIndex = location.Index,
            IsEthernet = isEthernet,
            MaximumEntries = Math.Min(request.Options.FlowMaxEntries, MaximumEntries),
            Promiscuous = true,
        });
        return [new EbpfSource(counter, isEthernet, request)];
    }

    /// <inheritdoc/>
    public bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop)
    {
        // What was counted until a table sends its flows belongs to them.
        var left = TimeSpan.FromTicks(Math.Max(0, (_nextPoll - Stopwatch.GetTimestamp()) * TimeSpan.TicksPerSecond / Stopwatch.Frequency));
        if (left > TimeSpan.Zero && timeout > TimeSpan.Zero && stop.WaitHandle.WaitOne(left < timeout ? left : timeout))
        {
            return true;
        }

        if (!_counter.IsAttached)
        {
            return false;
        }

        Poll(intake);
        return true;
    }

    /// <inheritdoc/>
    public void Drain(CaptureIntake intake)
    {
        while (Fetch(intake, out _))
        {
        }
    }

    /// <inheritdoc/>
    public CaptureStatistics GetStatistics()
    {
        lock (_statisticsLock)
        {
            try
            {
                _totals = _counter.GetTotals();
            }
            catch (Exception e) when (e is Skydive.Linux.LinuxException or ObjectDisposedException)
            {
                // The last counters are the best there are.
            }

            return new() { PacketsReceived = _totals.Packets, PacketsDropped = _totals.Refused };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GetStatistics();
        _counter.Dispose();
    }

    private void Poll(CaptureIntake intake)
    {
        // An idle interface costs one look at a counter.
        long packets = _counter.GetTotals().Packets;
        if (!_isInside && packets == _packetsFetched)
        {
            _nextPoll = After(_interval);
            return;
        }

        _packetsFetched = packets;
        _isInside = Fetch(intake, out int count);
        _nextPoll = After(_isInside ? TimeSpan.FromSeconds((double)count / _rate) : _interval);
    }

    private static long After(TimeSpan time) => Stopwatch.GetTimestamp() + (time.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond);

    /// <summary>Fetches some flows.</summary>
    /// <returns>Whether there are more.</returns>
    private bool Fetch(CaptureIntake intake, out int count)
    {
        bool isMore = _counter.Take(_keys, _values, out count);
        for (int i = 0; i < count; i++)
        {
            _order[i] = _values[i].First;
            _places[i] = i;
        }

        // Who began a conversation comes before who answered.
        _order.AsSpan(0, count).Sort(_places.AsSpan(0, count));
        long toUtc = CaptureClock.NowNanoseconds - (Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));
        Span<byte> room = stackalloc byte[FlowHeaders.MaximumLength];
        foreach (int place in _places.AsSpan(0, count))
        {
            ref readonly var value = ref _values[place];
            if (IsExcluded(in _keys[place]))
            {
                continue;
            }

            intake.Observe(FlowHeaders.Write(in _keys[place], _isEthernet, room), LinkType, new FlowObservation
            {
                Packets = value.Packets,
                Bytes = value.Bytes,
                FirstNanoseconds = value.First + toUtc,
                LastNanoseconds = value.Last + toUtc,
                SynNanoseconds = ToUtc(value.Syn, toUtc),
                IsSynAck = (value.TcpFlags & AckFlag) != 0,
                FinNanoseconds = ToUtc(value.Fin, toUtc),
                RstNanoseconds = ToUtc(value.Rst, toUtc),
                TimeToLive = value.TimeToLive,
                IcmpSequence = value.IcmpSequence,
                HasEchoTimes = true,
            });
        }

        return isMore;
    }

    private static long ToUtc(long time, long toUtc) => time == 0 ? 0 : time + toUtc;

    private unsafe bool IsExcluded(in FlowCounterKey key)
    {
        if (_exclusions.Count == 0)
        {
            return false;
        }

        fixed (FlowCounterKey* pinned = &key)
        {
            var source = new ReadOnlySpan<byte>(pinned->SourceAddress, 16);
            var destination = new ReadOnlySpan<byte>(pinned->DestinationAddress, 16);
            var endpoints = new ReadOnlySpan<byte>(pinned->Endpoints, 4);
            foreach (var exclusion in _exclusions)
            {
                if (exclusion.Matches(key.Protocol, source, endpoints[..2]) || exclusion.Matches(key.Protocol, destination, endpoints[2..]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
