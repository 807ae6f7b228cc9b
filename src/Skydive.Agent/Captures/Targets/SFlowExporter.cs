using System.Diagnostics;
using System.Net.Sockets;
using Skydive.Linux;
using Skydive.Linux.Route;
using Skydive.Packets;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Targets;

/// <summary>
/// Sends sFlow version 5 (<c>sflow</c>): one of so many packets, drawn by lot, and the interface's counters at a period. A datagram that is not full goes when no
/// packet is at hand.
/// </summary>
internal sealed class SFlowExporter : IPacketExporter
{
    /// <summary>What the standard has for counters that are not known.</summary>
    private const ulong Unknown = uint.MaxValue;

    private readonly TargetSocket _socket;
    private readonly SFlowWriter _writer;
    private readonly TargetRequest _request;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly byte[] _header = new byte[SFlowWriter.MaximumHeaderLength];
    private readonly Random _random = new();
    private readonly RtnetlinkClient? _link;
    private uint _pool;
    private long _skip;
    private long _lost;

    private SFlowExporter(TargetSocket socket, RtnetlinkClient? link, TargetRequest request)
    {
        _socket = socket;
        _link = link;
        _request = request;
        _writer = new(socket.LocalAddress, request.Identifier);
        _skip = Draw();
        NextTickNanoseconds = link is null ? long.MaxValue : CaptureClock.NowNanoseconds;
    }

    /// <inheritdoc/>
    public long NextTickNanoseconds { get; private set; }

    /// <inheritdoc/>
    public long Sent => _socket.Sent;

    /// <inheritdoc/>
    public long Dropped => _socket.Dropped + Volatile.Read(ref _lost);

    /// <summary>Makes an exporter.</summary>
    /// <exception cref="SocketException">There is no way to the target.</exception>
    /// <exception cref="LinuxException">The interface's counters cannot be read.</exception>
    public static SFlowExporter Open(TargetRequest request)
    {
        var socket = TargetSocket.OpenUdp(request.EndPoint, request.Namespace);
        try
        {
            return new(socket, request is { Location: { } location, PollingInterval.Ticks: > 0 } ? RtnetlinkClient.Open(location.Namespace) : null, request);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<byte> frame, LinkType linkType, int originalLength, VlanTag tag)
    {
        _pool++;
        if (--_skip > 0)
        {
            return;
        }

        _skip = Draw();
        var header = _header.AsSpan(0, TaggedFrame.Write(frame, tag, _header));
        int length = Math.Max(originalLength, frame.Length) + (tag.IsPresent ? 4 : 0);
        if (!TryAdd(header))
        {
            Flush();
            TryAdd(header);
        }

        bool TryAdd(ReadOnlySpan<byte> packet) =>
            _writer.TryAddPacket(packet, linkType, length, (uint)_request.InterfaceIndex, _request.SamplingRate, _pool);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (_writer.HasSamples)
        {
            _socket.TrySend(_writer.Finish((uint)Stopwatch.GetElapsedTime(_started).TotalMilliseconds));
        }
    }

    /// <inheritdoc/>
    public void Tick(long nowNanoseconds)
    {
        if (nowNanoseconds < NextTickNanoseconds)
        {
            return;
        }

        // In step with the clock, and not with how long it takes.
        long interval = _request.PollingInterval.Ticks * TimeSpan.NanosecondsPerTick;
        NextTickNanoseconds = Math.Max(NextTickNanoseconds + interval, nowNanoseconds);
        try
        {
            var link = _link!.GetLink(_request.InterfaceIndex, withStatistics: true);
            if (link.Statistics is { } statistics)
            {
                AddCounters(link, statistics);
            }
        }
        catch (LinuxException)
        {
            // The interface is on its way out, which ends the capture.
            Volatile.Write(ref _lost, _lost + 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _link?.Dispose();
        _socket.Dispose();
    }

    private void AddCounters(LinkMessage link, LinkStatistics statistics)
    {
        Span<ulong> counters =
        [
            statistics.RxBytes, statistics.RxPackets - Math.Min(statistics.Multicast, statistics.RxPackets), statistics.Multicast, Unknown,
            statistics.RxDropped, statistics.RxErrors, Unknown,
            statistics.TxBytes, statistics.TxPackets, Unknown, Unknown, statistics.TxDropped, statistics.TxErrors,
        ];
        if (!_writer.TryAddCounters((uint)link.Index, 0, link.IsUp, counters))
        {
            Flush();
            _writer.TryAddCounters((uint)link.Index, 0, link.IsUp, counters);
        }

        Flush();
    }

    // From 1 to twice the rate less 1, the rate on average, so that no rhythm of the traffic falls in step with it.
    private long Draw() => _request.SamplingRate <= 1 ? 1 : _random.NextInt64(1, 2L * _request.SamplingRate);
}
