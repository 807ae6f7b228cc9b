using System.Diagnostics;
using System.Globalization;
using Skydive.Flows.Bench;

// usage: Skydive.Flows.Bench all|file|table|decode|codec|search [FILE.pcap|-] [runs] [part]
//   file   reads the file, makes flows, sends them; and encodes and writes them as well: what a user waits for
//   table  decodes and counts frames that are in memory, in flows that are known: what a live capture spends per packet
//   decode decodes them only
//   codec  encodes and decodes the flows of the file
//   search asks a table of 10,000 flows what live queries ask
// With a part only that one of the lines that a mode prints. Without a file, or with '-', a trace of 1,000,000 packets in 100,000 flows is made in memory.
string mode = args.Length > 0 ? args[0] : "all";
string? path = args.Length > 1 && args[1] != "-" ? args[1] : null;
string? wanted = args.Length > 3 ? args[3] : null;
int runs = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;

byte[]? trace = path is null ? GeneratedTrace.Create(packets: 1_000_000, flows: 100_000) : null;
Func<Stream> open = trace is not null
    ? () => new MemoryStream(trace, writable: false)
    : () => new FileStream(path!, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

var benchmarks = new (string Name, Func<Func<Stream>, Benchmark> Create)[]
{
    ("file", static open => new FileBenchmark(open)),
    ("decode", static open => new DecodeBenchmark(open)),
    ("table", static open => new TableBenchmark(open)),
    ("codec", static open => new CodecBenchmark(open)),
    ("search", static _ => new SearchBenchmark()),
};

bool found = false;
foreach (var (name, create) in benchmarks)
{
    if (mode == name || mode == "all")
    {
        found = true;
        Run(name, create(open));
    }
}

if (!found)
{
    Console.Error.WriteLine($"'{mode}' is none of: all, {string.Join(", ", benchmarks.Select(static benchmark => benchmark.Name))}");
    return 2;
}

return 0;

void Run(string name, Benchmark benchmark)
{
    using (benchmark)
    {
        foreach (string part in benchmark.Parts.Where(part => wanted is null || part == wanted))
        {
            var seconds = new List<double>();
            var processor = new List<double>();
            long allocated = 0;
            long items = 0;
            double first = 0;

            // The first run includes compilation; it is told apart, and it is what a process that runs once costs.
            for (int run = 0; run <= runs; run++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                TimeSpan used = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                items = benchmark.Run(part);
                double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
                if (run == 0)
                {
                    first = elapsed;
                }

                if (run > 0 || runs == 0)
                {
                    seconds.Add(elapsed);
                    processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
                }
            }

            seconds.Sort();
            processor.Sort();
            double median = seconds[seconds.Count / 2];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-7}{part,-28} {items,9} {benchmark.Unit,-8} median {median * 1e3,8:F2} ms (first {first * 1e3,7:F1}, processor {processor[processor.Count / 2] * 1e3,7:F1}, least {processor[0] * 1e3,7:F1})  {items / median / 1e6,7:F2} M/s  {median / items * 1e9,8:F1} ns each  {(double)allocated / items,8:F2} bytes allocated each{benchmark.Remark}"));
        }
    }
}
