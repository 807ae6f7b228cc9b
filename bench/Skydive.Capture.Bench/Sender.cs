using System.Diagnostics;
using System.Globalization;
using Skydive.Flows.Bench;
using Skydive.Linux;
using Skydive.Linux.Packets;

namespace Skydive.Capture.Bench;

/// <summary>Sends the frames of a trace again and again.</summary>
internal static class Sender
{
    // How often a rate is looked at.
    private const int BurstLength = 64;

    public static int Run(string device, string file, long packets, long rate)
    {
        byte[]? trace = file == "-" ? GeneratedTrace.Create(packets: 1_000_000, flows: 100_000) : null;
        var frames = new Frames(() => trace is null ? File.OpenRead(file) : new MemoryStream(trace));
        using var sender = PacketSender.Open(device);
        long start = Stopwatch.GetTimestamp();
        long sent = 0;
        long refused = 0;
        for (long i = 0; i < packets; i++)
        {
            if (rate > 0 && i % BurstLength == 0)
            {
                double ahead = ((double)i / rate) - Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (ahead > 0.001)
                {
                    Thread.Sleep(TimeSpan.FromSeconds(ahead));
                }
            }

            if (sender.TrySend(frames.Get((int)(i % frames.Count), out _, out _)) == Errno.None)
            {
                sent++;
            }
            else
            {
                refused++;
            }
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sent {sent} packets, {refused} refused, in {seconds:F2} s: {sent / seconds:F0} a second"));
        return 0;
    }
}
