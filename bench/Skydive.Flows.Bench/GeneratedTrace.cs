using System.Net;
using Skydive.Packets;
using Skydive.Packets.Building;
using Skydive.Packets.Pcap;

namespace Skydive.Flows.Bench;

/// <summary>A trace of mixed traffic, the same every time: 15 % IPv6, 15 % VLAN, TCP and UDP, 60 to 1400 bytes, half of it in a tenth of the flows.</summary>
internal static class GeneratedTrace
{
    private const long Start = 1_700_000_000_000_000_000;
    private const long Span = 60_000_000_000;

    public static byte[] Create(int packets, int flows)
    {
        var random = new Random(42);
        var frames = new byte[flows][][];
        var stream = new MemoryStream();
        using var writer = new PcapWriter(stream, leaveOpen: true);
        for (int i = 0; i < packets; i++)
        {
            int flow = i < flows ? i : random.Next(2) == 0 ? random.Next(flows / 10) : random.Next(flows);
            frames[flow] ??= [Frame(flow, isFromB: false), Frame(flow, isFromB: true)];
            byte[] frame = frames[flow][i < flows || random.Next(2) == 0 ? 0 : 1];
            writer.Write(Start + (i * (Span / packets)), frame);
        }

        return stream.ToArray();
    }

    private static byte[] Frame(int flow, bool isFromB)
    {
        var random = new Random(flow);
        bool isV6 = random.Next(100) < 15;
        int network = random.Next(1 << 20);
        IPAddress a = IPAddress.Parse(isV6 ? $"fd01::{flow >> 16:x}:{flow & 0xffff:x}" : $"10.{flow >> 16}.{(flow >> 8) & 0xff}.{flow & 0xff}");
        IPAddress b = IPAddress.Parse(isV6 ? $"fd02::{network >> 16:x}:{network & 0xffff:x}" : $"172.16.{(network >> 8) & 0xff}.{network & 0xff}");
        ushort port = (ushort)(1024 + random.Next(60000));
        var macA = new MacAddress(0x020000000000 + (ulong)flow);
        var macB = new MacAddress(0x020100000000 + (ulong)network);
        FrameBuilder builder = isFromB ? new FrameBuilder().Ethernet(macB, macA) : new FrameBuilder().Ethernet(macA, macB);
        if (random.Next(100) < 15)
        {
            builder.Vlan(10 + random.Next(200));
        }

        (a, b) = isFromB ? (b, a) : (a, b);
        builder = isV6 ? builder.IPv6(a, b) : builder.IPv4(a, b);
        (ushort source, ushort destination) = isFromB ? ((ushort)443, port) : (port, (ushort)443);
        builder = random.Next(100) < 60 ? builder.Tcp(source, destination, TcpFlags.Ack) : builder.Udp(source, destination);
        return builder.Payload(new byte[random.Next(3) == 0 ? 1340 : random.Next(2) == 0 ? 500 : 6]).Build();
    }
}
