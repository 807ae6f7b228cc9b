using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>
/// Reads the packets that most packets are: Ethernet, at most two VLAN tags, IPv4 or IPv6 without options or fragments, TCP or UDP to ports that
/// stand for nothing else. What counting them needs comes straight from the frame, a third of what the full decoder takes; a test holds that both
/// give the same.
/// </summary>
internal static unsafe class PlainPackets
{
    private const int EthernetHeaderLength = 14;
    private const int VlanHeaderLength = 4;
    private const int IPv4HeaderLength = 20;
    private const int IPv6HeaderLength = 40;
    private const int TcpHeaderLength = 20;
    private const int UdpHeaderLength = 8;
    private const int VlanIdentifierBits = 12;
    private const int MaxTags = 2;
    private const ushort EtherTypeIPv4 = 0x0800;
    private const ushort EtherTypeVlan = 0x8100;
    private const ushort EtherTypeIPv6 = 0x86dd;
    private const ushort EtherTypeProviderVlan = 0x88a8;
    private const ulong MacMask = 0xffff_ffff_ffff;

    /// <summary>Reads a packet.</summary>
    /// <param name="frame">The captured bytes, from the Ethernet header on.</param>
    /// <param name="originalLength">How many bytes it had on the wire, without <paramref name="tag"/>.</param>
    /// <param name="timestampNanoseconds">When it was captured.</param>
    /// <param name="tag">The VLAN tag that the kernel has cut off, if it has.</param>
    /// <param name="useLink">Whether MAC addresses tell flows apart.</param>
    /// <param name="pending">Filled in, all but the hash; when the packet is not plain, what was written means nothing.</param>
    /// <returns>False for the full decoder to have a look.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(
        ReadOnlySpan<byte> frame, int originalLength, long timestampNanoseconds, VlanTag tag, bool useLink, PendingPacket* pending)
    {
        if (frame.Length < EthernetHeaderLength + IPv4HeaderLength + UdpHeaderLength)
        {
            return false;
        }

        fixed (byte* start = frame)
        {
            PacketEnds ends;
            ends.DestinationMac = Read64(start) >> 16;
            ends.SourceMac = Read64(start + 4) & MacMask;
            var path = new LayerPath(LayerType.Ethernet);
            ulong vlans = 0;
            int shift = 0;
            if (tag.IsPresent)
            {
                path = path.Append(LayerType.Dot1Q);
                vlans = tag.Identifier;
                shift = VlanIdentifierBits;
            }

            byte* header = start + EthernetHeaderLength;
            ushort etherType = Read16(header - 2);
            for (int tags = 0; etherType is EtherTypeVlan or EtherTypeProviderVlan && tags < MaxTags; tags++)
            {
                // There are 20 bytes more than the header of Ethernet.
                path = path.Append(LayerType.Dot1Q);
                vlans |= (ulong)(Read16(header) & 0x0fff) << shift;
                shift += VlanIdentifierBits;
                etherType = Read16(header + 2);
                header += VlanHeaderLength;
            }

            int left = frame.Length - (int)(header - start);
            LayerType network;
            byte protocol;
            if (etherType == EtherTypeIPv4)
            {
                const int MoreFragmentsAndOffset = 0x3fff;
                if (left < IPv4HeaderLength || header[0] != 0x45 || (Read16(header + 6) & MoreFragmentsAndOffset) != 0)
                {
                    return false;
                }

                network = LayerType.IPv4;
                left = Math.Min(left, Read16(header + 2)) - IPv4HeaderLength;
                protocol = header[9];
                ends.SourceHigh = 0;
                ends.DestinationHigh = 0;
                ends.SourceLow = Read32(header + 12);
                ends.DestinationLow = Read32(header + 16);
                header += IPv4HeaderLength;
            }
            else if (etherType == EtherTypeIPv6)
            {
                if (left < IPv6HeaderLength || header[0] >> 4 != 6)
                {
                    return false;
                }

                network = LayerType.IPv6;
                left = Math.Min(left - IPv6HeaderLength, Read16(header + 4));
                protocol = header[6];
                ends.SourceHigh = Read64(header + 8);
                ends.SourceLow = Read64(header + 16);
                ends.DestinationHigh = Read64(header + 24);
                ends.DestinationLow = Read64(header + 32);
                header += IPv6HeaderLength;
            }
            else
            {
                return false;
            }

            // A length of 0, which means something else, leaves nothing here.
            LayerType transport;
            if (protocol == IpProtocol.Tcp && left >= TcpHeaderLength && header[12] >> 4 >= 5)
            {
                const TcpFlags Interesting = TcpFlags.Syn | TcpFlags.Fin | TcpFlags.Rst;
                transport = LayerType.TCP;
                var flags = (TcpFlags)header[13];
                pending->Signals = (flags & Interesting) == 0 ? PacketSignals.None : FlowTable.SignalsOf(flags);
            }
            else if (protocol == IpProtocol.Udp && left >= UdpHeaderLength && !PacketDecoder.IsKnownPort(Read16(header))
                && !PacketDecoder.IsKnownPort(Read16(header + 2)))
            {
                transport = LayerType.UDP;
                pending->Signals = PacketSignals.None;
            }
            else
            {
                return false;
            }

            ends.SourcePort = Read16(header);
            ends.DestinationPort = Read16(header + 2);
            pending->Order = FlowKey.Create(in ends, network, transport, useLink, out pending->Key);
            pending->TimestampNanoseconds = timestampNanoseconds;
            pending->Path = path.Append(network).Append(transport);
            pending->VlanIdentifiers = vlans;
            pending->SourceMac = ends.SourceMac;
            pending->DestinationMac = ends.DestinationMac;
            pending->TunnelIdentifier = 0;
            pending->SourcePort = ends.SourcePort;
            pending->DestinationPort = ends.DestinationPort;
            pending->HasLink = true;
            pending->Level = 0;
            pending->IcmpSequence = 0;
            pending->Length = Math.Max(originalLength, frame.Length) + (tag.IsPresent ? VlanHeaderLength : 0);
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Read16(byte* bytes) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read32(byte* bytes) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(byte* bytes) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(bytes));
}
