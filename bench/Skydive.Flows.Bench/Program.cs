using System.Diagnostics;
using Skydive.Flows.Bench;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;

int runs = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 5;
for (int run = 0; run < runs; run++)
{
    var sink = new CountingSink();
    long before = GC.GetAllocatedBytesForCurrentThread();
    long start = Stopwatch.GetTimestamp();
    using var reader = PcapReader.Open(args[0]);
    PcapSummary summary = PcapFlows.Read(reader, new FlowTableOptions(), sink, CancellationToken.None);
    double s = Stopwatch.GetElapsedTime(start).TotalSeconds;
    Console.WriteLine($"run {run}: {summary.Packets} packets, {summary.InvalidPackets} invalid, {sink.Flows} flow records, {s * 1e3:F1} ms, {summary.Packets / s / 1e6:F2} Mpackets/s, {s / summary.Packets * 1e9:F1} ns/packet, {(GC.GetAllocatedBytesForCurrentThread() - before) / (double)summary.Packets:F2} bytes allocated/packet");
}
