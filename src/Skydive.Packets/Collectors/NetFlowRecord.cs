namespace Skydive.Packets.Collectors;

/// <summary>
/// What an exporter counted of one conversation, in one direction or in both: plain values. Fields that its template did not have are 0; addresses
/// are as in <see cref="DecodedPacket"/>.
/// </summary>
public struct NetFlowRecord
{
    /// <summary>The Ethernet source address; 0 when it was not told.</summary>
    public ulong SourceMac;

    /// <summary>The Ethernet destination address; 0 when it was not told.</summary>
    public ulong DestinationMac;

    /// <summary>The VLAN; 0 when it was not told.</summary>
    public ushort Vlan;

    /// <summary><see cref="LayerType.IPv4"/>, <see cref="LayerType.IPv6"/>, or <see cref="LayerType.None"/> when there are no addresses.</summary>
    public LayerType Network;

    /// <summary>The source address.</summary>
    public ulong SourceHigh;

    /// <summary>The source address.</summary>
    public ulong SourceLow;

    /// <summary>The destination address.</summary>
    public ulong DestinationHigh;

    /// <summary>The destination address.</summary>
    public ulong DestinationLow;

    /// <summary>The number of the transport protocol.</summary>
    public byte Protocol;

    /// <summary>The source port.</summary>
    public ushort SourcePort;

    /// <summary>The destination port.</summary>
    public ushort DestinationPort;

    /// <summary>The type of the ICMP message.</summary>
    public byte IcmpType;

    /// <summary>The code of the ICMP message.</summary>
    public byte IcmpCode;

    /// <summary>The control bits of all TCP segments.</summary>
    public TcpFlags TcpFlags;

    /// <summary>Packets from source to destination.</summary>
    public long Packets;

    /// <summary>Bytes from source to destination, counted from the network layer on.</summary>
    public long Bytes;

    /// <summary>Packets from destination to source, for exporters that join both directions (RFC 5103).</summary>
    public long ReversePackets;

    /// <summary>Bytes from destination to source.</summary>
    public long ReverseBytes;

    /// <summary>When the first packet was seen: nanoseconds since 1970-01-01 UTC; 0 when it was not told.</summary>
    public long StartNanoseconds;

    /// <summary>When the last packet was seen: nanoseconds since 1970-01-01 UTC; the time of the export when it was not told.</summary>
    public long LastNanoseconds;

    /// <summary>One of so many packets was looked at; at least 1. The counters are as they were sent, not multiplied with it.</summary>
    public uint SamplingRate;
}
