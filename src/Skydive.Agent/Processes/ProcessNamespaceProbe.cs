using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Probes;
using Skydive.Agent.Topology;
using Skydive.Linux;
using Skydive.Linux.Capabilities;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;
using Skydive.Linux.Processes;

namespace Skydive.Agent.Processes;

/// <summary>
/// Finds the network namespaces of running processes, those of containers among them, and registers each with the directory as long as a
/// process is in it. The kernel tells of processes that begin, run another program, and end; what it does not tell (a process that leaves its
/// namespace without running another program) a look at all processes finds at a period. One thread, however many processes there are.
/// </summary>
/// <remarks>
/// A namespace is called after the container or service of its oldest process, as far as control groups tell it, else after that process. Only
/// the namespace of a process's first thread counts.
/// </remarks>
internal sealed partial class ProcessNamespaceProbe : BackgroundProbe
{
    private const string Source = "processes";
    private const string Denied = "denied";
    private const string Events = "events";
    private const ulong EventsKey = 1;

    /// <summary>How long events are gathered: what does not live as long as that is not worth a look.</summary>
    private static readonly TimeSpan s_gathering = TimeSpan.FromMilliseconds(20);

    /// <summary>The shortest time from one look at all processes to the next.</summary>
    private static readonly TimeSpan s_minimumPause = TimeSpan.FromMilliseconds(50);

    private readonly ProbeContext _context;
    private readonly TimeSpan _period;
    private readonly ILogger _logger;
    private readonly DescriptorPoller _poller = new();

    // Belong to the start, then to the loop.
    private readonly Dictionary<int, NamespaceId> _namespaceOfProcess = [];
    private readonly Dictionary<NamespaceId, SortedSet<int>> _members = [];
    private readonly Dictionary<NamespaceId, Registered> _registered = [];
    private readonly HashSet<NamespaceId> _touched = [];
    private readonly HashSet<int> _executed = [];
    private ProcessTable? _processes;
    private ProcessEventListener? _events;
    private NamespaceId _host;
    private string? _ownGroupName;
    private TimeSpan _lastScanTook;
    private long _lastScanEnded;
    private bool _isScanWanted;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="context">What it works with.</param>
    public ProcessNamespaceProbe(ProbeContext context)
        : base("processes")
    {
        _context = context;
        _period = context.Options.ProcessUpdate;
        _logger = context.Loggers.CreateLogger<ProcessNamespaceProbe>();
    }

    /// <summary>Opens the namespace of the host, which is no namespace of a process.</summary>
    internal Func<NetworkNamespace> OpenHost { get; init; } = NetworkNamespace.OpenCurrent;

    /// <summary>Opens the listener for events.</summary>
    internal Func<ProcessEventListener> OpenEvents { get; init; } = ProcessEventListener.Open;

    /// <summary>Which namespaces are looked at.</summary>
    internal Predicate<NamespaceId> IsWanted { get; init; } = static _ => true;

    /// <summary>How often all processes were looked at.</summary>
    internal int ScanCount { get; private set; }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _processes = _context.Processes.Value;
        using (var host = OpenHost())
        {
            _host = host.Id;
        }

