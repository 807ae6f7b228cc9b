using Skydive.Contracts.Flows;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;

namespace Skydive.Flows.Tests;

/// <summary>The packet traces beside the repository, which are no part of it.</summary>
internal static class Traces
{
    public static string Find(string name)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "SkydivePS.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        // A folder with more of the traces may be named.
        string? named = Environment.GetEnvironmentVariable("SKYDIVE_TEST_TRACES");
        if (named is not null && File.Exists(Path.Combine(named, name)))
        {
            return Path.Combine(named, name);
        }

        // A worktree lies deeper than the repository itself.
        for (string? folder = Path.GetDirectoryName(root); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string path = Path.Combine(folder, "shared", "pcaps", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"needs {name}, a trace of the Skydive project, in ../shared/pcaps or in the folder that SKYDIVE_TEST_TRACES names");
        return string.Empty;
    }

    /// <summary>
    /// The flows of a trace, each as it was at last, and with the parents that they name. What the options say of layers holds; the rest is as in
    /// Skydive's own tests: fragments are put together, segments put in order, connections looked at.
    /// </summary>
    public static List<Flow> Flows(string name, FlowTableOptions? options = null, bool plain = false)
    {
        var collector = new FlowCollector();
        using var reader = PcapReader.Open(Find(name));
        options ??= new FlowTableOptions();

        // The traces span more than an update interval.
        options = options with { UpdateInterval = TimeSpan.FromDays(1), ExtraTcpMetric = true, ReassembleTcp = !plain, Defragment = !plain };
        PcapFlows.Read(reader, options, collector, CancellationToken.None);
        HashSet<string> uuids = [.. collector.Flows.Select(static flow => flow.UUID)];
        Assert.All(collector.Flows, flow => Assert.True(flow.ParentUUID.Length == 0 || uuids.Contains(flow.ParentUUID), flow.ParentUUID));
        return collector.Flows;
    }

    /// <summary>The packets of a trace.</summary>
    public static List<(byte[] Frame, int OriginalLength, long Timestamp)> Packets(string name)
    {
        using var reader = PcapReader.Open(Find(name));
        var packets = new List<(byte[], int, long)>();
        while (reader.TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data))
        {
            packets.Add((data.ToArray(), header.OriginalLength, header.TimestampNanoseconds));
        }

        return packets;
    }
}
