using System.Diagnostics;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Processes;

/// <summary>The processes of this host, for all who want to know of them: what one has read serves the others. Any thread.</summary>
public sealed class ProcessTable : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ProcessReader _reader;
    private readonly List<int> _ids = [];
    private ProcessSnapshot? _newest;
    private long _readAt;

    /// <summary>Makes a table.</summary>
    /// <param name="root">Where the processes are shown.</param>
    /// <exception cref="LinuxException"><c>/proc</c> is not mounted.</exception>
    public ProcessTable(string root = "/proc") => _reader = new ProcessReader(root);

    /// <summary>Reads which processes there are, and in which network namespaces.</summary>
    /// <param name="maximumAge">How old what was read before may be, to do as well.</param>
    /// <returns>The processes.</returns>
    /// <exception cref="LinuxException"><c>/proc</c> cannot be read.</exception>
    /// <remarks>Takes some microseconds a process.</remarks>
    public ProcessSnapshot Read(TimeSpan maximumAge)
    {
        lock (_lock)
        {
            if (_newest is not null && Stopwatch.GetElapsedTime(_readAt) <= maximumAge)
            {
                return _newest;
            }

            long began = Stopwatch.GetTimestamp();
            _reader.List(_ids);
            var processes = new List<ProcessEntry>(_ids.Count);
            foreach (int id in _ids)
            {
                ProcessAccess access = _reader.TryGetNamespace(id, out NamespaceId networkNamespace);
                if (access != ProcessAccess.Gone)
                {
                    processes.Add(new ProcessEntry(id, access, networkNamespace));
                }
            }

            // There is always a first process, in every process namespace.
            _newest = new ProcessSnapshot(processes, isRestricted: _ids.Count == 0 || _ids[0] != 1);
            _readAt = began;
            return _newest;
        }
    }

    /// <summary>The network namespace of a process at this moment.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="id">The namespace.</param>
    /// <returns>Whether it could be looked into.</returns>
    public ProcessAccess TryGetNamespace(int processId, out NamespaceId id)
    {
        lock (_lock)
        {
            return _reader.TryGetNamespace(processId, out id);
        }
    }

    /// <summary>Says what a process is.</summary>
    /// <param name="processId">The process.</param>
    /// <returns>What it is; null when it is gone.</returns>
    public ProcessInfo? Describe(int processId)
    {
        lock (_lock)
        {
            return _reader.TryGetStartTime(processId, out ulong startTime) == ProcessAccess.Granted && _reader.ReadName(processId) is { } name
                ? new ProcessInfo(processId, startTime, name, _reader.ReadProgram(processId) ?? string.Empty)
                : null;
        }
    }

    /// <summary>The control groups of a process.</summary>
    /// <param name="processId">The process.</param>
    /// <returns>One a line, as <c>cgroups(7)</c> describes; null when it is gone.</returns>
    public string? ReadControlGroups(int processId)
    {
        lock (_lock)
        {
            return _reader.ReadControlGroups(processId);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _reader.Dispose();
        }
    }

    /// <summary>How many descriptors a process has open; 0 on kernels that do not count them (before 6.2).</summary>
    internal ProcessAccess TryCountDescriptors(int processId, out long count)
    {
        lock (_lock)
        {
            return _reader.TryCountDescriptors(processId, out count);
        }
    }

    /// <summary>Lists the sockets that a process has open, by inode.</summary>
    internal ProcessAccess ReadSockets(int processId, List<uint> inodes)
    {
        lock (_lock)
        {
            return _reader.ReadSockets(processId, inodes);
        }
    }
}
