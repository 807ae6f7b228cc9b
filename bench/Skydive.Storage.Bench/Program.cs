using System.Globalization;
using Skydive.Storage.Bench;

// usage: Skydive.Storage.Bench [all|day|flows] [DIRECTORY] [runs]
//   day    a day of a busy host, as fast as the store takes it: 1,000 interfaces, a change of the graph each second, metrics of all interfaces each 30 s
//   flows  a million flow records in batches of 5,000: how fast they come in, what they take, and what sums and searches of parts of the time take
// The directory is where a database is made and removed; of the system's for temporary files when none is given.
string mode = args.Length > 0 ? args[0] : "all";
string root = args.Length > 1 ? args[1] : Path.GetTempPath();
int runs = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
if (mode is not ("all" or "day" or "flows"))
{
    Console.Error.WriteLine($"'{mode}' is none of: all, day, flows");
    return 2;
}

if (mode is "all" or "flows")
{
    await RunAsync(static (directory, runs) => FlowBenchmark.RunAsync(directory, runs));
}

if (mode is "all" or "day")
{
    await RunAsync(static (directory, runs) => DayBenchmark.RunAsync(directory, runs));
}

return 0;

async Task RunAsync(Func<string, int, Task> benchmark)
{
    string directory = Directory.CreateDirectory(Path.Combine(root, $"skydive-storage-bench-{Guid.NewGuid():N}")).FullName;
    try
    {
        await benchmark(directory, runs);
    }
    finally
    {
        Directory.Delete(directory, recursive: true);
    }
}
