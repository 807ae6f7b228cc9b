using System.Net;

using Skydive.Agent.MetadataFiles;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent;

/// <summary>How an agent works.</summary>
public sealed record AgentOptions
{
    /// <summary>Identity of this host.</summary>
    public required string Host { get; init; }

    /// <summary>The topology probes that run besides those that always do, by name.</summary>
    public IReadOnlyList<string> Probes { get; init; } = [];

    /// <summary>What the configuration adds to the node of this host.</summary>
    public MetadataMap Metadata { get; init; } = MetadataMap.Empty;

    /// <summary>Files from which further keys of the host's node are taken.</summary>
    public IReadOnlyList<MetadataFile> MetadataFiles { get; init; } = [];

    /// <summary>The interfaces on which LLDP is heard, by name; none for all.</summary>
    public IReadOnlyList<string> LldpInterfaces { get; init; } = [];

    /// <summary>The program that tells of block devices.</summary>
    public string LsblkPath { get; init; } = "/usr/bin/lsblk";

    /// <summary>Where named network namespaces stand.</summary>
    public string NamespacePath { get; init; } = "/var/run/netns";

    /// <summary>How often all processes are looked at for their network namespaces.</summary>
    public TimeSpan ProcessUpdate { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often counters of interfaces are brought into the graph.</summary>
    public TimeSpan MetricsUpdate { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often sockets and their processes are listed.</summary>
    public TimeSpan SocketInfoUpdate { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many sockets one node shows.</summary>
    public int MaximumSockets { get; init; } = 10_000;

    /// <summary>How often counters of captures are brought into the graph.</summary>
    public TimeSpan CaptureStatsUpdate { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often flows that changed are sent.</summary>
    public TimeSpan FlowUpdate { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a flow may be idle.</summary>
    public TimeSpan FlowExpire { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>How many flows one capture keeps at one node.</summary>
    public int FlowMaxEntries { get; init; } = 500_000;

    /// <summary>How long flows of some applications may be idle.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ApplicationTimeouts { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>Names of applications by TCP port, instead of the last layer's name.</summary>
    public IReadOnlyDictionary<int, string> TcpApplications { get; init; } = new Dictionary<int, string>();

    /// <summary>Names of applications by UDP port, instead of the last layer's name.</summary>
    public IReadOnlyDictionary<int, string> UdpApplications { get; init; } = new Dictionary<int, string>();

    /// <summary>How many packet rings, each with a thread, share the packets of a capture of type <c>afpacket</c>; at least 1.</summary>
    public int RingsPerCapture { get; init; } = 1;

    /// <summary>Bytes of all packet rings together, which the kernel keeps for them.</summary>
    public long RingMemoryBytes { get; init; } = 1L << 30;

    /// <summary>The analyzers that the agent talks to, as http:// or https:// addresses: captures leave this traffic out.</summary>
    public IReadOnlyList<Uri> Analyzers { get; init; } = [];

    /// <summary>Where captures of type <c>pcapsocket</c> listen.</summary>
    public IPAddress PcapSocketAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The first port at which captures of type <c>pcapsocket</c> listen; 0 for any that is free.</summary>
    public int PcapSocketFirstPort { get; init; } = 8100;

    /// <summary>The last port at which captures of type <c>pcapsocket</c> listen.</summary>
    public int PcapSocketLastPort { get; init; } = 8132;

    /// <summary>How many flows a second captures of type <c>ebpf</c> fetch from the kernel.</summary>
    public int EbpfPollingRate { get; init; } = 16_000;
}
