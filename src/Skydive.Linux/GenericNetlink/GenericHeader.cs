using System.Runtime.InteropServices;

namespace Skydive.Linux.GenericNetlink;

/// <summary>What follows the netlink header in every message of generic netlink: <c>struct genlmsghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GenericHeader
{
    internal const int Size = 4; // GENL_HDRLEN

    internal byte Command;
    internal byte Version;
    internal ushort Reserved;
}
