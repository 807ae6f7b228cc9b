using System.Runtime.InteropServices;

namespace Skydive.Linux.Route;

/// <summary><c>struct if_stats_msg</c> of <c>linux/if_link.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StatisticsHeader
{
    internal byte Family;
    internal byte Padding1;
    internal ushort Padding2;
    internal int Index;
    internal uint FilterMask;
}
