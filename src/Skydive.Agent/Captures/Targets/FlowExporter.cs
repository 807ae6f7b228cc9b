using System.Net.Sockets;
using Skydive.Contracts.Flows;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Targets;

/// <summary>Sends what flows counted since they were sent before, as records of NetFlow version 5 (<c>netflowv5</c>) or IPFIX (<c>ipfix</c>), one for each direction. For one thread, but for the counters.</summary>
internal sealed class FlowExporter : IDisposable
{
    /// <summary>The clock of packets and that of this host agree up to this, unless the packets are of another time, as those of a file.</summary>
    private const long LargestDifference = 24 * 3600 * 1_000_000_000L;

    private readonly TargetSocket _socket;
    private readonly INetFlowWriter _writer;
    private readonly NetFlowRecord[] _directions = new NetFlowRecord[2];
    private long _lost;
    private long _waiting;

    private FlowExporter(TargetSocket socket, INetFlowWriter writer)
    {
        _socket = socket;
        _writer = writer;
    }

    /// <summary>Datagrams that were sent. Safe to call from any thread.</summary>
    public long Sent => _socket.Sent;

    /// <summary>Flows that the protocol has no place for, and records that could not be sent. Safe to call from any thread.</summary>
    public long Dropped => Volatile.Read(ref _lost);

    /// <summary>Makes an exporter of NetFlow version 5.</summary>
    /// <exception cref="SocketException">There is no way to the target.</exception>
    public static FlowExporter OpenNetFlowV5(TargetRequest request) =>
        new(OpenSocket(request), new NetFlowV5Writer((ushort)(request.Identifier ^ (request.Identifier >> 16)), request.InterfaceIndex));

    /// <summary>Makes an exporter of IPFIX.</summary>
    /// <exception cref="SocketException">There is no way to the target.</exception>
    public static FlowExporter OpenIpfix(TargetRequest request) => new(OpenSocket(request), new IpfixWriter(request.Identifier, request.InterfaceIndex));

    /// <summary>Sends the flows of a batch.</summary>
    public void Export(IReadOnlyList<Flow> flows)
    {
        long last = 0;
        foreach (var flow in flows)
        {
            int count = FlowRecords.Convert(flow, _directions);
            bool isLost = false;
            foreach (ref readonly var record in _directions.AsSpan(0, count))
            {
                last = Math.Max(last, record.LastNanoseconds);
                isLost |= !TryAdd(in record, last);
            }

            if (isLost || (count == 0 && FlowRecords.HasCounted(flow)))
            {
                Volatile.Write(ref _lost, _lost + 1);
            }
        }

        Send(last);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static TargetSocket OpenSocket(TargetRequest request) => TargetSocket.OpenUdp(request.EndPoint, request.Namespace);

    private bool TryAdd(in NetFlowRecord record, long last)
    {
        if (!_writer.CanHold(in record))
        {
            return false;
        }

        // What 32 bits cannot hold is told in several records.
        long parts = _writer is NetFlowV5Writer ? (Math.Max(record.Packets, record.Bytes) / uint.MaxValue) + 1 : 1;
        for (long i = 0; i < parts; i++)
        {
            var part = record;
            part.Packets = Part(record.Packets, i, parts);
            part.Bytes = Part(record.Bytes, i, parts);
            if (!_writer.TryAdd(in part))
            {
                Send(last);
                _writer.TryAdd(in part);
            }

            _waiting++;
        }

        return true;
    }

    private static long Part(long count, long part, long parts) => (long)(((Int128)count * (part + 1) / parts) - ((Int128)count * part / parts));

    private void Send(long last)
    {
        if (!_writer.HasRecords)
        {
            return;
        }

        long now = CaptureClock.NowNanoseconds;
        if (!_socket.TrySend(_writer.Finish(Math.Abs(now - last) < LargestDifference ? now : last)))
        {
            Volatile.Write(ref _lost, _lost + _waiting);
        }

        _waiting = 0;
    }
}
