using System.Runtime.InteropServices;

namespace Skydive.Linux.Packets;

/// <summary><c>struct packet_mreq</c> of <c>linux/if_packet.h</c>.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PacketMembership
{
    internal const ushort Multicast = 0; // PACKET_MR_MULTICAST
    internal const ushort Promiscuous = 1; // PACKET_MR_PROMISC

    internal int Index;
    internal ushort Type;
    internal ushort AddressLength;
    internal ulong Address;
}
