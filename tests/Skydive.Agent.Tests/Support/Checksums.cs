using System.Buffers.Binary;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Agent.Tests.Support;

/// <summary>Verifies the checksums of Ethernet frames, by reading them and not by what made them.</summary>
internal static class Checksums
{
    /// <summary>Whether the checksums of the IPv4 header and of ICMP, TCP or UDP are right.</summary>
    public static bool AreRight(ReadOnlySpan<byte> frame)
    {
        bool isIPv6 = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == 0x86dd;
        var packet = frame[14..];
        if (!isIPv6 && InternetChecksum.Finish(InternetChecksum.Add(packet[..20])) != 0)
        {
            return false;
        }

        byte protocol = packet[isIPv6 ? 6 : 9];
        int length = isIPv6 ? BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) : BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) - 20;
        var transport = packet.Slice(isIPv6 ? 40 : 20, length);
        ulong sum = protocol == IpProtocol.Icmp ? 0 : InternetChecksum.Add(isIPv6 ? packet.Slice(8, 32) : packet.Slice(12, 8), (ulong)(protocol + length));
        return InternetChecksum.Finish(InternetChecksum.Add(transport, sum)) == 0;
    }
}
