using System.Runtime.InteropServices;
using System.Text;
using Skydive.Linux.Interop;
using Skydive.Linux.Polling;

namespace Skydive.Linux.FileSystem;

/// <summary>
/// Tells of entries that come and go in one directory, and of the directory itself, which need not exist yet (inotify).
/// </summary>
/// <remarks>
/// <para>
/// One thread reads; <see cref="Dispose"/> from any thread ends its wait at once. Not told: mounts, on entries or over the directory (see
/// <see cref="MountWatcher"/>), and a rename of a directory further up the path.
/// </para>
/// <para>
/// For network namespaces: <c>ip netns add</c> creates a file and then mounts the namespace on it, so after
/// <see cref="DirectoryEventKind.EntryAdded"/> the file may not open as a namespace yet
/// (<see cref="Namespaces.NamespaceOpenStatus.NotANamespace"/>); it will after a change of the mount table.
/// </para>
/// Source: <c>inotify(7)</c>.
/// </remarks>
public sealed unsafe class DirectoryWatcher : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x80800; // IN_NONBLOCK | IN_CLOEXEC
    private const int BufferSize = 16 << 10;
    private const uint DirectoryGone = InotifyReader.SelfDeleted | InotifyReader.SelfMoved | InotifyReader.Unmounted | InotifyReader.Ignored;
    private const uint EntryAdded = InotifyReader.Created | InotifyReader.MovedTo;
    private const uint EntryRemoved = InotifyReader.Deleted | InotifyReader.Moved;
    private const uint TargetMask = EntryAdded | EntryRemoved | InotifyReader.SelfDeleted | InotifyReader.SelfMoved | InotifyReader.OnlyDirectory;
    private const uint AncestorMask = EntryAdded | InotifyReader.SelfDeleted | InotifyReader.SelfMoved | InotifyReader.OnlyDirectory;

    private readonly SafeDescriptor _inotify;
    private readonly DescriptorWait _wait;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _watch = -1;
    private bool _isAttached;
    private bool _appearancePending;

    /// <summary>Starts to watch a directory, or to wait for it.</summary>
    /// <param name="path">The directory; symbolic links in it are followed. A relative path counts from the current directory.</param>
    /// <exception cref="LinuxException">
    /// The limit of inotify instances or watches is reached (<see cref="LinuxErrorReason.ResourceExhausted"/>), or the directory, or the
    /// nearest above it that exists, may not be read.
    /// </exception>
    public DirectoryWatcher(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        DirectoryPath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _inotify = Libc.InotifyInit(NonBlockingCloseOnExec);
        if (_inotify.IsInvalid)
        {
            throw LinuxException.FromLastError("inotify_init1");
        }

        try
        {
            _wait = new DescriptorWait(_inotify);
            Attach();
        }
        catch
        {
            _wait?.Dispose();
            _inotify.Dispose();
            throw;
        }
    }

    /// <summary>The full path of the directory.</summary>
    public string DirectoryPath { get; }

    /// <summary>
    /// The inotify instance, for a <see cref="DescriptorPoller"/>. Read once before the first wait: the first event is not in the kernel.
    /// </summary>
    public SafeDescriptor Descriptor => _inotify;

    /// <summary>Waits for events.</summary>
    /// <param name="events">The events are added here, in order.</param>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns><see cref="WaitOutcome.Ready"/> when events were added.</returns>
    /// <exception cref="LinuxException">The directory reappeared and may not be read, or the instance is broken.</exception>
    public WaitOutcome Read(ICollection<DirectoryEvent> events, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        long deadline = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!cancellationToken.IsCancellationRequested)
        {
            if (TryRead(events))
            {
                return WaitOutcome.Ready;
            }

            TimeSpan left = deadline == long.MaxValue
                ? Timeout.InfiniteTimeSpan
                : TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64));
            WaitOutcome outcome = _wait.Wait(left, cancellationToken, out _);
            if (outcome != WaitOutcome.Ready)
            {
                return outcome;
            }
        }

        return WaitOutcome.Cancelled;
    }

    /// <summary>Reads the events at hand without waiting.</summary>
    /// <param name="events">The events are added here, in order.</param>
    /// <returns>Whether there were any.</returns>
    /// <exception cref="LinuxException">The directory reappeared and may not be read, or the instance is broken.</exception>
    public bool TryRead(ICollection<DirectoryEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        int before = events.Count;
        Announce(events);
        try
        {
            while (TryFill(out int length))
            {
                Interpret(_buffer.AsSpan(0, length), events);
            }
        }
        catch (ObjectDisposedException)
        {
            // Disposed by another thread: there is nothing more to read.
        }

        return events.Count > before;
    }

    /// <summary>Stops watching and ends a wait in progress.</summary>
    public void Dispose()
    {
        _wait.Dispose();
        _inotify.Dispose();
    }

    private bool TryFill(out int length)
    {
        fixed (byte* buffer = _buffer)
        {
            while (true)
            {
                length = (int)Libc.Read(_inotify, buffer, BufferSize);
                if (length > 0)
                {
                    return true;
                }

                var errno = (Errno)Marshal.GetLastPInvokeError();
                if (length == 0 || errno == Errno.TryAgain)
                {
                    return false;
                }

                if (errno != Errno.Interrupted)
                {
                    throw new LinuxException("read inotify", errno);
                }
            }
        }
    }

    private void Interpret(ReadOnlySpan<byte> bytes, ICollection<DirectoryEvent> events)
    {
        var reader = new InotifyReader(bytes);
        while (reader.MoveNext())
        {
            InotifyEvent change = reader.Current;
            if ((change.Mask & InotifyReader.QueueOverflow) != 0)
            {
                Recover(events);
            }
            else if (change.Watch != _watch)
            {
                // Left over from a directory that is no longer watched.
            }
            else if ((change.Mask & DirectoryGone) != 0)
            {
                Detach(events);
                Attach();
                Announce(events);
            }
            else if (!_isAttached)
            {
                // Something came into being above: perhaps the directory, or one on the way to it.
                Attach();
                Announce(events);
            }
            else
            {
                string name = Encoding.UTF8.GetString(change.Name);
                DirectoryEventKind kind = (change.Mask & EntryAdded) != 0 ? DirectoryEventKind.EntryAdded : DirectoryEventKind.EntryRemoved;
                events.Add(new DirectoryEvent(kind, name));
            }
        }

        if (reader.IsMalformed)
        {
            Recover(events);
        }
    }

    /// <summary>After a loss anything may have happened, to the directory itself too: it is watched afresh.</summary>
    private void Recover(ICollection<DirectoryEvent> events)
    {
        bool wasAttached = _isAttached;
        Attach();
        if (!wasAttached || !_isAttached)
        {
            if (wasAttached)
            {
                events.Add(new DirectoryEvent(DirectoryEventKind.DirectoryDisappeared, string.Empty));
            }

            Announce(events);
            return;
        }

        _appearancePending = false;
        events.Add(new DirectoryEvent(DirectoryEventKind.EventsLost, string.Empty));
    }

    private void Detach(ICollection<DirectoryEvent> events)
    {
        if (_isAttached)
        {
            _isAttached = false;
            if (_appearancePending)
            {
                _appearancePending = false;
            }
            else
            {
                events.Add(new DirectoryEvent(DirectoryEventKind.DirectoryDisappeared, string.Empty));
            }
        }
    }

    private void Announce(ICollection<DirectoryEvent> events)
    {
        if (_appearancePending)
        {
            _appearancePending = false;
            events.Add(new DirectoryEvent(DirectoryEventKind.DirectoryAppeared, string.Empty));
        }
    }

    /// <summary>Watches the directory, or the nearest above it that exists.</summary>
    private void Attach()
    {
        int old = _watch;
        while (true)
        {
            _watch = AddWatch(DirectoryPath, TargetMask);
            if (_watch >= 0)
            {
                _isAttached = true;
                _appearancePending = true;
                break;
            }

            _isAttached = false;
            string missing = DirectoryPath;
            string? above = Path.GetDirectoryName(missing);
            while (above is not null && (_watch = AddWatch(above, AncestorMask)) < 0)
            {
                missing = above;
                above = Path.GetDirectoryName(above);
            }

            // What was missing may have come between the look and the watch.
            if (above is null || !Directory.Exists(missing))
            {
                break;
            }
        }

        if (old >= 0 && old != _watch)
        {
            // Fails when the directory is gone, which removes its watch too.
            _ = Libc.InotifyRemoveWatch(_inotify, old);
        }
    }

    private int AddWatch(string path, uint mask)
    {
        int watch = Libc.InotifyAddWatch(_inotify, path, mask);
        if (watch >= 0)
        {
            return watch;
        }

        var errno = (Errno)Marshal.GetLastPInvokeError();
        return LinuxException.ReasonOf(errno) == LinuxErrorReason.NotFound
            ? -1
            : throw new LinuxException($"watch directory {path}", errno);
    }
}
