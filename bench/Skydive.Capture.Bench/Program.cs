using System.Diagnostics;
using System.Globalization;
using Skydive.Capture.Bench;

// usage: Skydive.Capture.Bench [ring|ebpf] [FILE.pcap|-] [packets] [packets a second]
//        Skydive.Capture.Bench inject [-] [packets] [rounds]
//   ring  a packet ring with a flow table behind it, as the capture type afpacket
//   ebpf  flows counted in the kernel, as the capture type ebpf; the time of the program alone is the kernel's own figure
//   inject  what sending costs: generated UDP datagrams and a replayed trace, as the agent sends them, beside tcpreplay --topspeed with the same
//           frames (64 bytes of payload) into a veth pair. 2,000,000 packets, 5 rounds.
// One process sends into one end of a veth pair in a namespace of its own, another captures at the other end: as fast as the kernel takes it
// when no rate is given. 5,000,000 packets of a generated trace of 100,000 flows when nothing else is said. Needs root.
// With a low rate and many packets it is a soak: memory is told ten times on the way.
string mode = args.Length > 0 ? args[0] : "ring";
string file = args.Length > 1 ? args[1] : "-";
long packets = args.Length > 2 ? long.Parse(args[2], CultureInfo.InvariantCulture) : 5_000_000;
long rate = args.Length > 3 ? long.Parse(args[3], CultureInfo.InvariantCulture) : 0;
switch (mode)
{
    case "send":
        return Sender.Run(args[4], file, packets, rate);
    case "receive-ring":
        return RingReceiver.Run(args[4], packets);
    case "receive-ebpf":
        return EbpfReceiver.Run(args[4], packets);
    case "inject-udp4" or "inject-pcap":
        return await InjectionBench.RunAsync(mode, args[4], file, packets);
    case "inject":
        return InjectionBench.Compare(args.Length > 2 ? packets : 2_000_000, args.Length > 3 ? (int)rate : 5);
    case "ring" or "ebpf":
        break;
    default:
        Console.Error.WriteLine($"'{mode}' is none of: ring, ebpf, inject");
        return 2;
}

string space = $"skybench-{Environment.ProcessId}";
Ip($"netns add {space}");
try
{
    Ip($"-n {space} link add skybench0 type veth peer name skybench1");
    Execute("ip", $"netns exec {space} sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
    Ip($"-n {space} link set skybench0 mtu 9000 up");
    Ip($"-n {space} link set skybench1 mtu 9000 up");
    using var receiver = StartHere($"receive-{mode}", "skybench1");
    if (receiver.StandardOutput.ReadLine() != "ready")
    {
        Console.Error.WriteLine("the receiver did not start");
        return 1;
    }

    using var sender = StartHere("send", "skybench0");
    Console.Write(sender.StandardOutput.ReadToEnd());
    Console.Write(receiver.StandardOutput.ReadToEnd());
    receiver.WaitForExit();
    return receiver.ExitCode;
}
finally
{
    Ip($"netns delete {space}");
}

Process StartHere(string role, string device) => Process.Start(new ProcessStartInfo(
    "ip", ["netns", "exec", space, Environment.ProcessPath!, .. IsDotnet() ? [typeof(Sender).Assembly.Location] : Array.Empty<string>(), role, file, Text(packets), Text(rate), device])
{
    RedirectStandardOutput = true,
})!;

static bool IsDotnet() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";

static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

static void Ip(string arguments) => Execute("ip", arguments);

static void Execute(string program, string arguments)
{
    using var process = Process.Start(program, arguments);
    process.WaitForExit();
    if (process.ExitCode != 0)
    {
        throw new InvalidOperationException($"{program} {arguments} failed with {process.ExitCode}");
    }
}
