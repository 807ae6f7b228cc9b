using System.Diagnostics;

namespace Skydive.Analyzer.Metrics;

/// <summary>What the process takes. The names are those that Prometheus' own clients give.</summary>
internal static class ProcessMetrics
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>Writes it.</summary>
    public static void Write(MetricWriter writer)
    {
        using var process = Process.GetCurrentProcess();
        writer.Counter("process_cpu_seconds_total", "Seconds of processor time.").Value(process.TotalProcessorTime.TotalSeconds);
        writer.Gauge("process_resident_memory_bytes", "Resident memory in bytes.").Value(process.WorkingSet64);
        writer.Gauge("process_virtual_memory_bytes", "Virtual memory in bytes.").Value(process.VirtualMemorySize64);
        writer.Gauge("process_start_time_seconds", "When the process began, in seconds since 1970-01-01 UTC.")
            .Value(new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0);
        writer.Gauge("process_threads", "Threads.").Value(process.Threads.Count);
        if (Directory.Exists(Descriptors))
        {
            writer.Gauge("process_open_fds", "Open file descriptors.").Value(Directory.EnumerateFileSystemEntries(Descriptors).Count());
        }

        var heap = GC.GetGCMemoryInfo();
        writer.Gauge("heap_bytes", "Bytes that managed objects took at the last collection.").Value(heap.HeapSizeBytes);
        writer.Gauge("heap_committed_bytes", "Bytes that the collector holds.").Value(heap.TotalCommittedBytes);
        writer.Counter("gc_collections_total", "Collections, by generation.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            writer.Value(GC.CollectionCount(generation), ("generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        writer.Counter("gc_pause_seconds_total", "Seconds for which all threads stood still.").Value(GC.GetTotalPauseDuration().TotalSeconds);
    }
}
