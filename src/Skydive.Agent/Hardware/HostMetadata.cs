using System.Globalization;
using System.Runtime.InteropServices;
using Skydive.Agent.Topology;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Hardware;

/// <summary>What a host tells of itself, with Skydive's keys.</summary>
internal static class HostMetadata
{
    /// <summary>The keys that say what the node is; nobody else may set them.</summary>
    public static IReadOnlyList<string> ReservedKeys { get; } = ["Name", "Type", "TID"];

    /// <summary>Makes the metadata of the host's node.</summary>
    /// <param name="name">Identity of the host.</param>
    /// <param name="configured">What the configuration adds; what the host tells of itself goes before it.</param>
    /// <param name="files">The files of the host.</param>
    /// <param name="hypervisor">The hypervisor's signature in the processor; null when there is none.</param>
    /// <param name="state">Told of what could not be understood.</param>
    public static MetadataMap Build(string name, MetadataMap configured, HostFiles files, string? hypervisor, ProbeState state)
    {
        var metadata = new MetadataBuilder();
        foreach (var (key, value) in configured)
        {
            metadata.Set(key, value);
        }

        var release = OsRelease.Parse(
            files.ReadText("etc/os-release") ?? files.ReadText("usr/lib/os-release") ?? string.Empty, files.ReadText("etc/debian_version"));
        var virtualization = Virtualization.Detect(files, hypervisor);
        metadata
            .Set("Name", name)
            .Set("Type", "host")
            .Set("Hostname", ReadLine(files, "proc/sys/kernel/hostname") ?? Environment.MachineName)
            .Set("OS", "linux")
            .Set("Architecture", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant())
            .SetIfNotNull("KernelVersion", ReadLine(files, "proc/sys/kernel/osrelease"))
            .SetIfNotNull("Platform", release.Platform)
            .SetIfNotNull("PlatformFamily", release.Family)
            .SetIfNotNull("PlatformVersion", release.Version)
            .SetIfNotNull("VirtualizationSystem", virtualization.System)
            .SetIfNotNull("VirtualizationRole", virtualization.Role)
            .SetIfNotNull("InstanceID", ReadLine(files, "var/lib/cloud/data/instance-id"));
        SetIsolatedCpus(metadata, files, state);
        SetIfNotEmpty(metadata, "CPU", CpuInfo.Parse(files.ReadText("proc/cpuinfo") ?? string.Empty, cpu => ReadFrequency(files, cpu)));
        var commandLine = KernelCommandLine.Parse(files.ReadText("proc/cmdline") ?? string.Empty);
        if (commandLine.Count > 0)
        {
            metadata.Set("KernelCmdLine", commandLine);
        }

        return metadata.Build();
    }

    /// <summary>The first line of a file; null when there is none, or it is empty.</summary>
    public static string? ReadLine(HostFiles files, string path) => files.ReadText(path)?.Split('\n')[0].Trim() is { Length: > 0 } line ? line : null;

    private static void SetIsolatedCpus(MetadataBuilder metadata, HostFiles files, ProbeState state)
    {
        if (!CpuList.TryParse(files.ReadText("sys/devices/system/cpu/isolated") ?? string.Empty, out var isolated, out string? error))
        {
            state.SetProblem("IsolatedCPU", $"isolated CPUs are not known: {error}");
            return;
        }

        SetIfNotEmpty(metadata, "IsolatedCPU", MetadataValue.List(isolated.Select(static cpu => (MetadataValue)cpu)));
    }

    private static void SetIfNotEmpty(MetadataBuilder metadata, string key, MetadataValue list)
    {
        if (!list.Elements.IsEmpty)
        {
            metadata.Set(key, list);
        }
    }

    private static long? ReadFrequency(HostFiles files, int cpu) =>
        long.TryParse(
            ReadLine(files, string.Create(CultureInfo.InvariantCulture, $"sys/devices/system/cpu/cpu{cpu}/cpufreq/cpuinfo_max_freq")),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out long kilohertz) ? kilohertz : null;
}
