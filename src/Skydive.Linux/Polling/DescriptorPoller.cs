using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Polling;

/// <summary>
/// Waits for many descriptors at once on one thread (<c>epoll</c>, level-triggered): the sockets of two thousand namespaces need no more.
/// </summary>
/// <remarks>
/// One thread waits. <see cref="Add"/>, <see cref="Remove"/> and <see cref="Wake"/> may be called from any thread meanwhile.
/// A descriptor that is closed leaves by itself.
/// </remarks>
public sealed unsafe class DescriptorPoller : IDisposable
{
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC
    private const int ControlAdd = 1; // EPOLL_CTL_ADD
    private const int ControlDelete = 2; // EPOLL_CTL_DEL
    private const uint EventIn = 0x001; // EPOLLIN
    private const uint EventPriority = 0x002; // EPOLLPRI
    private const int MaximumEvents = 128;
    private const ulong WakeKey = ulong.MaxValue;

    /// <summary>struct epoll_event is packed on x86-64 and naturally aligned elsewhere.</summary>
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly SafeDescriptor _epoll;
    private readonly WakeEvent _wake;
    private volatile bool _disposed;

    /// <summary>Makes an empty poller.</summary>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public DescriptorPoller()
    {
        _epoll = Libc.EpollCreate(CloseOnExec);
        if (_epoll.IsInvalid)
        {
            throw LinuxException.FromLastError("epoll_create1");
        }

        try
        {
            _wake = new WakeEvent();
            Control(ControlAdd, _wake.Descriptor, WakeKey, EventIn);
        }
        catch
        {
            _wake?.Dispose();
            _epoll.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a descriptor from now on.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="key">What <see cref="Wait"/> returns for it; <see cref="ulong.MaxValue"/> is reserved.</param>
    /// <param name="priority">
    /// Whether to wait for priority data instead of data to read, as a <see cref="FileSystem.MountWatcher"/> has it.
    /// </param>
    /// <exception cref="LinuxException">The descriptor is added already, or cannot be waited for.</exception>
    public void Add(SafeDescriptor descriptor, ulong key, bool priority = false)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentOutOfRangeException.ThrowIfEqual(key, WakeKey);
        Control(ControlAdd, descriptor, key, priority ? EventPriority : EventIn);
    }

    /// <summary>No longer waits for a descriptor. Its key may still be among those that a wait in progress returns.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <exception cref="LinuxException">The descriptor is not here.</exception>
    public void Remove(SafeDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Control(ControlDelete, descriptor, 0, 0);
    }

    /// <summary>Ends the wait in progress, or the next one, with no keys.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Waits until a descriptor is readable, or has an error to fetch.</summary>
    /// <param name="keys">Receives the keys of those that are.</param>
    /// <param name="count">How many keys were written; zero after <see cref="Wake"/>.</param>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>Why the wait ended; <see cref="WaitOutcome.Ready"/> with no keys after <see cref="Wake"/>.</returns>
    /// <exception cref="LinuxException">The kernel refuses to wait.</exception>
    public WaitOutcome Wait(Span<ulong> keys, out int count, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Length, nameof(keys));
        count = 0;
        if (_disposed || cancellationToken.IsCancellationRequested)
        {
            return WaitOutcome.Cancelled;
        }

        // A wait that begins while the poller is disposed must be woken all the same: what wakes it stays open until it is over.
        bool isHeld = false;
        try
        {
            _wake.Descriptor.DangerousAddRef(ref isHeld);
            using CancellationTokenRegistration registration =
                cancellationToken.UnsafeRegister(static state => ((WakeEvent)state!).Set(), _wake);
            return WaitCore(keys, out count, timeout, cancellationToken);
        }
        catch (ObjectDisposedException)
        {
            return WaitOutcome.Cancelled;
        }
        finally
        {
            if (isHeld)
            {
                _wake.Descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>
    /// Waits for <see cref="Wake"/> alone, which the next <see cref="Wait"/> still finds: descriptors become readable meanwhile, and are read together afterwards.
    /// </summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>Why the wait ended. It may end too early.</returns>
    /// <exception cref="LinuxException">The kernel refuses to wait.</exception>
    public WaitOutcome Rest(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_disposed || cancellationToken.IsCancellationRequested)
        {
            return WaitOutcome.Cancelled;
        }

        bool isHeld = false;
        try
        {
            _wake.Descriptor.DangerousAddRef(ref isHeld);
            using CancellationTokenRegistration registration =
                cancellationToken.UnsafeRegister(static state => ((WakeEvent)state!).Set(), _wake);
            PollDescriptor polled = default;
            polled.Descriptor = (int)_wake.Descriptor.DangerousGetHandle();
            polled.Events = Constants.PollIn;
            int ready = Libc.Poll(&polled, 1, (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue));
            if (_disposed || cancellationToken.IsCancellationRequested)
            {
                return WaitOutcome.Cancelled;
            }

            return ready > 0 ? WaitOutcome.Ready
                : ready == 0 || (Errno)Marshal.GetLastPInvokeError() == Errno.Interrupted ? WaitOutcome.TimedOut
                : throw LinuxException.FromLastError("poll");
        }
        catch (ObjectDisposedException)
        {
            return WaitOutcome.Cancelled;
        }
        finally
        {
            if (isHeld)
            {
                _wake.Descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Ends a wait in progress as cancelled. The descriptors stay open.</summary>
    public void Dispose()
    {
        _disposed = true;
        _wake.Set();
        _wake.Dispose();
        _epoll.Dispose();
    }

    private WaitOutcome WaitCore(Span<ulong> keys, out int count, TimeSpan timeout, CancellationToken cancellationToken)
    {
        count = 0;
        int maximum = Math.Min(keys.Length + 1, MaximumEvents);
        byte* events = stackalloc byte[maximum * s_eventSize];
        long deadline = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            int milliseconds = deadline == long.MaxValue
                ? -1
                : (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            int ready = Libc.EpollWait(_epoll, events, maximum, milliseconds);
            if (_disposed || cancellationToken.IsCancellationRequested)
            {
                return WaitOutcome.Cancelled;
            }

            if (ready == 0)
            {
                return WaitOutcome.TimedOut;
            }

            if (ready < 0)
            {
                if ((Errno)Marshal.GetLastPInvokeError() != Errno.Interrupted)
                {
                    throw LinuxException.FromLastError("epoll_wait");
                }

                continue;
            }

            for (int i = 0; i < ready; i++)
            {
                ulong key = Unsafe.ReadUnaligned<ulong>(events + (i * s_eventSize) + s_eventSize - 8);
                if (key == WakeKey)
                {
                    _wake.Reset();
                }
                else if (count < keys.Length)
                {
                    keys[count++] = key;
                }
            }

            return WaitOutcome.Ready;
        }
    }

    private void Control(int operation, SafeDescriptor descriptor, ulong key, uint events)
    {
        byte* value = stackalloc byte[16];
        new Span<byte>(value, 16).Clear();
        *(uint*)value = events;
        Unsafe.WriteUnaligned(value + s_eventSize - 8, key);
        if (Libc.EpollControl(_epoll, operation, descriptor, value) != 0)
        {
            throw LinuxException.FromLastError(operation == ControlAdd ? "epoll_ctl add" : "epoll_ctl remove");
        }
    }
}
