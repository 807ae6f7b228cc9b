using System.Globalization;
using System.Runtime.InteropServices;
using Skydive.Linux.Ebpf;

namespace Skydive.Capture.Bench;

/// <summary>Flows counted in the kernel, taken out once a second.</summary>
internal static class EbpfReceiver
{
    private const string MeasureSetting = "/proc/sys/kernel/bpf_stats_enabled";
    private const int BatchSize = 2048;

    public static int Run(string device, long packets)
    {
        string before = File.ReadAllText(MeasureSetting);
        File.WriteAllText(MeasureSetting, "1");
        try
        {
            using var counter = FlowCounter.Open(new FlowCounterOptions
            {
                InterfaceIndex = int.Parse(File.ReadAllText($"/sys/class/net/{device}/ifindex"), CultureInfo.InvariantCulture),
                IsEthernet = true,
                MaximumEntries = 256 << 10,
                Promiscuous = true,
            });
            Console.WriteLine("ready");
            var keys = new FlowCounterKey[BatchSize];
            var values = new FlowCounterValue[BatchSize];
            long taken = 0;
            long entries = 0;
            long seen = 0;
            int silent = 0;
            var used = TimeSpan.Zero;
            long allocated = 0;
            while (taken < packets && silent < 3)
            {
                Thread.Sleep(TimeSpan.FromSeconds(1));
                if (seen == 0)
                {
                    used = Environment.CpuUsage.TotalTime;
                    allocated = GC.GetAllocatedBytesForCurrentThread();
                }

                bool more = true;
                while (more)
                {
                    more = counter.Take(keys, values, out int count);
                    entries += count;
                    for (int i = 0; i < count; i++)
                    {
                        taken += values[i].Packets;
                    }
                }

                long now = counter.GetTotals().Packets;
                silent = now == seen && seen > 0 ? silent + 1 : 0;
                seen = now;
            }

            var totals = counter.GetTotals();
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            double nanoseconds = (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / Math.Max(1, taken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"ebpf     counted {totals.Packets} packets, {totals.Refused} refused, {taken} taken in {entries} entries, by {counter.Method}; {ProgramNanoseconds():F0} ns each in the kernel, {nanoseconds:F0} ns each to take out, {(double)allocated / Math.Max(1, taken):F2} bytes allocated each"));
            return totals.Packets == taken + totals.Refused ? 0 : 1;
        }
        finally
        {
            File.WriteAllText(MeasureSetting, before);
        }
    }

    // The kernel tells of each program how often it ran and how long in all: of the programs that this process has attached here.
    private static double ProgramNanoseconds()
    {
        double time = 0;
        double runs = 0;
        foreach (uint program in Descriptions().Select(static lines => (uint)Value(lines, "prog_id:")).Where(static id => id != 0).Distinct().ToArray())
        {
            int descriptor = OpenProgram(program);
            if (descriptor >= 0)
            {
                string[] lines = File.ReadAllLines($"/proc/self/fdinfo/{descriptor}");
                time += Value(lines, "run_time_ns:");
                runs += Value(lines, "run_cnt:");
            }
        }

        return runs == 0 ? double.NaN : time / runs;
    }

    private static IEnumerable<string[]> Descriptions()
    {
        foreach (string descriptor in Directory.GetFiles("/proc/self/fdinfo"))
        {
            // The one that listed the directory is gone.
            if (File.Exists(descriptor))
            {
                yield return File.ReadAllLines(descriptor);
            }
        }
    }

    private static double Value(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line ? double.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture) : 0;

    // BPF_PROG_GET_FD_BY_ID of linux/bpf.h, on the processors that give bpf these numbers; the descriptor stays open until the process ends.
    private static unsafe int OpenProgram(uint program)
    {
        const int GetDescriptorById = 13;
        nint number = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;
        ulong* attributes = stackalloc ulong[2];
        attributes[0] = program;
        attributes[1] = 0;
        return (int)SystemCall(number, GetDescriptorById, (nint)attributes, 2 * sizeof(ulong));
    }

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SystemCall(nint number, nint first, nint second, nint third);
}
