using System.Net;
using Skydive.Contracts.PingMeshes;
using Skydive.Linux;
using Skydive.Packets;

namespace Skydive.Agent.PingMeshes;

/// <summary>
/// One pair: what it has sent, and what became of it. The lock is that of its mesh; those members that say so are called without it.
/// </summary>
internal sealed class PingPairRun
{
    private const int JitterShift = 16;

    private readonly Lock _lock;
    private readonly PingMesh _mesh;
    private readonly NodePingTotals _totals;
    private readonly Request[] _requests;
    private readonly RttHistogram _histogram = new();
    private PingCounters _all;
    private PingCounters _window;
    private double _jitter;
    private long _lastTime;
    private string _state = PingPairStates.Pending;
    private long _lastChange;
    private string? _error;
    private PingSocket? _socket;
    private ushort _identifier;
    private int _interfaceIndex;
    private byte[] _linkAddress = [];
    private byte[] _source = [];
    private byte[] _destination = [];
    private EchoPacket? _packet;
    private ushort _next = 1;

    /// <summary>Makes a pair that cannot send yet.</summary>
    /// <param name="mesh">The mesh, complete.</param>
    /// <param name="probe">The pair.</param>
    /// <param name="totals">What its node counts.</param>
    /// <param name="gate">The lock of the mesh.</param>
    public PingPairRun(PingMesh mesh, PingProbe probe, NodePingTotals totals, Lock gate)
    {
        _mesh = mesh;
        _totals = totals;
        _lock = gate;
        Probe = probe;

        // What is answered stays until it is written over, to know its duplicates.
        int needed = (int)(mesh.Timeout / mesh.Interval) + 2;
        _requests = new Request[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, needed))];
    }

    /// <summary>The pair as it was ordered.</summary>
    public PingProbe Probe { get; private set; }

    /// <summary>Whether it can send.</summary>
    public bool CanSend => _socket is not null;

    /// <summary>Whether the order has a newer form, whose queue entries count.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>When the next request is due, from the mesh's beginning on.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Whether all requests were sent.</summary>
    public bool IsSpent => _mesh.Count > 0 && _all.Sent >= _mesh.Count;

    /// <summary>Whether each request is decided.</summary>
    public bool IsDecided => _all.Sent == _all.Received + _all.Lost;

    /// <summary>How it does, in few words.</summary>
    public (string State, long Sent, long Received, long Lost, long Sum) Summary => (StateNow, _all.Sent, _all.Received, _all.Lost, _all.Sum);

    private string StateNow => _socket is null ? PingPairStates.Failed : _state;

    /// <summary>Gives the pair the means to send, or others than before.</summary>
    public void Attach(PingProbe probe, PingSocket socket, ushort identifier, int interfaceIndex, byte[] linkAddress)
    {
        Probe = probe;
        _socket = socket;
        _identifier = identifier;
        _interfaceIndex = interfaceIndex;
        _linkAddress = linkAddress;
        var source = IPAddress.Parse(probe.SrcIP);
        var destination = IPAddress.Parse(probe.DstIP);
        _source = source.GetAddressBytes();
        _destination = destination.GetAddressBytes();
        _packet = new(source, destination, _mesh.TTL, identifier, _mesh.PayloadSize ?? PingMesh.DefaultPayloadSize);
        _error = null;
    }

    /// <summary>Takes the means to send away.</summary>
    /// <param name="error">Why.</param>
    /// <returns>The socket and the identifier, to be given back; null when there were none.</returns>
    public (PingSocket Socket, ushort Identifier)? Detach(string error)
    {
        _error = error;
        if (_socket is not { } socket)
        {
            return null;
        }

        _socket = null;
        for (int i = 0; i < _requests.Length; i++)
        {
            Lose(ref _requests[i]);
        }

        return (socket, _identifier);
    }

    /// <summary>Sends the next request.</summary>
    /// <param name="sequence">Its number, for <see cref="Expire"/>.</param>
    public void Send(out ushort sequence)
    {
        sequence = _next++;
        ref var request = ref _requests[sequence & (_requests.Length - 1)];
        Lose(ref request);
        request = new() { Sequence = sequence, State = RequestState.Waiting, Sent = Now() };
        _all.Sent++;
        _window.Sent++;
        _totals.AddSent();

        // What the kernel refuses is lost, as in ping(8): whoever looks for outages is to see it.
        var errno = _socket!.TrySend(_interfaceIndex, _linkAddress, _packet!.Make(sequence));
        _error = errno switch
        {
            Errno.None => null,
            Errno.NetworkDown => "the interface is down",
            _ => new LinuxException("send echo request", errno).Message,
        };
        if (errno != Errno.None)
        {
            Lose(ref request);
        }
    }

    /// <summary>The time of a request is over: without a reply until now it is lost.</summary>
    public void Expire(ushort sequence)
    {
        ref var request = ref _requests[sequence & (_requests.Length - 1)];
        if (request.Sequence == sequence)
        {
            Lose(ref request);
        }
    }

    /// <summary>Whether a reply comes from where it should. Called without the lock.</summary>
    public bool IsReply(in EchoPacket.Echo echo) => echo.Source.SequenceEqual(_destination) && echo.Destination.SequenceEqual(_source);

    /// <summary>Whether the kernel has told when a request went out. Called without the lock.</summary>
    public bool HasSendTime(ushort sequence)
    {
        lock (_lock)
        {
            ref var request = ref _requests[sequence & (_requests.Length - 1)];
            return request.Sequence != sequence || request.IsSentByKernel;
        }
    }

    /// <summary>The kernel tells when a request went out. Called without the lock.</summary>
    public void OnSent(ushort sequence, long time)
    {
        lock (_lock)
        {
            ref var request = ref _requests[sequence & (_requests.Length - 1)];
            if (request.Sequence == sequence && request.State == RequestState.Waiting)
            {
                request.Sent = time;
                request.IsSentByKernel = true;
            }
        }
    }

    /// <summary>A reply came. Called without the lock.</summary>
    /// <param name="sequence">To which request.</param>
    /// <param name="time">When the kernel took it; 0 when it does not say.</param>
    public void OnReply(ushort sequence, long time)
    {
        lock (_lock)
        {
            ref var request = ref _requests[sequence & (_requests.Length - 1)];
            if (request.Sequence != sequence || request.State == RequestState.None)
            {
                return;
            }

            if (request.State == RequestState.Lost)
            {
                // Once: a second reply to it is a duplicate.
                request.State = RequestState.Answered;
                _all.Late++;
                _window.Late++;
                return;
            }

            if (request.State == RequestState.Answered)
            {
                _all.Duplicates++;
                _window.Duplicates++;
                _totals.AddDuplicate();
                return;
            }

            request.State = RequestState.Answered;
            long trip = Math.Max(1, (time > 0 ? time : Now()) - request.Sent);
            if (_all.Received > 0)
            {
                _jitter += (Math.Abs(trip - _lastTime) - _jitter) / JitterShift;
            }

            _lastTime = trip;
            _all.Receive(trip);
            _window.Receive(trip);
            _totals.AddReceived(trip);
            _histogram.Add(trip);
            Change(PingPairStates.Up);
        }
    }

    /// <summary>How the pair does.</summary>
    public PingPairReport Report() => new()
    {
        ID = Probe.ID,
        State = StateNow,
        LastChange = _lastChange,
        Error = _error,
        Statistics = _all.ToStatistics((long)_jitter) with
        {
            RTTLast = _lastTime,
            RTTP50 = _histogram.Percentile(500),
            RTTP95 = _histogram.Percentile(950),
            RTTP99 = _histogram.Percentile(990),
        },
    };

    /// <summary>What was counted since this was asked before; null when nothing was.</summary>
    public PingSample? TakeSample(long start, long last)
    {
        if (_window.IsZero)
        {
            return null;
        }

        var sample = new PingSample { PairID = Probe.ID, Start = start, Last = last, Statistics = _window.ToStatistics((long)_jitter) };
        _window = default;
        return sample;
    }

    private static long Now() => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;

    private void Lose(ref Request request)
    {
        if (request.State != RequestState.Waiting)
        {
            return;
        }

        request.State = RequestState.Lost;
        _all.Lost++;
        _window.Lost++;
        _totals.AddLost();
        Change(PingPairStates.Down);
    }

    private void Change(string state)
    {
        if (_state != state)
        {
            _state = state;
            _lastChange = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        }
    }

    private enum RequestState : byte
    {
        None,
        Waiting,
        Answered,
        Lost,
    }

    private struct Request
    {
        public long Sent;
        public ushort Sequence;
        public RequestState State;
        public bool IsSentByKernel;
    }
}
