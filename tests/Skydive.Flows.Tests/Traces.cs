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

        // A worktree lies deeper than the repository itself.
        for (string? folder = Path.GetDirectoryName(root); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string path = Path.Combine(folder, "shared", "pcaps", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"needs ../shared/pcaps/{name}");
        return string.Empty;
    }

    public static List<Flow> Flows(string name, FlowTableOptions? options = null)
    {
        var collector = new FlowCollector();
        using var reader = PcapReader.Open(Find(name));

        // The traces span more than an update interval; what counts here is each flow's last word.
        var longInterval = (options ?? new FlowTableOptions()) with { UpdateInterval = TimeSpan.FromDays(1) };
        PcapFlows.Read(reader, longInterval, collector, CancellationToken.None);
        return collector.Flows;
    }
}
