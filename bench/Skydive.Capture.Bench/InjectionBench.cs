using System.Diagnostics;
using System.Globalization;
using System.Net;
using Skydive.Agent.Injections;
using Skydive.Contracts.Injections;
using Skydive.Linux.Packets;
using Skydive.Packets;
using Skydive.Packets.Building;
using Skydive.Packets.Pcap;

namespace Skydive.Capture.Bench;

/// <summary>Packets a second and processor time for each packet, ours beside tcpreplay's, round by round.</summary>
internal static class InjectionBench
{
    private const int FramesInTrace = 1000;
    private const string Source = "10.9.0.1";
    private const string Destination = "10.9.0.2";
    private const string SourceMac = "02:00:00:00:09:01";
    private const string DestinationMac = "02:00:00:00:09:02";

    /// <summary>Sends from a device, in a process of its own, and prints what it cost.</summary>
    public static async Task<int> RunAsync(string mode, string device, string file, long packets)
    {
        var order = new Injection
        {
            UUID = "bench",
            Type = InjectionTypes.UdpV4,
            SrcIP = Source,
            DstIP = Destination,
            SrcMAC = SourceMac,
            DstMAC = DestinationMac,
            SrcPort = 4000,
            DstPort = 9,
            PayloadBytes = new byte[64],
            Count = packets,
            TTL = 64,
            Pcap = mode == "inject-pcap" ? await File.ReadAllBytesAsync(file) : null,
        };

        // What begins with the process alone is not to be counted.
        await SendAsync(order with { Count = 20_000 }, device);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        long began = Stopwatch.GetTimestamp();
        await SendAsync(order, device);
        var took = Stopwatch.GetElapsedTime(began);
        var used = Process.GetCurrentProcess().TotalProcessorTime - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds} {used.TotalSeconds}"));
        return 0;
    }

    /// <summary>Runs the rounds.</summary>
    public static int Compare(long packets, int rounds)
    {
        string space = $"skyinj-{Environment.ProcessId}";
        string trace = Path.Combine(Path.GetTempPath(), $"{space}.pcap");
        WriteTrace(trace);
        Execute("ip", $"netns add {space}");
        try
        {
            Execute("ip", $"netns exec {space} sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
            Execute("ip", $"-n {space} link add skybench0 address {SourceMac} type veth peer name skybench1 address {DestinationMac}");
            Execute("ip", $"-n {space} link set skybench0 up");
            Execute("ip", $"-n {space} link set skybench1 up");
            var results = new Dictionary<string, List<(double Rate, double Nanoseconds)>> { ["udp4"] = [], ["pcap"] = [], ["tcpreplay"] = [] };
            for (int round = 0; round < rounds; round++)
            {
                Add("udp4", Ours("inject-udp4"));
                Add("pcap", Ours("inject-pcap"));
                Add("tcpreplay", TcpReplay());
            }

            foreach (var (name, list) in results)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-10} {Median(list.Select(static one => one.Rate)):0} packets/s, {Median(list.Select(static one => one.Nanoseconds)):0} ns CPU a packet; to tcpreplay: rate {Ratio(name, static one => one.Rate):0.00}x, CPU {Ratio(name, static one => one.Nanoseconds):0.00}x"));
            }

            return 0;

            void Add(string name, (double Seconds, double Processor) cost) => results[name].Add((packets / cost.Seconds, cost.Processor * 1e9 / packets));

            double Ratio(string name, Func<(double Rate, double Nanoseconds), double> value) =>
                Median(results[name].Zip(results["tcpreplay"], (ours, theirs) => value(ours) / value(theirs)));

            (double Seconds, double Processor) Ours(string mode)
            {
                string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.ProcessPath!, typeof(InjectionBench).Assembly.Location] : [Environment.ProcessPath!];
                string[] figures = Read("ip", ["netns", "exec", space, .. program, mode, trace, packets.ToString(CultureInfo.InvariantCulture), "0", "skybench0"]).Split(' ');
                return (double.Parse(figures[0], CultureInfo.InvariantCulture), double.Parse(figures[1], CultureInfo.InvariantCulture));
            }

            (double Seconds, double Processor) TcpReplay()
            {
                // It tells its own rate; processor time is that of the whole program, of which sending millions of packets is nearly all.
                string output = Read("ip", ["netns", "exec", space, "bash", "-c", $"TIMEFORMAT='%U %S'; time tcpreplay --preload-pcap --topspeed --loop={packets / FramesInTrace} -i skybench0 {trace} 2>&1"]);
                string rate = output.Split('\n').First(static line => line.StartsWith("Actual", StringComparison.Ordinal));
                double seconds = double.Parse(rate[(rate.IndexOf(" in ", StringComparison.Ordinal) + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
                string[] used = output.Trim().Split('\n')[^1].Split(' ');
                return (seconds, used.Sum(static part => double.Parse(part, CultureInfo.InvariantCulture)));
            }
        }
        finally
        {
            Execute("ip", $"netns delete {space}");
            File.Delete(trace);
        }
    }

    private static async Task SendAsync(Injection order, string device)
    {
        var ended = new TaskCompletionSource();
        IFrameSeries frames = order.Pcap is null ? new GeneratedFrames(order, hasEthernet: true, Random.Shared) : new ReplayedFrames(order, hasEthernet: true);
        await using var injection = new NodeInjection(order, frames, PacketSender.Open(device), _ => ended.SetResult(), TimeProvider.System);
        await ended.Task;
        if (injection.PacketCount != order.Count)
        {
            throw new InvalidOperationException($"{injection.PacketCount} of {order.Count} packets were sent");
        }
    }

    /// <summary>The frames that we generate, all due at once.</summary>
    private static void WriteTrace(string path)
    {
        using var writer = new PcapWriter(File.Create(path), LinkType.Ethernet);
        byte[] frame = new FrameBuilder().Ethernet(MacAddress.Parse(SourceMac), MacAddress.Parse(DestinationMac))
            .IPv4(IPAddress.Parse(Source), IPAddress.Parse(Destination), 64).Udp(4000, 9).Payload(new byte[64]).Build();
        for (int i = 0; i < FramesInTrace; i++)
        {
            writer.Write(1_700_000_000_000_000_000, frame);
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static string Read(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output + errors.Result : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}{output}");
    }

    private static void Execute(string program, string arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {arguments} failed with {process.ExitCode}");
        }
    }
}
