using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Polling;

/// <summary>
/// An eventfd that wakes a thread out of <c>poll</c>. <see cref="Set"/> may be called from any thread, also after disposal.
/// </summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x80800; // EFD_NONBLOCK | EFD_CLOEXEC

    internal WakeEvent()
    {
        Descriptor = Libc.EventDescriptor(0, NonBlockingCloseOnExec);
        if (Descriptor.IsInvalid)
        {
            throw LinuxException.FromLastError("eventfd");
        }
    }

    internal SafeDescriptor Descriptor { get; }

    /// <summary>Makes the descriptor readable until <see cref="Reset"/>.</summary>
    internal void Set()
    {
        ulong one = 1;
        try
        {
            // The only error besides EINTR (never for eventfd) is EAGAIN at 2^64-2: it is readable then, which is all that is asked.
            _ = Libc.Write(Descriptor, (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits on a disposed event.
        }
    }

    /// <summary>Makes the descriptor unreadable.</summary>
    internal void Reset()
    {
        ulong count;
        _ = Libc.Read(Descriptor, (byte*)&count, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
