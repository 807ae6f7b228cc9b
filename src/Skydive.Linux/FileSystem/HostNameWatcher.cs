using Skydive.Linux.Interop;
using Skydive.Linux.Polling;

namespace Skydive.Linux.FileSystem;

/// <summary>Signals when the name of this host is set, in this process's UTS namespace.</summary>
/// <remarks>
/// Source: kernel/utsname_sysctl.c: the file polls as having priority data after each time that the name was set since it was opened or last
/// polled. It belongs to a <see cref="DescriptorPoller"/>, which must wait for its priority data.
/// </remarks>
public sealed class HostNameWatcher : IDisposable
{
    private const string NamePath = "/proc/sys/kernel/hostname";

    /// <summary>Opens the file.</summary>
    /// <exception cref="LinuxException"><c>/proc</c> is not mounted.</exception>
    public HostNameWatcher()
    {
        Descriptor = Libc.Open(NamePath, Constants.OpenReadOnly | Constants.OpenCloseOnExec);
        if (Descriptor.IsInvalid)
        {
            throw LinuxException.FromLastError("open " + NamePath);
        }
    }

    /// <summary>The file, for a <see cref="DescriptorPoller"/>.</summary>
    public SafeDescriptor Descriptor { get; }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
