using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class FuzzTests
{
    [Theory]
    [InlineData(LinkType.Ethernet)]
    [InlineData(LinkType.Raw)]
    [InlineData(LinkType.LinuxSll)]
    public void Process_OfMutatedFrames_KeepsEveryPacketAccountedFor(LinkType linkType)
    {
        byte[][] seeds =
        [
            Arp(), Tcp(TcpFlags.Syn, payload: 20), Udp(payload: 30), Echo(), Vlans(1, 2, 3),
            new FrameBuilder().Ethernet(MacB, MacA).IPv6(AddressB6, AddressA6).IPv6Extension(IpProtocol.HopByHop, new byte[6])
                .IPv6Extension(IpProtocol.Fragment, new byte[6]).Tcp(1, 2, TcpFlags.Fin).Payload(new byte[9]).Build(),
        ];
        var random = new Random(7);
        var collector = new FlowCollector();
        using var table = new FlowTable(
            new FlowTableOptions { LinkType = linkType, MaxEntries = 1000, UpdateInterval = TimeSpan.FromSeconds(1) }, collector);
        const int Count = 100_000;
        for (int i = 0; i < Count; i++)
        {
            byte[] frame = (byte[])seeds[i % seeds.Length].Clone();
            for (int n = random.Next(6); n > 0; n--)
            {
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            }

            frame = linkType switch
            {
                LinkType.Raw => frame[14..],
                LinkType.LinuxSll => [.. new byte[14], .. frame[12..]],
                _ => frame,
            };
            table.Process(frame.AsSpan(0, random.Next(frame.Length + 1)), random.Next(-5, 2000), Epoch + (i * 10_000L), new VlanTag());
            if (i % 1000 == 0)
            {
                table.Tick(Epoch + (i * 10_000L));
            }
        }

        FlowStats stats = table.GetStats();
        Assert.InRange(table.Search(new FlowSearch()).Count, 1, 1000);
        table.Finish(Epoch + (Count * 10_000L));
        Assert.Equal(Count, stats.PacketsReceived);

        // What each outermost flow was sent with adds up to every packet that was valid.
        long counted = collector.Flows.Where(static flow => flow.ParentUUID.Length == 0).Sum(static flow => flow.LastUpdateMetric!.ABPackets + flow.LastUpdateMetric.BAPackets);
        Assert.Equal(Count - stats.PacketsInvalid, counted);
    }
}
