namespace Skydive.Linux.Ebpf;

/// <summary>
/// Where things stand in the key and the value of the map of a <see cref="FlowCounter"/>. Addresses and ports are as they are in packets; other
/// numbers are in the host's order.
/// </summary>
internal static class FlowCounterLayout
{
    public const int KeySize = 64;
    public const int DestinationMac = 0;
    public const int SourceMac = 6;
    public const int EtherType = 12;
    public const int Protocol = 14;
    public const int Flags = 15;
    public const int SourceAddress = 16;
    public const int DestinationAddress = 32;
    public const int Vlans = 48;
    public const int Ports = 56;

    // For ICMP, in the place of ports.
    public const int IcmpType = 56;
    public const int IcmpCode = 57;
    public const int IcmpIdentifier = 58;

    // How many bits of the VLANs are in use.
    public const int VlanBits = 60;
    public const int HasHopByHop = 62;

    public const int IsFragment = 1;
    public const int HasTransport = 2;

    public const int ValueSize = 64;
    public const int Packets = 0;
    public const int Bytes = 8;
    public const int First = 16;
    public const int Last = 24;
    public const int Syn = 32;
    public const int Fin = 40;
    public const int Rst = 48;
    public const int TcpFlags = 56;
    public const int TimeToLive = 57;
    public const int IcmpSequence = 58;

    public const int TotalsSize = 24;
    public const int TotalPackets = 0;
    public const int TotalBytes = 8;
    public const int TotalRefused = 16;
}
