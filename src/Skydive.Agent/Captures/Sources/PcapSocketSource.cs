using System.Net;
using System.Net.Sockets;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Metadata;
using Skydive.Linux.Bpf;
using Skydive.Packets;
using Skydive.Packets.Pcap;
using DeviceLinkType = Skydive.Linux.Bpf.LinkType;
using LinkType = Skydive.Packets.LinkType;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// A TCP port that is sent pcap or pcapng streams (<c>pcapsocket</c>), one after another. Packets count at the time that the stream says; when none
/// comes that time goes on as fast as time does, so that flows end as if they were captured live.
/// </summary>
internal sealed class PcapSocketSource : ICaptureSource
{
    /// <summary>After so many packets it is looked whether the capture is to end.</summary>
    private const int MaximumPackets = 16 << 10;

    /// <summary>Packets of one stream are not further out of order than this.</summary>
    private const long LargestStepBack = 60 * 1_000_000_000L;

    /// <summary>Who connects and says nothing must not keep others waiting for ever.</summary>
    private static readonly TimeSpan s_headerTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _listener;
    private readonly SocketWait _accepting;
    private readonly string _address;
    private readonly string _expression;
    private InterruptibleStream? _stream;
    private PcapReader? _reader;
    private BpfProgram? _filter;
    private bool _hasPackets;
    private long _lastNanoseconds;
    private long _lastTaken;
    private long _packets;
    private long _broken;

    private PcapSocketSource(Socket listener, string expression)
    {
        _listener = listener;
        _accepting = new(listener);
        _address = listener.LocalEndPoint!.ToString()!;
        _expression = expression;
    }

    /// <inheritdoc/>
    public LinkType LinkType => LinkType.Ethernet;

    /// <inheritdoc/>
    public long NowNanoseconds => _hasPackets ? _lastNanoseconds + TimeProvider.System.GetElapsedTime(_lastTaken).Ticks * TimeSpan.NanosecondsPerTick : CaptureClock.NowNanoseconds;

    /// <summary>Begins to listen at the first port that is free.</summary>
    public static IReadOnlyList<ICaptureSource> Open(CaptureRequest request)
    {
        var options = request.Options;

        // A filter that is not valid is told now, and not when the first stream comes.
        string expression = request.Capture.BPFFilter ?? string.Empty;
        if (expression.Length > 0)
        {
            BpfCompiler.Compile(expression);
        }

        for (int port = options.PcapSocketFirstPort; port <= options.PcapSocketLastPort; port++)
        {
            var listener = new Socket(options.PcapSocketAddress.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(options.PcapSocketAddress, port));
                listener.Listen(4);
                return [new PcapSocketSource(listener, expression)];
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                listener.Dispose();
            }
            catch
            {
                listener.Dispose();
                throw;
            }
        }

        throw new IOException($"no port of {options.PcapSocketAddress} from {options.PcapSocketFirstPort} to {options.PcapSocketLastPort} is free (agent.flow.pcapsocket.*)");
    }

    /// <inheritdoc/>
    public bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            if (_reader is null)
            {
                Accept(timeout, stop);
            }
            else
            {
                _stream!.Timeout = timeout;
                _stream.Stop = stop;
                Take(intake, _reader);
            }
        }
        catch (TimeoutException)
        {
            // The rest of it comes later.
        }
        catch (Exception e) when (e is PcapFormatException or SocketException)
        {
            // Packets before that count.
            Volatile.Write(ref _broken, _broken + 1);
            Close();
        }

        return true;
    }

    /// <summary>Nothing waits but in connections, which end with the capture.</summary>
    public void Drain(CaptureIntake intake)
    {
    }

    /// <inheritdoc/>
    public CaptureStatistics GetStatistics() => new() { PacketsReceived = Volatile.Read(ref _packets), PacketsInvalid = Volatile.Read(ref _broken) };

    /// <inheritdoc/>
    public void Describe(MetadataBuilder entry) => entry.Set("PCAPSocket", _address);

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _accepting.Dispose();
        _listener.Dispose();
    }

    private void Accept(TimeSpan timeout, CancellationToken stop)
    {
        if (!_accepting.IsReady(timeout, stop))
        {
            return;
        }

        var stream = new InterruptibleStream(_listener.Accept()) { Timeout = s_headerTimeout, Stop = stop };
        try
        {
            _reader = new(stream, leaveOpen: true);
            _stream = stream;
        }
        catch (TimeoutException)
        {
            stream.Dispose();
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private void Take(CaptureIntake intake, PcapReader reader)
    {
        for (int i = 0; i < MaximumPackets; i++)
        {
            if (!reader.TryReadNext(out var header, out var data))
            {
                Close();
                return;
            }

            Follow(intake, reader.LinkType, header.TimestampNanoseconds);
            if (_filter is null || _filter.Matches(data, header.OriginalLength))
            {
                _packets++;
                intake.Take(data, header.OriginalLength, header.TimestampNanoseconds);
            }
        }
    }

    /// <summary>Moves the time on to that of a packet.</summary>
    private void Follow(CaptureIntake intake, LinkType linkType, long timestampNanoseconds)
    {
        if (linkType != intake.LinkType || !_hasPackets)
        {
            if (!PacketDecoder.IsSupported(linkType))
            {
                throw new PcapFormatException($"Packets of link type {(int)linkType} cannot be decoded", 20);
            }

            intake.LinkType = linkType;
            _filter = _expression.Length == 0 ? null : BpfCompiler.Compile(_expression, ToDevice(linkType));
        }

        // A stream of another time has nothing to do with the one before it.
        if (!_hasPackets || timestampNanoseconds < _lastNanoseconds - LargestStepBack)
        {
            intake.Restart(NowNanoseconds);
            _lastNanoseconds = timestampNanoseconds;
            intake.Tick(timestampNanoseconds);
        }
        else if (timestampNanoseconds >= intake.NextTickNanoseconds)
        {
            // A gap may span many intervals: the first tick ends the last window with packets, the second what was idle since.
            intake.Tick(intake.NextTickNanoseconds);
            intake.Tick(timestampNanoseconds);
        }

        _hasPackets = true;
        _lastNanoseconds = Math.Max(_lastNanoseconds, timestampNanoseconds);
        _lastTaken = TimeProvider.System.GetTimestamp();
    }

    private static DeviceLinkType ToDevice(LinkType linkType) => linkType switch
    {
        LinkType.Ethernet => DeviceLinkType.Ethernet,
        LinkType.LinuxSll => DeviceLinkType.LinuxCooked,
        LinkType.LinuxSll2 => DeviceLinkType.LinuxCooked2,
        _ => DeviceLinkType.RawIp,
    };

    private void Close()
    {
        _reader?.Dispose();
        _reader = null;
        _stream?.Dispose();
        _stream = null;
    }
}
