using Microsoft.Win32.SafeHandles;
using Skydive.Linux.Interop;

namespace Skydive.Linux;

/// <summary>
/// An open file descriptor (socket, namespace, eventfd, inotify), closed when disposed. A call in flight on another thread keeps the
/// descriptor open until it returns, so a descriptor number is never reused under a reader.
/// </summary>
public sealed class SafeDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Makes an invalid handle, for interop to fill.</summary>
    public SafeDescriptor()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Wraps a descriptor number.</summary>
    /// <param name="descriptor">The number.</param>
    /// <param name="ownsHandle">Whether disposing closes it.</param>
    public SafeDescriptor(int descriptor, bool ownsHandle)
        : base(ownsHandle) => SetHandle(descriptor);

    /// <summary>
    /// Gives the descriptor away, for instance to a <see cref="System.Net.Sockets.SafeSocketHandle"/>; this handle no longer closes it.
    /// </summary>
    /// <returns>The descriptor number, which the caller must close.</returns>
    public int Detach()
    {
        int descriptor = (int)handle;
        SetHandleAsInvalid();
        return descriptor;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
