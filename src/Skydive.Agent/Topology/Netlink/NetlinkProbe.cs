using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// Keeps the interfaces of all namespaces that it is told of in the graph, with addresses, routes, neighbours, counters and what their drivers
/// say: one thread, one event socket for each namespace. Whatever the events of one moment change becomes one revision of the graph. When the
/// kernel had to drop events, the namespace is read anew.
/// </summary>
/// <remarks>
/// The parts: <see cref="NamespaceReader"/> opens and reads namespaces, <see cref="NamespaceUpdater"/> brings events and what was read into
/// <see cref="NamespaceState"/> and <see cref="LinkState"/> and collects <see cref="TopologyChanges"/>, <see cref="PeerFinder"/> joins the ends
/// of pairs, <see cref="TopologyWriter"/> writes all that into the graph, <see cref="LinkInspector"/> asks drivers on a thread of its own.
/// A socket for each namespace costs no more time for each event than one that listens to all (<c>NETLINK_LISTEN_ALL_NSID</c>), keeps a loss of
/// events to the namespace in which it happened, and gives no namespace an id that others would see.
/// </remarks>
internal sealed partial class NetlinkProbe : INamespaceWatcher, IDisposable
{
    /// <summary>A namespace in which something changes all the time must not keep the others from the graph.</summary>
    private const int MaximumDatagramsPerTurn = 256;

    /// <summary>How many times as long as it took to write a revision the next one is put off: the slower the machine, the more goes into each.</summary>
    private const int RevisionIntervalFactor = 5;

