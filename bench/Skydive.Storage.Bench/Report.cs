using System.Diagnostics;

namespace Skydive.Storage.Bench;

/// <summary>Measures and prints.</summary>
internal static class Report
{
    /// <summary>Runs something some times and prints the median of the time and of the processor time that it takes.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="runs">How often it is run after a first time.</param>
    /// <param name="body">Does it, and says what came of it.</param>
    /// <returns>The median in seconds.</returns>
    public static async Task<double> MeasureAsync(string what, int runs, Func<Task<string>> body)
    {
        var wall = new List<double>();
        var processor = new List<double>();
        double first = 0;
        string answer = string.Empty;
        for (int run = 0; run <= runs; run++)
        {
            TimeSpan used = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            answer = await body();
            double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (run == 0)
            {
                first = elapsed;
            }
            else
            {
                wall.Add(elapsed);
                processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
            }
        }

        double median = Median(wall);
        Print($"{what,-64} {median * 1000,9:F2} ms (first {first * 1000,8:F1}, processor {Median(processor) * 1000,8:F1})  {answer}");
        return median;
    }

    public static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    public static void Print(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
