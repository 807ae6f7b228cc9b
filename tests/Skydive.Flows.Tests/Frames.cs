using System.Net;
using Skydive.Contracts.Flows;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Flows.Tests;

internal static class Frames
{
    public const long Second = 1_000_000_000;
    public const long Millisecond = 1_000_000;

    /// <summary>Some time, in nanoseconds.</summary>
    public const long Epoch = 1_700_000_000 * Second;

    public static MacAddress MacA { get; } = MacAddress.Parse("02:00:00:00:00:0a");

    public static MacAddress MacB { get; } = MacAddress.Parse("02:00:00:00:00:0b");

    public static IPAddress AddressA { get; } = Address("192.0.2.1");

    public static IPAddress AddressB { get; } = Address("198.51.100.2");

    public static IPAddress AddressA6 { get; } = Address("2001:db8::1");

    public static IPAddress AddressB6 { get; } = Address("2001:db8::2");

    public static IPAddress Address(string text) => IPAddress.Parse(text);

    public static byte[] Tcp(TcpFlags flags, bool isFromB = false, int port = 40000, int payload = 0) => Ethernet(isFromB)
        .Tcp((ushort)(isFromB ? 80 : port), (ushort)(isFromB ? port : 80), flags).Payload(new byte[payload]).Build();

    public static byte[] Udp(int port = 40000, bool isFromB = false, int payload = 0) => Ethernet(isFromB)
        .Udp((ushort)(isFromB ? 9000 : port), (ushort)(isFromB ? port : 9000)).Payload(new byte[payload]).Build();

    public static byte[] Echo(bool isReply = false, int identifier = 1, int sequence = 1) => Ethernet(isReply)
        .IcmpV4(isReply ? IcmpV4Type.EchoReply : IcmpV4Type.EchoRequest, 0, (ushort)identifier, (ushort)sequence).Build();

    public static byte[] Arp() => new FrameBuilder().Ethernet(MacA, MacAddress.Broadcast).Arp(1, MacA, AddressA, default, AddressB).Build();

    public static byte[] Vlans(params int[] vlans)
    {
        var builder = new FrameBuilder().Ethernet(MacA, MacB);
        foreach (int vlan in vlans)
        {
            builder.Vlan(vlan);
        }

        return builder.IPv4(AddressA, AddressB).IcmpV4(IcmpV4Type.EchoRequest, 0, 1, 1).Build();
    }

    public static void Process(this FlowTable table, byte[] frame, long timestampNanoseconds) =>
        table.Process(frame, frame.Length, timestampNanoseconds);

    public static Flow FlowOf(byte[] frame, FlowTableOptions? options = null)
    {
        var collector = new FlowCollector();
        using var table = new FlowTable(options ?? new FlowTableOptions(), collector);
        table.Process(frame, Epoch);
        table.Finish(Epoch);
        return Assert.Single(collector.Flows);
    }

    private static FrameBuilder Ethernet(bool isFromB) => isFromB
        ? new FrameBuilder().Ethernet(MacB, MacA).IPv4(AddressB, AddressA)
        : new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB);
}
