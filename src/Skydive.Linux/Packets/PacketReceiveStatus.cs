namespace Skydive.Linux.Packets;

/// <summary>What a <see cref="PacketListener"/> has to give.</summary>
public enum PacketReceiveStatus
{
    /// <summary>A frame.</summary>
    Frame,

    /// <summary>Nothing now.</summary>
    Empty,

    /// <summary>The interface went down, or away. One that comes up again is listened to again.</summary>
    InterfaceDown,
}
