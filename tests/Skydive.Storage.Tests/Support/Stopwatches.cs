using System.Diagnostics;

namespace Skydive.Storage.Tests.Support;

/// <summary>
/// Measures the time that passes and the processor time that this process takes, which says more on a machine that others use as well.
/// </summary>
internal sealed class Stopwatches
{
    private readonly Stopwatch _wall = Stopwatch.StartNew();
    private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;

    public double WallSeconds => _wall.Elapsed.TotalSeconds;

    public double ProcessorSeconds => (Environment.CpuUsage.TotalTime - _processor).TotalSeconds;
}
