using System.Runtime.InteropServices;
using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Agent.Topology;

/// <summary>The node of this host, which owns all others.</summary>
internal static class HostProbe
{
    /// <summary>Adds the node.</summary>
    /// <param name="graph">The agent's graph.</param>
    /// <returns>The node's identifier.</returns>
    public static string AddTo(LiveGraph graph)
    {
        string id = Identifiers.Random();
        var release = ReadOsRelease();
        var metadata = new MetadataBuilder()
            .Set("Name", graph.Host)
            .Set("Type", "host")
            .Set("Hostname", Environment.MachineName)
            .Set("OS", "linux")
            .SetIfNotNull("KernelVersion", ReadText("/proc/sys/kernel/osrelease"))
            .Set("Architecture", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant())
            .SetIfNotNull("Platform", release.GetValueOrDefault("ID"))
            .SetIfNotNull("PlatformVersion", release.GetValueOrDefault("VERSION_ID"))
            .Build();
        graph.Write(transaction => transaction.AddNode(id, metadata));
        return id;
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> ReadOsRelease()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in (ReadText("/etc/os-release") ?? string.Empty).Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                values[line[..equals]] = line[(equals + 1)..].Trim().Trim('"');
            }
        }

        return values;
    }
}
