using Skydive.Contracts.Flows;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Pcap;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class PcapFlowsTests
{
    private readonly FlowCollector _collector = new();

    [Fact]
    public void Read_OfAFile_TakesTheTimeFromThePackets()
    {
        // Two packets, a pause of an hour, one more packet of the same conversation.
        MemoryStream file = Write((Udp(), 0), (Udp(), 5 * Second), (Udp(), 3600 * Second));
        PcapSummary summary = Read(file);
        Assert.Equal(3, summary.Packets);
        Assert.Equal(0, summary.InvalidPackets);
        Assert.Equal((Epoch, Epoch + (3600 * Second)), (summary.FirstTimestampNanoseconds, summary.LastTimestampNanoseconds));

        // The update after a minute, the expiry when time goes on, the flow that starts then.
        Assert.Equal(
            [(FinishType.NotFinished, 2), (FinishType.Timeout, 2), (FinishType.Timeout, 1)],
            _collector.Flows.Select(static flow => (flow.FinishType, (int)flow.Metric!.ABPackets)));
        Assert.Equal((Epoch + (60 * Second)) / Millisecond, _collector.Flows[0].LastUpdateMetric!.Last);
        Assert.Equal(0, _collector.Flows[1].LastUpdateMetric!.ABPackets);
        Assert.NotEqual(_collector.Flows[0].UUID, _collector.Flows[2].UUID);
    }

    [Fact]
    public void Read_OfPacketsOutOfOrder_KeepsTheirTimes()
    {
        PcapSummary summary = Read(Write((Udp(), Second), (Udp(), 0), (Udp(isFromB: true), Second / 2)));
        Assert.Equal((Epoch, Epoch + Second), (summary.FirstTimestampNanoseconds, summary.LastTimestampNanoseconds));
        Flow flow = Assert.Single(_collector.Flows);
        Assert.Equal((Epoch + Second) / Millisecond, flow.Last);
        Assert.Equal((2, 1), (flow.Metric!.ABPackets, flow.Metric.BAPackets));
    }

    [Fact]
    public void Read_OfABrokenFile_SendsWhatCameBefore()
    {
        byte[] file = Write((Udp(), 0), (Tcp(TcpFlags.Syn), 0)).ToArray();
        var e = Assert.Throws<PcapFormatException>(() => Read(new MemoryStream(file, 0, file.Length - 1)));
        Assert.Equal(24 + 16 + 42, e.Offset);
        Assert.Equal("UDP", Assert.Single(_collector.Flows).Application);
    }

    [Fact]
    public void Read_OfAnUnknownLinkType_SaysSo()
    {
        byte[] file = Write((Udp(), 0)).ToArray();
        file[20] = 147;
        Assert.Contains("147", Assert.Throws<PcapFormatException>(() => Read(new MemoryStream(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAnEmptyFile_GivesNothing()
    {
        PcapSummary summary = Read(Write());
        Assert.Equal((0L, 0L, 0L), (summary.Packets, summary.FirstTimestampNanoseconds, summary.LastTimestampNanoseconds));
        Assert.Empty(_collector.Flows);
    }

    [Fact]
    public void Read_WhenCancelled_Stops()
    {
        using var reader = new PcapReader(Write([.. Enumerable.Repeat((Udp(), 0L), 70_000)]));
        Assert.Throws<OperationCanceledException>(
            () => PcapFlows.Read(reader, new FlowTableOptions(), _collector, new CancellationToken(canceled: true)));
    }

    private static MemoryStream Write(params (byte[] Frame, long Offset)[] packets)
    {
        var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, nanoseconds: true, leaveOpen: true))
        {
            foreach ((byte[] frame, long offset) in packets)
            {
                writer.Write(Epoch + offset, frame);
            }
        }

        stream.Position = 0;
        return stream;
    }

    private PcapSummary Read(Stream stream)
    {
        using var reader = new PcapReader(stream);
        return PcapFlows.Read(reader, new FlowTableOptions(), _collector, CancellationToken.None);
    }
}
