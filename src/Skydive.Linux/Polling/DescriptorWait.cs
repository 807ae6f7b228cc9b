using System.Diagnostics;
using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Polling;

/// <summary>
/// Waits for one descriptor, a cancellation token, or a time limit, whichever comes first. One waiter at a time; <see cref="Dispose"/>
/// from another thread ends the wait as cancelled.
/// </summary>
public sealed unsafe class DescriptorWait : IDisposable
{
    private readonly SafeDescriptor _descriptor;
    private readonly short _events;
    private readonly Lock _lock = new();

    // Made for the first wait: most sockets have their answer at once, and those with a poller never wait here.
    private WakeEvent? _wake;
    private volatile bool _disposed;

    /// <summary>Makes a wait for a descriptor to become readable.</summary>
    /// <param name="descriptor">The descriptor; stays with its owner.</param>
    public DescriptorWait(SafeDescriptor descriptor)
        : this(descriptor, Constants.PollIn)
    {
    }

    internal DescriptorWait(SafeDescriptor descriptor, short events)
    {
        _descriptor = descriptor;
        _events = events;
    }

    /// <summary>Whether <see cref="Dispose"/> was called.</summary>
    internal bool IsDisposed => _disposed;

    /// <summary>Waits.</summary>
    /// <param name="timeout">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="LinuxException">The descriptor cannot be waited for.</exception>
    public WaitOutcome Wait(TimeSpan timeout, CancellationToken cancellationToken) => Wait(timeout, cancellationToken, out _);

    /// <summary>Waits.</summary>
    /// <param name="timeout">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <param name="returned">The events that <c>poll</c> returned for the descriptor, zero unless ready.</param>
    internal WaitOutcome Wait(TimeSpan timeout, CancellationToken cancellationToken, out short returned)
    {
        returned = 0;
        WakeEvent wake;
        lock (_lock)
        {
            if (_disposed || cancellationToken.IsCancellationRequested)
            {
                return WaitOutcome.Cancelled;
            }

            wake = _wake ??= new WakeEvent();
        }

        bool reset = false;
        try
        {
            using CancellationTokenRegistration registration =
                cancellationToken.UnsafeRegister(static state => ((WakeEvent)state!).Set(), wake);
            WaitOutcome outcome = Poll(wake, timeout, cancellationToken, out returned);
            reset = cancellationToken.IsCancellationRequested;
            return outcome;
        }
        catch (ObjectDisposedException)
        {
            return WaitOutcome.Cancelled;
        }
        finally
        {
            // The registration is gone by now, so that a wake-up of this token cannot arrive after the reset.
            if (reset && !_disposed)
            {
                Reset(wake);
            }
        }
    }

    /// <summary>Ends a wait in progress and closes the event. The descriptor waited for stays with its owner.</summary>
    public void Dispose()
    {
        WakeEvent? wake;
        lock (_lock)
        {
            _disposed = true;
            wake = _wake;
        }

        wake?.Set();
        wake?.Dispose();
    }

    private static void Reset(WakeEvent wake)
    {
        try
        {
            wake.Reset();
        }
        catch (ObjectDisposedException)
        {
            // Disposed since it was looked at: nobody will wait any more.
        }
    }

    private WaitOutcome Poll(WakeEvent wake, TimeSpan timeout, CancellationToken cancellationToken, out short returned)
    {
        returned = 0;
        bool infinite = timeout == Timeout.InfiniteTimeSpan;
        long started = Stopwatch.GetTimestamp();
        PollDescriptor* polled = stackalloc PollDescriptor[2];
        bool heldDescriptor = false;
        bool heldWake = false;
        try
        {
            _descriptor.DangerousAddRef(ref heldDescriptor);
            wake.Descriptor.DangerousAddRef(ref heldWake);
            polled[0].Descriptor = (int)_descriptor.DangerousGetHandle();
            polled[0].Events = _events;
            polled[1].Descriptor = (int)wake.Descriptor.DangerousGetHandle();
            polled[1].Events = Constants.PollIn;
            while (true)
            {
                int milliseconds = -1;
                if (!infinite)
                {
                    // Rounded up, so that the last wait is not a busy loop of zero-length ones.
                    double left = Math.Ceiling((timeout - Stopwatch.GetElapsedTime(started)).TotalMilliseconds);
                    milliseconds = (int)Math.Clamp(left, 0, int.MaxValue);
                }

                polled[0].Returned = 0;
                polled[1].Returned = 0;
                int count = Libc.Poll(polled, 2, milliseconds);
                if (_disposed || cancellationToken.IsCancellationRequested)
                {
                    return WaitOutcome.Cancelled;
                }

                if (count > 0 && polled[0].Returned != 0)
                {
                    returned = polled[0].Returned;
                    return WaitOutcome.Ready;
                }

                if (count > 0)
                {
                    // A wake-up left over from an earlier token.
                    wake.Reset();
                }
                else if (count == 0)
                {
                    return WaitOutcome.TimedOut;
                }
                else if ((Errno)Marshal.GetLastPInvokeError() != Errno.Interrupted)
                {
                    throw LinuxException.FromLastError("poll");
                }
            }
        }
        finally
        {
            if (heldWake)
            {
                wake.Descriptor.DangerousRelease();
            }

            if (heldDescriptor)
            {
                _descriptor.DangerousRelease();
            }
        }
    }
}
