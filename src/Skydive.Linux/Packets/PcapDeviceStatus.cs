namespace Skydive.Linux.Packets;

/// <summary>What a <see cref="PcapDevice"/> has to say.</summary>
public enum PcapDeviceStatus
{
    /// <summary>There may be packets: <see cref="PcapDevice.TryReadNext"/> gives them.</summary>
    Ready,

    /// <summary>No packets came in the time given.</summary>
    TimedOut,

    /// <summary>The token fired, or the device was disposed.</summary>
    Cancelled,
}
