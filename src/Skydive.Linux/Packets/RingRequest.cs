using System.Runtime.InteropServices;

namespace Skydive.Linux.Packets;

/// <summary><c>struct tpacket_req3</c> of <c>linux/if_packet.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingRequest
{
    internal uint BlockSize;
    internal uint BlockCount;
    internal uint FrameSize;
    internal uint FrameCount;
    internal uint BlockTimeoutMilliseconds;
    internal uint PrivateSize;
    internal uint Features;

    /// <summary>A request; the frame size only has to fit, since the third version packs packets of any size.</summary>
    internal static RingRequest Make(PacketRingOptions options, int frameSize) => new()
    {
        BlockSize = (uint)options.BlockSizeBytes,
        BlockCount = (uint)options.BlockCount,
        FrameSize = (uint)frameSize,
        FrameCount = (uint)(options.BlockSizeBytes / frameSize * options.BlockCount),
        BlockTimeoutMilliseconds = (uint)options.BlockTimeout.TotalMilliseconds,
    };
}
