using System.Buffers.Binary;

namespace Skydive.Linux.Tests;

/// <summary>Makes frames for tests.</summary>
internal static class Frames
{
    /// <summary>From 02:00:00:00:00:01 to 02:00:00:00:00:02.</summary>
    internal static byte[] Ethernet(ushort type, byte[] payload) =>
        [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, (byte)(type >> 8), (byte)type, .. payload];

    /// <summary>The same with a VLAN tag.</summary>
    internal static byte[] Tagged(ushort tag, ushort type, byte[] payload, ushort protocol = 0x8100) =>
        Ethernet(protocol, [(byte)(tag >> 8), (byte)tag, (byte)(type >> 8), (byte)type, .. payload]);

    /// <summary>From 10.0.0.1 to 10.0.0.2.</summary>
    internal static byte[] Ipv4(byte protocol, byte[] payload)
    {
        byte[] packet = new byte[20 + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = protocol;
        packet[12] = 10;
        packet[15] = 1;
        packet[16] = 10;
        packet[19] = 2;
        payload.CopyTo(packet, 20);
        uint sum = 0;
        for (int i = 0; i < 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~sum);
        return packet;
    }

    /// <summary>A UDP datagram of 4 bytes of payload in IPv4.</summary>
    internal static byte[] Udp(ushort source, ushort destination)
    {
        byte[] datagram = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, source);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), destination);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), 12);
        return Ipv4(17, datagram);
    }

    /// <summary>An ICMP echo request in IPv4.</summary>
    internal static byte[] Icmp() => Ipv4(1, [8, 0, 0xf7, 0xff, 0, 0, 0, 0]);
}