        _ownGroupName = FindGroupName(Environment.ProcessId);
        ListenToEvents();
        RunOnThread(Run);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        _events?.Dispose();
        _poller.Dispose();
    }

    private void ListenToEvents()
    {
        try
        {
            _events ??= OpenEvents();
            _poller.Add(_events.Descriptor!, EventsKey);
        }
        catch (LinuxException e)
        {
            string message = string.Create(
                CultureInfo.InvariantCulture, $"new processes are noticed after up to {_period.TotalSeconds:0.#} s only: {e.Message}");
            if (e.Reason == LinuxErrorReason.PermissionDenied)
            {
                message += "; run as root, or with CAP_NET_ADMIN";
                State.SetProblem(Events, message);
            }

            // Where the kernel does not tell there is nothing to mend.
            LogNoEvents(_logger, message);
        }
    }

    private void Run()
    {
        ulong[] keys = new ulong[1];
        var events = new List<ProcessEvent>();
        Scan();
        State.SetRunning();
        while (_poller.Wait(keys, out int count, UntilScan(), Stopping) != WaitOutcome.Cancelled)
        {
            if (count > 0)
            {
                if (Stopping.WaitHandle.WaitOne(s_gathering))
                {
                    break;
                }

                ReadEvents(events);
            }

            if (UntilScan() <= TimeSpan.Zero)
            {
                Scan();
            }
            else if (_touched.Count > 0)
            {
                Follow(_touched);
            }

            _touched.Clear();
            _executed.Clear();
        }
    }

    /// <summary>How long until all processes are looked at again. When that takes long it is not done often, whatever happens.</summary>
    private TimeSpan UntilScan()
    {
        var pause = _isScanWanted ? _lastScanTook * 20 : _period;
        var left = (pause > s_minimumPause ? pause : s_minimumPause) - Stopwatch.GetElapsedTime(_lastScanEnded);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void ReadEvents(List<ProcessEvent> events)
    {
        while (true)
        {
            events.Clear();
            switch (_events!.TryReceive(events))
            {
                case NetlinkReceiveStatus.Messages:
                    foreach (var one in events)
                    {
                        Apply(one);
                    }

                    break;
                case NetlinkReceiveStatus.Overrun:
                    State.CountResynchronization();
                    _isScanWanted = true;
                    return;
                default:
                    return;
            }
        }
    }

    private void Apply(ProcessEvent one)
    {
        if (one.Kind == ProcessEventKind.Exited)
        {
            Leave(one.ProcessId);
            return;
        }

        // Where it is now, which may be further than when this happened.
        if (_processes!.TryGetNamespace(one.ProcessId, out var id) == ProcessAccess.Granted)
        {
            Enter(one.ProcessId, id);
            if (one.Kind == ProcessEventKind.Executed && id != _host)
            {
                _executed.Add(one.ProcessId);
                _touched.Add(id);
            }
        }
    }

    private void Enter(int processId, NamespaceId id)
    {
        if (_namespaceOfProcess.TryGetValue(processId, out var before))
        {
            if (before == id)
            {
                return;
            }

            Leave(processId);
        }

        if (id != _host && IsWanted(id))
        {
            _namespaceOfProcess.Add(processId, id);
            if (!_members.TryGetValue(id, out var members))
            {
                _members.Add(id, members = []);
            }

            members.Add(processId);
            _touched.Add(id);
        }
    }

    private void Leave(int processId)
    {
        if (!_namespaceOfProcess.Remove(processId, out var id))
        {
            return;
        }

        var members = _members[id];
        members.Remove(processId);
        if (members.Count > 0)
        {
            _touched.Add(id);
            return;
        }

        // There may be processes in it that the kernel did not tell of.
        _members.Remove(id);
        _isScanWanted = true;
    }

    /// <summary>Looks at all processes.</summary>
    private void Scan()
    {
        long began = Stopwatch.GetTimestamp();
        var snapshot = _processes!.Read(TimeSpan.Zero);
        _namespaceOfProcess.Clear();
        _members.Clear();
        foreach (var process in snapshot.Processes)
        {
            if (process.Access == ProcessAccess.Granted)
            {
                Enter(process.Id, process.Namespace);
            }
        }

        if (snapshot.DeniedCount > 0 && !ProcessCapabilities.Has(LinuxCapabilities.ProcessTrace))
        {
            const string Message = "the namespaces of others' processes cannot be looked at: run as root, or with CAP_SYS_PTRACE";
            if (State.SetProblem(Denied, Message))
            {
                LogTrouble(_logger, Message);
            }
        }
        else
        {
            State.ClearProblem(Denied);
        }

        _isScanWanted = false;
        Follow([.. _members.Keys, .. _registered.Keys]);
        ScanCount++;
        _lastScanEnded = Stopwatch.GetTimestamp();
        _lastScanTook = Stopwatch.GetElapsedTime(began, _lastScanEnded);
    }

    /// <summary>Brings what is registered of some namespaces in line with the processes in them, in one revision of the graph.</summary>
    private void Follow(IReadOnlyCollection<NamespaceId> ids)
    {
        var found = new List<NamespaceRegistration>();
        var gone = new List<NamespaceUse>();
        foreach (var id in ids)
        {
            var registered = _registered.GetValueOrDefault(id);
            if (!_members.TryGetValue(id, out var members))
            {
                // Nobody is in it; whether that is sure only a look at all processes says.
                if (registered is not null && !_isScanWanted)
                {
                    gone.Add(registered.Use);
                    _registered.Remove(id);
                }

                continue;
            }

            bool isSameProcess = registered is not null && members.Contains(registered.ProcessId);
            if (isSameProcess && !_executed.Contains(registered!.ProcessId))
            {
                continue;
            }

            if (TryRegister(id, isSameProcess ? registered!.ProcessId : members.Min, found) is { } now && now != registered)
            {
                _registered[id] = now;
                if (registered is not null && !isSameProcess)
                {
                    gone.Add(registered.Use);
                }
            }
        }

        if (found.Count + gone.Count > 0)
        {
            Change(found, gone);
        }
    }

    private Registered? TryRegister(NamespaceId id, int processId, List<NamespaceRegistration> found)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/ns/net");
        if (_processes!.Describe(processId) is not { } process)
        {
            // Gone since it was looked at, which an event will tell, or the next look.
            return null;
        }

        // Control groups that the agent is in itself tell nothing: then all runs in one container.
        string? group = FindGroupName(processId);
        string name = group is not null && group != _ownGroupName
            ? group
            : string.Create(CultureInfo.InvariantCulture, $"{process.Name}-{processId}");
        var use = new NamespaceUse(Source, id, name, path, NamespacePrecedence.Process);
        if (_registered.TryGetValue(id, out var before) && before.Use == use)
        {
            return before;
        }

        try
        {
            if (NetworkNamespace.TryOpen(path, out var opened) != NamespaceOpenStatus.Opened)
            {
                return null;
            }

            if (opened!.Id != id)
            {
                opened.Dispose();
                return null;
            }

            found.Add(new(use, opened));
            State.ClearProblem(path);
            return new(processId, use);
        }
        catch (LinuxException e)
        {
            string message = $"namespace {path} cannot be opened: {e.Message}";
            if (State.SetProblem(path, message))
            {
                LogTrouble(_logger, message);
            }

            return null;
        }
    }

    private string? FindGroupName(int processId) =>
        _processes!.ReadControlGroups(processId) is { } groups ? ControlGroupName.Find(groups) : null;

    private void Change(List<NamespaceRegistration> found, List<NamespaceUse> gone)
    {
        foreach (var use in gone)
        {
            State.ClearProblem(use.Path);
        }

        var refused = _context.Namespaces.ChangeAsync(found, gone).WaitAsync(Stopping).GetAwaiter().GetResult();
        foreach (var use in refused)
        {
            // Why is in the state of the probe that refused; the next look finds it anew.
            _registered.Remove(use.Id);
        }
    }

    [LoggerMessage(1071, LogLevel.Warning, "{Message}")]
    private static partial void LogTrouble(ILogger logger, string message);

    [LoggerMessage(1072, LogLevel.Information, "{Message}")]
    private static partial void LogNoEvents(ILogger logger, string message);

    /// <summary>What is registered of a namespace.</summary>
    /// <param name="ProcessId">The process that stands for it.</param>
    /// <param name="Use">The use.</param>
    private sealed record Registered(int ProcessId, NamespaceUse Use);
}
