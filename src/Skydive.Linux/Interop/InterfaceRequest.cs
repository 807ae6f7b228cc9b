using System.Text;

namespace Skydive.Linux.Interop;

/// <summary><c>struct ifreq</c>: a name of 16 bytes, then a union of at most 24.</summary>
internal static unsafe class InterfaceRequest
{
    internal const int Size = 40;

    /// <summary>Clears a request and writes the name into it.</summary>
    /// <exception cref="LinuxException">The name is empty or longer than an interface's can be.</exception>
    internal static void Write(byte* request, string name)
    {
        new Span<byte>(request, Size).Clear();
        var field = new Span<byte>(request, Constants.InterfaceNameSize - 1);
        if (string.IsNullOrEmpty(name) || !Encoding.UTF8.TryGetBytes(name, field, out _))
        {
            throw new LinuxException($"find interface '{name}'", Errno.NoDevice);
        }
    }
}
