using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Skydive.Linux;
using Skydive.Linux.FileSystem;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Polling;

namespace Skydive.Agent.Topology;

/// <summary>
/// Finds the named network namespaces under a folder (<c>/var/run/netns</c>), those that are there and those that come and go, and registers
/// them with the directory.
/// </summary>
internal sealed partial class NamespaceProbe : IDisposable
{
    private const ulong MountsKey = 1;
    private const ulong FolderKey = 2;
    private const string Source = "netns";

    /// <summary>How many times as long as a look took there is until the next, at most <see cref="s_longestPause"/>.</summary>
    private const int PauseFactor = 5;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long until what could not be opened or read is tried again.</summary>
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly NamespaceDirectory _directory;
    private readonly ProbeState _state;
    private readonly ILogger _logger;
    private readonly DescriptorPoller _poller = new();
    private readonly MountWatcher _mounts;
    private readonly CancellationTokenSource _stop = new();

    // Belong to the start, then to the loop.
    private readonly Dictionary<string, NamespaceUse> _uses = new(StringComparer.Ordinal);
    private readonly HashSet<string> _troubles = new(StringComparer.Ordinal);
    private DirectoryWatcher? _entries;
    private long _nextScan;
    private int _isDisposed;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <exception cref="LinuxException"><c>/proc</c> is not mounted, or the process is out of descriptors.</exception>
    public NamespaceProbe(string folder, NamespaceDirectory directory, ProbeState state, ILogger logger)
    {
        _folder = Path.TrimEndingDirectorySeparator(folder);
        _directory = directory;
        _state = state;
        _logger = logger;
        _mounts = new();
    }

    /// <summary>Ends when the probe is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Has the namespace of the host and all that have a name now watched, in one revision of the graph, and begins to look for changes.
    /// </summary>
    /// <param name="host">The namespace of the host; the probe takes it over.</param>
    public async Task StartAsync(NetworkNamespace host)
    {
        // Watched before it is read, so that nothing comes unnoticed in between.
        _poller.Add(_mounts.Descriptor, MountsKey, priority: true);
        WatchFolder();
        Refuse(await _directory.StartAsync(host, Scan().Found).ConfigureAwait(false));
        _state.SetRunning();
        Completion = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends the loop. What it found stays in the graph.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _stop.Cancel();
        Completion.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _entries?.Dispose();
        _mounts.Dispose();
        _poller.Dispose();
        _stop.Dispose();
    }

