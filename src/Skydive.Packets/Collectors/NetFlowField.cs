namespace Skydive.Packets.Collectors;

/// <summary>
/// The fields of templates that are read, by their numbers: those below 128 are the same in NetFlow version 9 and IPFIX. Source: IANA, "IP Flow
/// Information Export (IPFIX) Entities".
/// </summary>
internal enum NetFlowField : ushort
{
    Skipped = 0,
    OctetDeltaCount = 1,
    PacketDeltaCount = 2,
    Protocol = 4,
    TcpControlBits = 6,
    SourcePort = 7,
    SourceIPv4 = 8,
    IngressInterface = 10,
    DestinationPort = 11,
    DestinationIPv4 = 12,
    LastSwitched = 21, // flowEndSysUpTime
    FirstSwitched = 22, // flowStartSysUpTime
    PostOctetDeltaCount = 23,
    PostPacketDeltaCount = 24,
    SourceIPv6 = 27,
    DestinationIPv6 = 28,
    IcmpTypeAndCodeV4 = 32,
    SamplingInterval = 34,
    SamplerInterval = 50, // samplerRandomInterval
    SourceMac = 56,
    PostDestinationMac = 57,
    Vlan = 58,
    DestinationMac = 80,
    PostSourceMac = 81,
    OctetTotalCount = 85,
    PacketTotalCount = 86,
    IcmpTypeAndCodeV6 = 139,
    StartSeconds = 150,
    EndSeconds = 151,
    StartMilliseconds = 152,
    EndMilliseconds = 153,
    StartMicroseconds = 154,
    EndMicroseconds = 155,
    StartNanoseconds = 156,
    EndNanoseconds = 157,
    StartDeltaMicroseconds = 158,
    EndDeltaMicroseconds = 159,
    SystemInitTime = 160,
    IcmpTypeV4 = 176,
    IcmpCodeV4 = 177,
    IcmpTypeV6 = 178,
    IcmpCodeV6 = 179,
    UdpSourcePort = 180,
    UdpDestinationPort = 181,
    TcpSourcePort = 182,
    TcpDestinationPort = 183,
    InitiatorOctets = 231,
    ResponderOctets = 232,
    Dot1qVlan = 243,
    InitiatorPackets = 298,
    ResponderPackets = 299,
    SamplingPacketInterval = 305,
    SamplingPacketSpace = 306,

    // The same elements of the other direction (RFC 5103), numbered here.
    ReverseOctetDeltaCount = 0x8001,
    ReversePacketDeltaCount = 0x8002,
    ReverseTcpControlBits = 0x8006,
    ReverseOctetTotalCount = 0x8055,
    ReversePacketTotalCount = 0x8056,
}
