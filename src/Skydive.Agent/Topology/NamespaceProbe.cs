using Microsoft.Extensions.Logging;
using Skydive.Linux;
using Skydive.Linux.FileSystem;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Polling;

namespace Skydive.Agent.Topology;

/// <summary>
/// Finds the named network namespaces under a folder (<c>/var/run/netns</c>), those that are there and those that come and go. A namespace
/// with several names is watched once, until its last name is gone.
/// </summary>
internal sealed partial class NamespaceProbe : IDisposable
{
    private readonly string _folder;
    private readonly NamespaceId _hostId;
    private readonly NetlinkProbe _netlink;
    private readonly ProbeState _state;
    private readonly ILogger _logger;
    private readonly Dictionary<string, NamespaceId> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly MountWatcher _mounts;
    private FileSystemWatcher? _files;

    public NamespaceProbe(string folder, NamespaceId hostId, NetlinkProbe netlink, ProbeState state, ILogger logger)
    {
        _folder = folder;
        _hostId = hostId;
        _netlink = netlink;
        _state = state;
        _logger = logger;
        _mounts = new();
    }

    /// <summary>Ends when the probe is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>The namespaces that have a name now, as sources for the first reading; later ones are found by the probe itself.</summary>
    public IReadOnlyList<NamespaceSource> Start()
    {
        WatchFiles();
        var (added, _) = Scan();
        Completion = Task.WhenAll(
            Task.Factory.StartNew(WatchMounts, _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default), Task.Run(RunAsync));
        return added;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _mounts.Dispose();
        _files?.Dispose();
        Completion.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _changed.Dispose();
        _stop.Dispose();
    }

    private void WatchMounts()
    {
        // ip netns add makes a file first and mounts the namespace on it then: only the second makes it a namespace.
        while (_mounts.Wait(Timeout.InfiniteTimeSpan, _stop.Token) != WaitOutcome.Cancelled)
        {
            Signal();
        }
    }

    private void WatchFiles()
    {
        if (_files is not null || !Directory.Exists(_folder))
        {
            return;
        }

        // Symbolic links to /proc/PID/ns/net, as people make them for containers, come without a mount.
        _files = new(_folder) { NotifyFilter = NotifyFilters.FileName };
        _files.Created += (_, _) => Signal();
        _files.Deleted += (_, _) => Signal();
        _files.Renamed += (_, _) => Signal();
        _files.Error += (_, _) => Signal();
        _files.EnableRaisingEvents = true;
    }

    private void Signal()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // A look is due already.
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(_stop.Token).ConfigureAwait(false);
                WatchFiles();
                var (added, removed) = Scan();
                if (removed.Count > 0)
                {
                    await _netlink.RemoveAsync(removed).ConfigureAwait(false);
                }

                if (added.Count > 0)
                {
                    await _netlink.AddAsync(added).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private (List<NamespaceSource> Added, List<NamespaceId> Removed) Scan()
    {
        var before = _known.Values.ToHashSet();
        var found = new Dictionary<string, NetworkNamespace>(StringComparer.Ordinal);
        foreach (string path in ListFiles())
        {
            if (Open(path) is { } networkNamespace)
            {
                found.Add(path, networkNamespace);
            }
        }

        foreach (string path in _known.Keys.Where(path => !found.ContainsKey(path)).ToArray())
        {
            _known.Remove(path);
        }

        var added = new List<NamespaceSource>();
        foreach (var (path, networkNamespace) in found.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            _known[path] = networkNamespace.Id;
            if (networkNamespace.Id == _hostId || !before.Add(networkNamespace.Id))
            {
                networkNamespace.Dispose();
                continue;
            }

            added.Add(new(networkNamespace, Path.GetFileName(path), path, IsHost: false));
        }

        var present = _known.Values.ToHashSet();
        return (added, before.Where(id => !present.Contains(id)).ToList());
    }

    private IEnumerable<string> ListFiles()
    {
        try
        {
            return Directory.GetFiles(_folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException e)
        {
            _state.SetDegraded(e.Message);
            return [];
        }
    }

    private NetworkNamespace? Open(string path)
    {
        try
        {
            var status = NetworkNamespace.TryOpen(path, out var networkNamespace);
            if (status == NamespaceOpenStatus.PermissionDenied && _refused.Add(path))
            {
                LogRefused(_logger, path);
                _state.SetDegraded($"namespace {path} cannot be opened: run as root, or with CAP_SYS_ADMIN");
            }

            return networkNamespace;
        }
        catch (LinuxException e)
        {
            if (_refused.Add(path))
            {
                LogFailed(_logger, path, e.Message);
                _state.SetDegraded($"namespace {path}: {e.Message}");
            }

            return null;
        }
    }

    [LoggerMessage(1011, LogLevel.Warning, "Namespace {Path} cannot be opened: run as root, or with CAP_SYS_ADMIN")]
    private static partial void LogRefused(ILogger logger, string path);

    [LoggerMessage(1012, LogLevel.Warning, "Namespace {Path} cannot be opened: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
