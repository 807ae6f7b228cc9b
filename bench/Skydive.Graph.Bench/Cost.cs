using System.Diagnostics;

namespace Skydive.Graph.Bench;

/// <summary>What something costs: wall time, processor time, allocation, collections.</summary>
internal sealed class Cost
{
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _processor;
    private readonly long _allocated = GC.GetTotalAllocatedBytes();
    private readonly int _collections = GC.CollectionCount(0);
    private readonly TimeSpan _pause = GC.GetTotalPauseDuration();

    public Cost() => _processor = _process.TotalProcessorTime;

    /// <summary>Prints what was used since this was made.</summary>
    public double Print(string name)
    {
        var wall = Stopwatch.GetElapsedTime(_start);
        _process.Refresh();
        double processor = (_process.TotalProcessorTime - _processor).TotalSeconds;
        Console.WriteLine(
            $"{name,-34} {wall.TotalSeconds,7:0.000} s wall {processor,7:0.000} s CPU {(GC.GetTotalAllocatedBytes() - _allocated) / 1048576.0,7:0} MiB allocated, "
            + $"{GC.CollectionCount(0) - _collections,4} collections, {(GC.GetTotalPauseDuration() - _pause).TotalSeconds:0.000} s paused");
        return wall.TotalSeconds;
    }
}
