using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Flows.Table.Extras;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class TcpStreamTests : IDisposable
{
    private readonly FlowCollector _collector = new();
    private readonly FlowTable _table;
    private long _time = Epoch;

    public TcpStreamTests() => _table = new FlowTable(new FlowTableOptions { ReassembleTcp = true, MaxWaitingSegments = 300 }, _collector);

    public void Dispose() => _table.Dispose();

    [Fact]
    public void Process_OfAStreamInOrder_CountsSegmentsAndBytes()
    {
        Open();
        Send(1001, 100);
        Send(1101, 200);
        Send(1301, 0, TcpFlags.Fin | TcpFlags.Ack);
        Send(1302, 0, TcpFlags.Ack);
        TcpMetric metric = Metric();
        Assert.Equal((4, 300, 1, 1), (metric.ABPackets, metric.ABBytes, metric.ABSawStart, metric.ABSawEnd));
        Assert.Equal((0, 0, 0), (metric.ABSegmentOutOfOrder, metric.ABSegmentSkipped, metric.ABSegmentSkippedBytes));
        Assert.Equal((1, 0, 1, 0), (metric.BAPackets, metric.BABytes, metric.BASawStart, metric.BASawEnd));
        Assert.Equal(0, metric.ABSynStart);
    }

    [Fact]
    public void Process_OfEarlySegments_CountsThemWhenTheGapIsFilled()
    {
        Open();
        Send(1101, 100);
        Send(1301, 100);
        Send(1201, 100);
        Assert.Equal((1, 0, 0), (Metric().ABPackets, Metric().ABBytes, Metric().ABSegmentOutOfOrder));
        Send(1001, 100);
        Assert.Equal((5, 400, 3, 0), (Metric().ABPackets, Metric().ABBytes, Metric().ABSegmentOutOfOrder, Metric().ABSegmentSkipped));
    }

    [Fact]
    public void Process_OfRetransmissions_CountsTheirBytesOnce()
    {
        Open();
        Send(1001, 100);
        Send(1001, 100);
        Send(1051, 100);
        Assert.Equal((4, 150, 0), (Metric().ABPackets, Metric().ABBytes, Metric().ABSegmentOutOfOrder));

        // A SYN sent again is no new connection.
        Send(1000, 0, TcpFlags.Syn);
        Send(1151, 10);
        Assert.Equal((6, 160), (Metric().ABPackets, Metric().ABBytes));
    }

    [Fact]
    public void Tick_AfterThirtySeconds_GivesUpTheGap()
    {
        _table.Tick(_time);
        Open();
        Send(1101, 100);
        Send(1201, 100);
        Send(1401, 100);
        Assert.Equal(_time - (5 * Millisecond) + (30 * Second), _table.NextTickNanoseconds);
        _table.Tick(_time + (29 * Second));
        Assert.Equal(0, Metric().ABSegmentSkipped);
        _table.Tick(_time + (61 * Second));
        TcpMetric metric = Metric();
        Assert.Equal((2, 200, 4, 300), (metric.ABSegmentSkipped, metric.ABSegmentSkippedBytes, metric.ABPackets, metric.ABBytes));
        Assert.Equal(0, metric.ABSegmentOutOfOrder);
    }

    [Fact]
    public void Finish_WithAGap_GivesItUp()
    {
        Open();
        Send(1101, 100);
        _table.Finish(_time);
        TcpMetric metric = Assert.Single(_collector.Flows).TCPMetric!;
        Assert.Equal((1, 100, 100), (metric.ABSegmentSkipped, metric.ABSegmentSkippedBytes, metric.ABBytes));
    }

    [Fact]
    public void Process_FromTheMiddleOfAStream_StartsThere()
    {
        Send(5000, 0, TcpFlags.Ack);
        Assert.Equal(0, Metric().ABPackets);
        Send(5000, 100);
        Send(5100, 100, TcpFlags.Rst | TcpFlags.Ack);
        Assert.Equal((2, 200, 0, 1, 0), (Metric().ABPackets, Metric().ABBytes, Metric().ABSawStart, Metric().ABSawEnd, Metric().ABSegmentSkipped));
    }

    [Fact]
    public void Process_OfAConnectionOnTheSamePorts_StartsAnew()
    {
        Open();
        Send(1101, 100);
        Send(1_000_000_000, 0, TcpFlags.Syn);
        Send(1_000_000_001, 50);
        Assert.Equal((3, 50, 0), (Metric().ABPackets, Metric().ABBytes, Metric().ABSegmentSkipped));
        Send(1_000_000_051, 0, TcpFlags.Fin);
        Send(7, 0, TcpFlags.Syn);
        Send(8, 10);
        Assert.Equal((6, 60), (Metric().ABPackets, Metric().ABBytes));
    }

    [Fact]
    public void Process_AcrossTheEndOfSequenceNumbers_GoesOn()
    {
        Send(uint.MaxValue - 50, 0, TcpFlags.Syn);
        Send(50, 100);
        Send(uint.MaxValue - 49, 100);
        Assert.Equal((3, 200, 1), (Metric().ABPackets, Metric().ABBytes, Metric().ABSegmentOutOfOrder));
    }

    [Fact]
    public void Process_OfASegmentFarAhead_IsIgnored()
    {
        Open();
        Send(2_000_000_000, 100);
        Send(1001, 100);
        Assert.Equal((2, 100, 0), (Metric().ABPackets, Metric().ABBytes, Metric().ABSegmentSkipped));
    }

    [Fact]
    public void Process_OfTooManyEarlySegments_GivesUpTheGap()
    {
        Open();
        for (int i = 0; i < 1000; i++)
        {
            Send((uint)(2001 + (i * 20)), 10);
        }

        TcpMetric metric = Metric();
        Assert.InRange(metric.ABSegmentSkipped, 700, 1000);
        Assert.InRange(_table.GetStats().SegmentsDropped, 700, 1000);
        Assert.InRange(metric.ABPackets, 700, 1000);
        _table.Finish(_time);
        Assert.Equal(10_000, _collector.Flows[^1].TCPMetric!.ABBytes);
    }

    [Fact]
    public void Process_OfManyConnectionsWithGaps_IsBounded()
    {
        for (int port = 1; port <= 1000; port++)
        {
            Process(1000, 0, TcpFlags.Syn, port);
            Process(1101, 100, TcpFlags.Ack, port);
        }

        _table.Flush();
        Assert.Equal(700, _table.GetStats().SegmentsDropped);
        _table.Finish(_time);
        Assert.All(_collector.Flows, static flow => Assert.Equal((1, 100), (flow.TCPMetric!.ABSegmentSkipped, flow.TCPMetric.ABSegmentSkippedBytes)));

        // Room is free again.
        for (int port = 1; port <= 300; port++)
        {
            Process(1000, 0, TcpFlags.Syn, port);
            Process(1101, 100, TcpFlags.Ack, port);
        }

        _table.Flush();
        Assert.Equal(700, _table.GetStats().SegmentsDropped);
    }

    [Fact]
    public unsafe void Add_InAnyOrder_CountsEveryByte()
    {
        // Against the plain truth: each byte of the stream is sent at least once, in pieces of any size.
        var random = new Random(3);
        for (int round = 0; round < 300; round++)
        {
            using var pool = new SegmentPool(1 << 16);
            var stream = default(TcpStream);
            uint start = (uint)random.NextInt64(uint.MaxValue);
            stream.Add(start, 0, TcpFlags.Syn, 0, pool);
            int length = random.Next(1, 200);
            var pieces = new List<(int Offset, int Length)>();
            for (int offset = 0; offset < length;)
            {
                int piece = Math.Min(length - offset, random.Next(1, 20));
                pieces.Add((offset, piece));
                if (random.Next(3) == 0)
                {
                    pieces.Add((Math.Max(0, offset - random.Next(10)), piece));
                }

                offset += piece;
            }

            (int Offset, int Length)[] order = [.. pieces.OrderBy(_ => random.Next())];
            for (int i = 0; i < order.Length; i++)
            {
                Assert.True(stream.Add(unchecked(start + 1 + (uint)order[i].Offset), order[i].Length, TcpFlags.Ack, i + 1, pool));
            }

            Assert.Equal((length, 0, order.Length + 1), ((int)stream.Bytes, (int)stream.Skipped, (int)stream.Packets));
        }
    }

    [Fact]
    public void Process_OfSegments_DoesNotAllocate()
    {
        byte[][] frames = [.. Enumerable.Range(0, 100).Select(static i => Frame((uint)(1000 + ((i ^ 3) * 10)), 10, TcpFlags.Ack, 40000))];
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                _table.Process(frames[i % frames.Length], _time += 1000);
            }

            _table.Flush();
        }));
    }

    [Fact]
    public void ExtraTcpMetric_NotesWhatWasSeenFirst()
    {
        using var table = new FlowTable(new FlowTableOptions { ExtraTcpMetric = true }, _collector);
        void Send(TcpFlags flags, bool isFromB, byte timeToLive, long milliseconds)
        {
            byte[] frame = Tcp(flags, isFromB);
            frame[22] = timeToLive;
            table.Process(frame, Epoch + (milliseconds * Millisecond));
        }

        Send(TcpFlags.Syn, false, 63, 1);
        Send(TcpFlags.Syn, false, 60, 2);
        Send(TcpFlags.Syn | TcpFlags.Ack, true, 128, 3);
        Send(TcpFlags.Ack, false, 1, 4);
        Send(TcpFlags.Fin | TcpFlags.Ack, true, 128, 5);
        Send(TcpFlags.Rst, false, 63, 6);
        table.Process(Udp(), Epoch);
        table.Finish(Epoch);
        long start = Epoch / Millisecond;
        Assert.Equal(
            new TcpMetric { ABSynStart = start + 1, ABSynTTL = 63, BASynStart = start + 3, BASynTTL = 128, BAFinStart = start + 5, ABRstStart = start + 6 },
            Assert.Single(_collector.Flows, static flow => flow.Application == "TCP").TCPMetric);
        Assert.Null(Assert.Single(_collector.Flows, static flow => flow.Application == "UDP").TCPMetric);
    }

    private static byte[] Frame(uint sequence, int length, TcpFlags flags, int port, bool isFromB = false) =>
        (isFromB ? new FrameBuilder().Ethernet(MacB, MacA).IPv4(AddressB, AddressA) : new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB))
        .Tcp((ushort)(isFromB ? 80 : port), (ushort)(isFromB ? port : 80), flags, sequence).Payload(new byte[length]).Build();

    private void Open()
    {
        Send(1000, 0, TcpFlags.Syn);
        _table.Process(Frame(5000, 0, TcpFlags.Syn | TcpFlags.Ack, 40000, isFromB: true), _time += Millisecond);
    }

    private void Send(uint sequence, int length, TcpFlags flags = TcpFlags.Ack) => Process(sequence, length, flags, 40000);

    private void Process(uint sequence, int length, TcpFlags flags, int port) => _table.Process(Frame(sequence, length, flags, port), _time += Millisecond);

    private TcpMetric Metric()
    {
        _table.Flush();
        return Assert.Single(_table.Search(new FlowSearch())).TCPMetric!;
    }
}
