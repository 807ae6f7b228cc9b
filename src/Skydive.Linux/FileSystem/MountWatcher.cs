using Skydive.Linux.Interop;
using Skydive.Linux.Polling;

namespace Skydive.Linux.FileSystem;

/// <summary>
/// Signals when something is mounted or unmounted in this process's mount namespace. Needed because a namespace file such as
/// <c>/run/netns/vm1</c> appears before the namespace is mounted on it, and inotify does not report mounts.
/// </summary>
/// <remarks>
/// Source: <c>proc_pid_mountinfo(5)</c>: the file polls as having priority data after each change since it was opened or last polled.
/// One thread waits; <see cref="Dispose"/> from any thread ends the wait.
/// </remarks>
public sealed class MountWatcher : IDisposable
{
    private readonly SafeDescriptor _mounts;
    private readonly DescriptorWait _wait;

    /// <summary>Opens the mount table.</summary>
    /// <exception cref="LinuxException"><c>/proc</c> is not mounted.</exception>
    public MountWatcher()
    {
        _mounts = Libc.Open("/proc/self/mountinfo", Constants.OpenReadOnly | Constants.OpenCloseOnExec);
        if (_mounts.IsInvalid)
        {
            throw LinuxException.FromLastError("open /proc/self/mountinfo");
        }

        _wait = new DescriptorWait(_mounts, Constants.PollPriority);
    }

    /// <summary>The mount table, for a <see cref="DescriptorPoller"/>, which must wait for its priority data.</summary>
    public SafeDescriptor Descriptor => _mounts;

    /// <summary>
    /// Waits until the mount table changes. Changes since the last wait (or since construction) count, and several are one.
    /// </summary>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns><see cref="WaitOutcome.Ready"/> after a change.</returns>
    public WaitOutcome Wait(TimeSpan timeout, CancellationToken cancellationToken) => _wait.Wait(timeout, cancellationToken, out _);

    /// <summary>Ends a wait in progress as cancelled.</summary>
    public void Dispose()
    {
        _wait.Dispose();
        _mounts.Dispose();
    }
}
