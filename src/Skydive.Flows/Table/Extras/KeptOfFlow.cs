using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>What is kept of a flow's packets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct KeptOfFlow
{
    public KeptBytes* FirstPacket;
    public KeptBytes* LastPacket;

    /// <summary>The extra layer of the last packet that has one.</summary>
    public KeptBytes* Layer;
    public int PacketCount;

    /// <summary>How many of them have been sent.</summary>
    public int SentCount;
}