    /// <summary>The least and the most time between two revisions while changes keep coming.</summary>
    private static readonly TimeSpan s_revisionInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestRevisionInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long changes may wait that history does not keep, and those of long lists.</summary>
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);

    /// <summary>How long until a namespace that could not be read is read again.</summary>
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    /// <summary>How long reading anew may go on before events are looked at again.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(2);

    private readonly ProbeState _state;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly NetlinkProbeOptions _options;
    private readonly DescriptorPoller _poller = new();
    private readonly NamespaceCommandQueue _commands = new();
    private readonly ConcurrentQueue<InspectionReport> _reports = new();
    private readonly Dictionary<ulong, NamespaceState> _namespaces = [];
    private readonly Dictionary<NamespaceId, NamespaceState> _byId = [];
    private readonly HashSet<NamespaceState> _unread = [];
    private readonly TopologyChanges _changes = new();
    private readonly NamespaceUpdater _updater;
    private readonly NamespaceReader _reader;
    private readonly PeerFinder _peers;
    private readonly TopologyWriter _writer;
    private readonly LinkInspector _inspector;
    private readonly VirtualFunctionFinder _functions;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<NamespaceState> _refresh = [];
    private readonly HashSet<LinkState> _counted = [];
    private long _nextRevision;
    private long _delayedSince;
    private long _retryAt;
    private long _refreshAt;
    private int _isStarted;
    private int _isDisposed;

    public NetlinkProbe(
        LiveGraph graph, string hostNodeId, ProbeState state, ILogger logger, NetlinkProbeOptions? options = null, TimeProvider? time = null)
    {
        _state = state;
        _logger = logger;
        _time = time ?? TimeProvider.System;
        _options = options ?? new();
        _updater = new(_changes);
        _reader = new(hostNodeId, graph.Current.FindNode(hostNodeId)?.TID, _stop.Token) { OpenListener = _options.OpenListener };
        _peers = new(_namespaces.Values, _changes, logger, _stop.Token);
        _writer = new(graph, hostNodeId);
        _functions = new(_changes);
        _inspector = new(Report, new(_options.SysfsPath), logger);
    }

    /// <summary>Ends when the probe is disposed, or fails with what broke it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>How many interfaces there are whose drivers have not answered yet; as of a moment ago, for any other thread.</summary>
    internal int UninspectedLinks => _changes.Uninspected;

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        _isStarted = 1;
        PlanRefresh();
        _inspector.Start();
        _inspector.Completion.ContinueWith(static (_, state) => ((DescriptorPoller)state!).Wake(), _poller, TaskScheduler.Default);
        new Thread(Run) { IsBackground = true, Name = "netlink probe" }.Start();
    }

    /// <summary>Where the interface of a node is; null when the node is none of this probe's. Safe to call from any thread.</summary>
    public LinkLocation? FindLink(string nodeId) => _writer.FindLink(nodeId);

    /// <inheritdoc/>
    public string? FindNamespaceNode(NamespaceId id) => _writer.FindNamespaceNode(id);

    /// <inheritdoc/>
    public Task<IReadOnlyList<NamespaceId>> ChangeAsync(
        IReadOnlyList<NamespaceSource> added, IReadOnlyList<NamespaceId> removed, IReadOnlyList<NamespaceName> renamed)
    {
        var command = new NamespaceCommand(added, removed, renamed);
        if (_commands.TryEnqueue(command))
        {
            _poller.Wake();
        }

        return command.Done.Task;
    }

    /// <summary>Ends the threads and closes all sockets.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _stop.Cancel();
        if (_isStarted != 0)
        {
            _completion.Task.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
            _inspector.Dispose();
        }

        _poller.Dispose();
        _stop.Dispose();
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private void Run()
    {
        var executing = new List<NamespaceCommand>();
        Exception? fault = null;
        try
        {
            ulong[] keys = new ulong[64];
            var events = new List<RtnetlinkEvent>();
            while (Rest() != WaitOutcome.Cancelled && _poller.Wait(keys, out int count, NextTimeout(), _stop.Token) != WaitOutcome.Cancelled)
            {
                if (_inspector.Completion.Exception is { } broken)
                {
                    throw broken.InnerException ?? broken;
                }

                Execute(executing);
                Take();
                foreach (ulong key in keys.AsSpan(0, count))
                {
                    if (_namespaces.TryGetValue(key, out var state))
                    {
                        Receive(state, events);
                        WriteWhenOverdue();
                    }
                }

                RetryWhenDue();
                RefreshWhenDue();
                WriteWhenDue(isUrgent: executing.Count > 0);
                WriteDelayedWhenDue();
                if (_namespaces.Count > 0)
                {
                    _state.SetRunning();
                }

                foreach (var command in executing)
                {
                    command.Done.TrySetResult(command.Refused);
                }

                executing.Clear();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed in the middle of a request to the kernel.
        }
#pragma warning disable CA1031 // Whatever breaks the probe is handed to whoever watches its completion, and ends the process there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = e;
            _state.SetFailed(e.Message);
        }

        foreach (var state in _namespaces.Values)
        {
            state.Kernel.Dispose();
        }

        _commands.End(fault, executing);
        _ = fault is null ? _completion.TrySetResult() : _completion.TrySetException(fault);
    }

    /// <summary>
    /// While changes wait to be written, what follows them waits in the sockets and is read at once: to wake for each event would take longer than the event.
    /// </summary>
    private WaitOutcome Rest()
    {
        if (!HasChanges || _refresh.Count > 0)
        {
            return WaitOutcome.TimedOut;
        }

        var rest = _time.GetElapsedTime(_time.GetTimestamp(), _nextRevision);
        return rest > TimeSpan.Zero ? _poller.Rest(rest, _stop.Token) : WaitOutcome.TimedOut;
    }

    /// <summary>How long there is nothing to do unless something happens.</summary>
    private TimeSpan NextTimeout()
    {
        if (_refresh.Count > 0)
        {
            return TimeSpan.Zero;
        }

        long next = _refreshAt;
        if (HasChanges)
        {
            next = Math.Min(next, _nextRevision);
        }

        if (_changes.HasDelayed)
        {
            next = Math.Min(next, _delayedSince + Ticks(s_delay));
        }

        if (_unread.Count > 0)
        {
            next = Math.Min(next, _retryAt);
        }

        // Rounded up: one who wakes a moment too early would have to wait again.
        double milliseconds = (next - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency;
        return TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp(milliseconds, 0, int.MaxValue)));
    }

    private bool HasChanges => !_changes.IsEmpty || _changes.DoubtfulRoutes.Count > 0;

    private void Execute(List<NamespaceCommand> executing)
    {
        _commands.TakeAll(executing);
        foreach (var command in executing)
        {
            foreach (var id in command.Removed)
            {
                if (_byId.TryGetValue(id, out var state))
                {
                    Remove(state);
                }
            }

            foreach (var name in command.Renamed)
            {
                if (_byId.TryGetValue(name.Id, out var state) && state.Name.Length > 0)
                {
                    Rename(state, name);
                }
            }

            Add(command);
        }
    }

    private void Add(NamespaceCommand command)
    {
        var sources = new List<NamespaceSource>(command.Added.Count);
        foreach (var source in command.Added)
        {
            if (_byId.ContainsKey(source.Namespace.Id))
            {
                source.Namespace.Dispose();
            }
            else
            {
                sources.Add(source);
            }
        }

        if (sources.Count == 0)
        {
            return;
        }

        foreach (var reading in _reader.Read(sources, _changes))
        {
            if (reading.State is not { } state)
            {
                Refuse(command, reading);
                continue;
            }

            _namespaces.Add(state.Key, state);
            _byId.Add(state.Id, state);
            _poller.Add(state.Kernel.Listener.Descriptor!, state.Key);
            _state.ClearProblem(state.Path);
            if (reading.ReadFailure is { } failure)
            {
                SetUnread(state, failure);
            }
        }

        _peers.Generation++;
    }

    private void Refuse(NamespaceCommand command, NamespaceReading reading)
    {
        var refusal = reading.Refusal!;
        if (reading.Source.IsHost)
        {
            // Without the interfaces of the host itself there is nothing to show.
            throw refusal;
        }

        command.Refused.Add(reading.Source.Namespace.Id);
        string path = reading.Source.Path;
        if (_state.SetProblem(path, $"namespace {path}: {refusal.Message}"))
        {
            LogNamespaceRefused(_logger, path, refusal.Message);
        }
    }

    private void Remove(NamespaceState state)
    {
        foreach (var link in state.Links.Values.ToArray())
        {
            _updater.Forget(link);
        }

        foreach (var other in _namespaces.Values)
        {
            other.Unlearn(state, _peers.Generation);
            foreach (var link in other.Links.Values)
            {
                if (link.LinkPlace == state)
                {
                    link.LinkPlace = null;
                    _changes.Mark(link, LinkParts.Link);
                }
            }
        }

        // One that came and went between two revisions was never in the graph.
        if (!_changes.Added.Remove(state))
        {
            _changes.DeletedNodes.Add(state.NodeId);
        }

        _unread.Remove(state);
        _changes.Renamed.Remove(state);
        _changes.DoubtfulRoutes.Remove(state);
        _changes.DoubtfulForwarding.Remove(state);
        _state.ClearProblem(state.Path);
        _writer.Forget(state);
        _inspector.Forget(state.Key);
        _namespaces.Remove(state.Key);
        _byId.Remove(state.Id);
        _poller.Remove(state.Kernel.Listener.Descriptor!);
        state.Kernel.Dispose();
    }

    private void Rename(NamespaceState state, NamespaceName name)
    {
        state.Name = name.Name;
        state.Path = name.Path;
        state.Manager = name.Manager;
        state.Tid = _reader.DeriveTid(state.Path);
        if (!_changes.Added.Contains(state))
        {
            _changes.Renamed.Add(state);
        }

        foreach (var other in _namespaces.Values)
        {
            foreach (var link in other.Links.Values)
            {
                if (link.LinkPlace == state)
                {
                    _changes.Mark(link, LinkParts.Link);
                }
            }
        }
    }

    private void Receive(NamespaceState state, List<RtnetlinkEvent> events)
    {
        var listener = state.Kernel.Listener;
        for (int turn = 0; turn < MaximumDatagramsPerTurn; turn++)
        {
            events.Clear();
            switch (listener.TryReceive(events))
            {
                case NetlinkReceiveStatus.Messages:
                    foreach (var rtnetlinkEvent in events)
                    {
                        if (NamespaceUpdater.HidesState(state, rtnetlinkEvent))
                        {
                            Write();
                        }

                        _updater.Apply(state, rtnetlinkEvent);
                    }

                    break;
                case NetlinkReceiveStatus.Overrun:
                    _state.CountResynchronization();
                    LogOverrun(_logger, state.Title);
                    Read(state);
                    return;
                default:
                    return;
            }
        }
    }

    /// <summary>Reads all of a namespace; what was known and is not there any more is forgotten. When that fails it is tried again.</summary>
    private void Read(NamespaceState state)
    {
        try
        {
            _updater.Apply(state, state.Kernel.Read(_stop.Token));
            if (state.IsInspected)
            {
                _updater.Apply(state, state.Kernel.ReadForwarding(_stop.Token));
            }
        }
        catch (NetlinkException e)
        {
            SetUnread(state, e);
            return;
        }

        if (_unread.Remove(state))
        {
            _state.ClearProblem(state.Path);
        }
    }

    private void SetUnread(NamespaceState state, NetlinkException failure)
    {
        _unread.Add(state);
        _retryAt = _time.GetTimestamp() + Ticks(s_retryDelay);
        if (_state.SetProblem(state.Path, $"interfaces of {state.Title}: {failure.Message}"))
        {
            LogReadFailed(_logger, state.Title, failure.Message);
        }
    }

    private void RetryWhenDue()
    {
        if (_unread.Count > 0 && _time.GetTimestamp() >= _retryAt)
        {
            foreach (var state in _unread.ToArray())
            {
                Read(state);
            }
        }
    }

    /// <summary>Takes what the inspector has learnt. Runs in the inspector's thread.</summary>
    private void Report(InspectionReport report)
    {
        _reports.Enqueue(report);
        _poller.Wake();
    }

    private void Take()
    {
        while (_reports.TryDequeue(out var report))
        {
            foreach (var (link, facts) in report.Facts)
            {
                if (!link.IsGone)
                {
                    _changes.Uninspected -= link.Facts is null ? 1 : 0;
                    link.Facts = facts;
                    _changes.Mark(link, LinkParts.Facts);
                    _functions.Add(link);
                }
            }

            foreach (var (key, index, features) in report.Features)
            {
                if (_namespaces.TryGetValue(key, out var state) && state.Links.TryGetValue(index, out var link) && link.Facts is { } facts)
                {
                    link.Facts = facts with { Features = features };
                    _changes.Mark(link, LinkParts.Facts);
                }
            }

            foreach (ulong key in report.Lost)
            {
                if (_namespaces.TryGetValue(key, out var state))
                {
                    _changes.Appeared.AddRange(state.Links.Values);
                }
            }

            foreach (var state in report.Facts.Select(static entry => entry.Link).Where(static link => !link.IsGone && link.Counters is null)
                .Select(static link => link.Owner).Distinct().ToArray())
            {
                ReadRest(state);
            }
        }
    }

    /// <summary>Reads what may come a little later than the rest: forwarding entries, and counters to count from.</summary>
    private void ReadRest(NamespaceState state)
    {
        try
        {
            if (!state.IsInspected)
            {
                _updater.Apply(state, state.Kernel.ReadForwarding(_stop.Token));
                state.IsInspected = true;
            }

            Count(state, static (link, _) => link.Counters is null);
        }
        catch (NetlinkException e)
        {
            LogReadFailed(_logger, state.Title, e.Message);
        }
    }

    /// <summary>Reads the counters of a namespace.</summary>
    private void Count(NamespaceState state, Func<LinkState, long, bool> isWanted)
    {
        var statistics = state.Kernel.ReadStatistics(_stop.Token);
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var message in statistics)
        {
            if (!state.Links.TryGetValue(message.Index, out var link) || !isWanted(link, now))
            {
                continue;
            }

            if (link.Counters is null)
            {
                link.Counters = new(message.Statistics, now);
                _changes.Mark(link, LinkParts.Metric);
            }
            else if (link.Counters.Update(message.Statistics, now))
            {
                _counted.Add(link);
            }
        }
    }

    /// <summary>
    /// Reads counters, and what the kernel does not tell every change of: routes, and the addresses that interfaces listen to. In slices, since
    /// events must not wait long; counters are written when all are there.
    /// </summary>
    private void RefreshWhenDue()
    {
        if (_refresh.Count == 0)
        {
            if (_time.GetTimestamp() < _refreshAt)
            {
                return;
            }

            PlanRefresh();
            foreach (var state in _namespaces.Values)
            {
                _refresh.Enqueue(state);
            }
        }

        long end = _time.GetTimestamp() + Ticks(s_slice);
        while (_refresh.TryDequeue(out var state))
        {
            if (_namespaces.ContainsKey(state.Key))
            {
                Refresh(state);
            }

            if (_time.GetTimestamp() >= end)
            {
                break;
            }
        }

        if (_refresh.Count == 0 && _counted.Count > 0)
        {
            // What changed besides is no matter of counters.
            Write();
            _writer.WriteTransient(_counted);
            _counted.Clear();
        }
    }

    private void PlanRefresh() =>
        _refreshAt = _options.MetricsUpdate > TimeSpan.Zero ? _time.GetTimestamp() + Ticks(_options.MetricsUpdate) : long.MaxValue;

    private void Refresh(NamespaceState state)
    {
        try
        {
            Count(state, static (_, _) => true);
            _updater.Apply(state, state.Kernel.ReadRoutes(_stop.Token));
            _updater.Apply(state, state.Kernel.ReadForwarding(_stop.Token));
            state.IsInspected = true;
        }
        catch (NetlinkException e)
        {
            LogReadFailed(_logger, state.Title, e.Message);
        }
    }

    private void WriteWhenDue(bool isUrgent)
    {
        if (HasChanges && (isUrgent || _time.GetTimestamp() >= _nextRevision))
        {
            Write();
        }
    }

    /// <summary>Where there is very much to read, what was read is written in between.</summary>
    private void WriteWhenOverdue()
    {
        if (HasChanges && _time.GetTimestamp() >= _nextRevision + Ticks(s_revisionInterval))
        {
            Write();
        }
    }

    /// <summary>Writes what has changed as one revision, after asking the kernel for what follows from it.</summary>
    private void Write()
    {
        long begin = _time.GetTimestamp();
        ReadDoubtfulRoutes();
        _peers.Find();
        if (!_changes.IsEmpty)
        {
            _writer.Write(_changes);
        }

        long end = _time.GetTimestamp();
        _nextRevision = end + Math.Clamp(RevisionIntervalFactor * (end - begin), Ticks(s_revisionInterval), Ticks(s_longestRevisionInterval));
        if (_changes.Appeared.Count > 0)
        {
            _inspector.Request([.. _changes.Appeared.Where(static link => !link.IsGone).Select(static link => new InspectionRequest(
                link, link.Owner.Key, link.Owner.Kernel.Namespace, link.Message.Index, link.Message.Name, link.Owner.Links.Count,
                link.Message.HardwareType == HardwareType.Loopback))]);
            _changes.Appeared.Clear();
        }
    }

    private void ReadDoubtfulRoutes()
    {
        foreach (var state in _changes.DoubtfulRoutes)
        {
            try
            {
                if (state.AreNextHopsDoubtful)
                {
                    _updater.Apply(state, state.Kernel.ReadRoutes(_stop.Token));
                }
                else
                {
                    foreach (int link in state.DoubtfulRoutes)
                    {
                        _updater.ApplyIPv4Routes(state, link, state.Kernel.ReadIPv4Routes(link, _stop.Token));
                    }
                }
            }
            catch (NetlinkException e)
            {
                LogReadFailed(_logger, state.Title, e.Message);
            }

            state.DoubtfulRoutes.Clear();
        }

        _changes.DoubtfulRoutes.Clear();
    }

    private void ReadDoubtfulForwarding()
    {
        foreach (var state in _changes.DoubtfulForwarding.Where(static state => state.IsInspected).ToArray())
        {
            try
            {
                _updater.Apply(state, state.Kernel.ReadForwarding(_stop.Token));
            }
            catch (NetlinkException e)
            {
                LogReadFailed(_logger, state.Title, e.Message);
            }
        }

        _changes.DoubtfulForwarding.Clear();
    }

    private void WriteDelayedWhenDue()
    {
        if (!_changes.HasDelayed)
        {
            return;
        }

        long now = _time.GetTimestamp();
        if (_delayedSince == 0)
        {
            _delayedSince = now;
        }

        if (now < _delayedSince + Ticks(s_delay))
        {
            return;
        }

        ReadDoubtfulForwarding();
        _peers.FindPlaces();
        _changes.Appeared.AddRange(_changes.DoubtfulMasters);
        _changes.DoubtfulMasters.Clear();

        // Those that were written with another change meanwhile have nothing left.
        var delayed = _changes.Delayed.Where(static link => !link.IsGone && link.Delayed != LinkParts.None).ToArray();
        _changes.Delayed.Clear();
        _delayedSince = 0;
        foreach (var link in delayed)
        {
            if (link.IsDelayedForSize)
            {
                _changes.Mark(link, link.Delayed);
            }
        }

        if (HasChanges || _changes.Appeared.Count > 0)
        {
            Write();
        }

        _writer.WriteTransient(Array.FindAll(delayed, static link => link.Delayed != LinkParts.None));
    }

    [LoggerMessage(1001, LogLevel.Warning, "Namespace {Path} cannot be watched: {Reason}")]
    private static partial void LogNamespaceRefused(ILogger logger, string path, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "The kernel dropped interface events of {Namespace}; it is read anew")]
    private static partial void LogOverrun(ILogger logger, string @namespace);

    [LoggerMessage(1003, LogLevel.Warning, "Interfaces of {Namespace} could not be read: {Reason}")]
    private static partial void LogReadFailed(ILogger logger, string @namespace, string reason);
}