    /// <summary>Waits on its own thread; what follows from a change is waited for there too, one change after another.</summary>
    private void Run()
    {
        ulong[] keys = new ulong[2];
        var events = new List<DirectoryEvent>();
        try
        {
            while (_poller.Wait(keys, out int count, _troubles.Count == 0 ? Timeout.InfiniteTimeSpan : s_retryDelay, _stop.Token) != WaitOutcome.Cancelled)
            {
                if (keys.AsSpan(0, count).Contains(FolderKey))
                {
                    ReadEntries(events);
                }

                if (_entries is null)
                {
                    WatchFolder();
                }

                // A look takes the longer the more names there are: while they come one after another, one look finds several.
                if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _nextScan) is var pause && pause > TimeSpan.Zero)
                {
                    _stop.Token.WaitHandle.WaitOne(pause);
                }

                // ip netns add makes a file first and mounts the namespace on it then: only the second makes it a namespace. Symbolic links
                // to /proc/PID/ns/net, as people make them for containers, come without a mount.
                long begin = Stopwatch.GetTimestamp();
                var changes = Scan();
                long end = Stopwatch.GetTimestamp();
                _nextScan = end + Math.Min(PauseFactor * (end - begin), (long)(s_longestPause.TotalSeconds * Stopwatch.Frequency));
                FollowAsync(changes).WaitAsync(_stop.Token).GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task FollowAsync(NamespaceChanges changes)
    {
        if (changes.Found.Count + changes.Gone.Count > 0)
        {
            Refuse(await _directory.ChangeAsync(changes.Found, changes.Gone).ConfigureAwait(false));
        }
    }

    /// <summary>What could not be watched is as if it had not been seen: the next look finds it anew.</summary>
    private void Refuse(IReadOnlyList<NamespaceUse> refused)
    {
        foreach (var use in refused)
        {
            _uses.Remove(use.Path);
            _troubles.Add(use.Path);
        }
    }

    private void WatchFolder()
    {
        try
        {
            _entries = new(_folder);
            _poller.Add(_entries.Descriptor, FolderKey);
            Solve(_folder);
        }
        catch (LinuxException e)
        {
            _entries?.Dispose();
            _entries = null;
            Trouble(_folder, $"{_folder} cannot be watched: {e.Message}");
        }
    }

    private void ReadEntries(List<DirectoryEvent> events)
    {
        events.Clear();
        try
        {
            _entries?.TryRead(events);
        }
        catch (LinuxException e)
        {
            // Made anew at the next try.
            _entries?.Dispose();
            _entries = null;
            Trouble(_folder, $"{_folder} cannot be watched: {e.Message}");
        }
    }

    /// <summary>Looks which namespaces have names, and compares that with what is registered.</summary>
    private NamespaceChanges Scan()
    {
        var found = new List<NamespaceRegistration>();
        var gone = new List<NamespaceUse>();
        string[] files = ListFiles();
        foreach (string path in _uses.Keys.Except(files, StringComparer.Ordinal).ToArray())
        {
            _uses.Remove(path, out var use);
            gone.Add(use!);
        }

        foreach (string path in files)
        {
            // Most are what they were: one look at the file's number tells, and does not hold up who wants to unmount it.
            if (_uses.TryGetValue(path, out var known) && NetworkNamespace.TryIdentify(path) == known.Id)
            {
                Solve(path);
                continue;
            }

            if (Open(path, out bool isUnknown) is { } opened)
            {
                var use = new NamespaceUse(Source, opened.Id, Path.GetFileName(path), path, NamespacePrecedence.Named);
                _uses[path] = use;
                found.Add(new(use, opened));
            }
            else if (known is not null && !isUnknown)
            {
                gone.Add(known);
                _uses.Remove(path);
            }
        }

        return new(found, gone);
    }

    /// <summary>The files in the folder by name; those known before when the folder cannot be read.</summary>
    private string[] ListFiles()
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(_folder);
            Solve(_folder + "/");
        }
        catch (DirectoryNotFoundException) when (!File.Exists(_folder))
        {
            files = [];
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            Trouble(_folder + "/", $"{_folder} cannot be read: {e.Message}");
            return [.. _uses.Keys.Order(StringComparer.Ordinal)];
        }

        Array.Sort(files, StringComparer.Ordinal);
        foreach (string gone in _troubles.Where(path => Path.GetDirectoryName(path) == _folder).Except(files, StringComparer.Ordinal).ToArray())
        {
            Solve(gone);
        }

        return files;
    }

    /// <summary>Opens a file, if it is a namespace.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isUnknown">Whether nothing can be said of the file, which may be a namespace.</param>
    private NetworkNamespace? Open(string path, out bool isUnknown)
    {
        isUnknown = false;
        try
        {
            var status = NetworkNamespace.TryOpen(path, out var networkNamespace);
            if (status == NamespaceOpenStatus.PermissionDenied)
            {
                isUnknown = true;
                Trouble(path, $"namespace {path} cannot be opened: run as root, or with CAP_SYS_ADMIN");
            }
            else
            {
                Solve(path);
            }

            return networkNamespace;
        }
        catch (LinuxException e)
        {
            isUnknown = true;
            Trouble(path, $"namespace {path} cannot be opened: {e.Message}");
            return null;
        }
    }

    private void Trouble(string subject, string message)
    {
        _troubles.Add(subject);
        if (_state.SetProblem(subject, message))
        {
            LogTrouble(_logger, message);
        }
    }

    private void Solve(string subject)
    {
        if (_troubles.Remove(subject))
        {
            _state.ClearProblem(subject);
        }
    }

    [LoggerMessage(1011, LogLevel.Warning, "{Message}; trying again")]
    private static partial void LogTrouble(ILogger logger, string message);

    /// <summary>What is different from what is registered.</summary>
    private sealed record NamespaceChanges(IReadOnlyList<NamespaceRegistration> Found, IReadOnlyList<NamespaceUse> Gone);
}
