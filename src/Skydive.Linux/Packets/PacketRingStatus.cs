namespace Skydive.Linux.Packets;

/// <summary>What a ring has to say.</summary>
public enum PacketRingStatus
{
    /// <summary>There is a block of packets.</summary>
    Block,

    /// <summary>No packets came in the time given.</summary>
    TimedOut,

    /// <summary>The token fired, or the ring was disposed.</summary>
    Cancelled,

    /// <summary>
    /// The interface went down, or was down when the ring was opened. Said once each time; when it comes up again, packets go on coming.
    /// </summary>
    InterfaceDown,

    /// <summary>The interface is gone from the namespace: deleted or moved. Nothing will come any more; dispose the ring.</summary>
    InterfaceRemoved,
}
