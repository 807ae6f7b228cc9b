using System.Globalization;
using Skydive.Flows.Bench;
using Skydive.Flows.Table;
using Skydive.Linux.Packets;
using Skydive.Packets;

namespace Skydive.Capture.Bench;

/// <summary>A packet ring and a flow table, as a capture has them.</summary>
internal static class RingReceiver
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(3);

    public static int Run(string device, long packets)
    {
        using var ring = PacketRing.Open(new PacketRingOptions { InterfaceName = device, BlockSizeBytes = 256 << 10, BlockCount = 32, SnapLength = 256, Promiscuous = true });
        var sink = new CollectingSink(keep: false);
        using var table = new FlowTable(new FlowTableOptions { NodeTid = "bench", CaptureId = "bench" }, sink);
        Console.WriteLine("ready");
        long received = 0;
        long allocated = 0;
        long nextReport = packets / 10;
        var used = TimeSpan.Zero;
        var end = TimeSpan.Zero;
        while (received < packets)
        {
            var status = ring.Read(s_silence, CancellationToken.None, out var block);
            if (status != PacketRingStatus.Block)
            {
                if (received > 0)
                {
                    // The rest was lost.
                    break;
                }

                continue;
            }

            if (received == 0)
            {
                used = Environment.CpuUsage.TotalTime;
                allocated = GC.GetAllocatedBytesForCurrentThread();
            }

            long last = 0;
            using (block)
            {
                while (block.MoveNext())
                {
                    var frame = block.Current;
                    last = frame.TimestampNanoseconds;
                    table.Process(frame.Data, frame.OriginalLength, last, frame.HasVlan ? new VlanTag(frame.VlanTci) : default);
                    received++;
                }
            }

            table.Flush();
            end = Environment.CpuUsage.TotalTime;
            if (last >= table.NextTickNanoseconds)
            {
                table.Tick(last);
            }

            if (received >= nextReport && nextReport > 0)
            {
                nextReport += packets / 10;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {received} packets: {Environment.WorkingSet >> 20} MiB resident"));
            }
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var statistics = ring.GetStatistics();
        double nanoseconds = (end - used).TotalNanoseconds / received;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ring     received {received} packets, {statistics.Drops} dropped by the ring, {table.GetStats().FlowCount} flows, {sink.Count} records; {nanoseconds:F0} ns processor time each, {(double)allocated / received:F2} bytes allocated each, {Environment.WorkingSet >> 20} MiB resident"));
        return statistics.Drops == 0 ? 0 : 1;
    }
}
