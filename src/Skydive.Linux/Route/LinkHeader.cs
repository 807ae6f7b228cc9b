using System.Runtime.InteropServices;

namespace Skydive.Linux.Route;

/// <summary>The fixed part of link requests: <c>struct ifinfomsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkHeader
{
    internal const int Size = 16;

    internal byte Family;
    internal byte Padding;
    internal ushort HardwareType;
    internal int Index;
    internal uint Flags;
    internal uint Change;
}
