using Skydive.Contracts.Captures;
using Skydive.Contracts.Metadata;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// A collector of NetFlow version 5 and 9 and IPFIX (<c>netflow</c>): what records say counts in the node's flows, multiplied by the exporter's sampling
/// rate, at the time they say.
/// </summary>
internal sealed class NetFlowSource : ICaptureSource, INetFlowHandler
{
    private const int DefaultPort = 2055;

    /// <summary>After so many datagrams it is looked whether the capture is to end.</summary>
    private const int MaximumDatagrams = 256;

    /// <summary>So many records are put in order before they count.</summary>
    private const int MaximumRecords = 1024;

    private readonly CollectorSocket _socket;
    private readonly NetFlowDecoder _decoder;
    private readonly NetFlowRecord[] _records = new NetFlowRecord[MaximumRecords];
    private readonly RecordPlace[] _order = new RecordPlace[MaximumRecords];
    private readonly Lock _statisticsLock = new();
    private NetFlowStatistics _statistics;
    private int _count;
    private long _withoutAddresses;
    private CaptureIntake? _intake;

    private NetFlowSource(CollectorSocket socket)
    {
        _socket = socket;
        _decoder = new(this);
    }

    /// <inheritdoc/>
    public LinkType LinkType => LinkType.Ethernet;

    /// <summary>Begins to listen.</summary>
    public static IReadOnlyList<ICaptureSource> Open(CaptureRequest request) => [new NetFlowSource(CollectorSocket.Open(request, DefaultPort))];

    /// <inheritdoc/>
    public bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop)
    {
        _intake = intake;
        for (int i = 0; i < MaximumDatagrams && _socket.TryReceive(i == 0 ? timeout : TimeSpan.Zero, stop, out var datagram, out var sender); i++)
        {
            _decoder.Decode(datagram, sender);
        }

        Count(intake);
        lock (_statisticsLock)
        {
            _statistics = _decoder.Statistics;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Drain(CaptureIntake intake) => Read(intake, TimeSpan.Zero, CancellationToken.None);

    /// <inheritdoc/>
    public CaptureStatistics GetStatistics()
    {
        lock (_statisticsLock)
        {
            return new()
            {
                PacketsReceived = _statistics.Records + _statistics.Lost,
                PacketsDropped = _statistics.Lost,
                PacketsInvalid = Volatile.Read(ref _withoutAddresses),
                DatagramsReceived = _statistics.Datagrams,
                DatagramsInvalid = _statistics.Malformed,
                DatagramsLost = _socket.Drops,
                SetsWithoutTemplate = _statistics.SetsWithoutTemplate,
            };
        }
    }

    /// <inheritdoc/>
    public void Describe(MetadataBuilder entry) => entry.Set("NetFlowSocket", _socket.LocalEndPoint.ToString());

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <inheritdoc/>
    public void OnRecord(in NetFlowRecord record)
    {
        if (_count == MaximumRecords)
        {
            Count(_intake!);
        }

        _order[_count] = new(record.StartNanoseconds, IsAnswer(in record), _count);
        _records[_count++] = record;
    }

    /// <summary>
    /// Whether a record looks like the direction of who was asked: exporters that watch both directions give both the same times, and which of them comes
    /// first says nothing.
    /// </summary>
    private static bool IsAnswer(in NetFlowRecord record) => record.Protocol switch
    {
        IpProtocol.Icmp => record.IcmpType == (byte)IcmpV4Type.EchoReply,
        IpProtocol.IcmpV6 => record.IcmpType == (byte)IcmpV6Type.EchoReply,
        _ => record.SourcePort < record.DestinationPort,
    };

    private void Count(CaptureIntake intake)
    {
        // Who began a conversation comes before who answered.
        var order = _order.AsSpan(0, _count);
        order.Sort();
        long now = CaptureClock.NowNanoseconds;
        foreach (var place in order)
        {
            Count(intake, in _records[place.Index], now);
        }

        _count = 0;
    }

    private void Count(CaptureIntake intake, in NetFlowRecord record, long now)
    {
        Span<byte> room = stackalloc byte[FlowHeaders.MaximumLength];
        var headers = FlowHeaders.Write(in record, room, out var linkType);
        if (headers.IsEmpty)
        {
            Volatile.Write(ref _withoutAddresses, _withoutAddresses + 1);
            return;
        }

        // An exporter whose clock is fast must not have flows that never end.
        long last = Math.Clamp(record.LastNanoseconds, 0, now);
        long first = record.StartNanoseconds is 0 ? last : Math.Clamp(record.StartNanoseconds, 0, last);
        bool isJoined = record.ReversePackets > 0;
        intake.LinkType = linkType;
        intake.Observe(headers, linkType, new FlowObservation
        {
            Packets = Scale(record.Packets, record.SamplingRate),
            Bytes = Scale(record.Bytes, record.SamplingRate),
            ReversePackets = Scale(record.ReversePackets, record.SamplingRate),
            ReverseBytes = Scale(record.ReverseBytes, record.SamplingRate),
            FirstNanoseconds = first,
            LastNanoseconds = last,
            FinNanoseconds = (record.TcpFlags & TcpFlags.Fin) != 0 ? last : 0,
            RstNanoseconds = (record.TcpFlags & TcpFlags.Rst) != 0 ? last : 0,
        });
        if (isJoined && (record.TcpFlags & TcpFlags.Fin) != 0)
        {
            // Of both directions in one record the flags are joined too: it is sent when the connection has ended.
            var answer = record;
            (answer.SourceHigh, answer.DestinationHigh) = (record.DestinationHigh, record.SourceHigh);
            (answer.SourceLow, answer.DestinationLow) = (record.DestinationLow, record.SourceLow);
            (answer.SourceMac, answer.DestinationMac) = (record.DestinationMac, record.SourceMac);
            (answer.SourcePort, answer.DestinationPort) = (record.DestinationPort, record.SourcePort);
            intake.Observe(FlowHeaders.Write(in answer, room, out linkType), linkType, new FlowObservation
            {
                Packets = 0, Bytes = 0, FirstNanoseconds = first, LastNanoseconds = last, FinNanoseconds = last,
            });
        }
    }

    // Whatever an exporter claims, sums of many such must not overflow.
    private static long Scale(long count, uint rate) => (long)UInt128.Min((UInt128)(ulong)Math.Max(0, count) * rate, 1UL << 50);

    /// <summary>In which order records count.</summary>
    private readonly record struct RecordPlace(long StartNanoseconds, bool IsAnswer, int Index) : IComparable<RecordPlace>
    {
        public int CompareTo(RecordPlace other) =>
            StartNanoseconds != other.StartNanoseconds ? StartNanoseconds.CompareTo(other.StartNanoseconds)
            : IsAnswer != other.IsAnswer ? IsAnswer.CompareTo(other.IsAnswer)
            : Index.CompareTo(other.Index);
    }
}
