using System.Runtime.InteropServices;

namespace Skydive.Linux.Interop;

/// <summary><c>struct mmsghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MultiMessageHeader
{
    internal MessageHeader Header;
    internal uint Length;
}
