using System.Runtime.InteropServices;
using Skydive.Packets;

namespace Skydive.Flows.Table.Extras;

/// <summary>A TCP segment that came before one that belongs in front of it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WaitingSegment
{
    public long SeenNanoseconds;
    public uint Sequence;
    public int Length;

    /// <summary>The next one of its stream, or of the pool's free ones; 0 for none.</summary>
    public uint Next;
    public TcpFlags Flags;
}
