namespace Skydive.Flows.Table;

/// <summary>Who sent a packet to whom: addresses and ports as in <see cref="Packets.DecodedPacket"/>.</summary>
internal struct PacketEnds
{
    public ulong SourceMac;
    public ulong DestinationMac;
    public ulong SourceHigh;
    public ulong SourceLow;
    public ulong DestinationHigh;
    public ulong DestinationLow;
    public ushort SourcePort;
    public ushort DestinationPort;
}
