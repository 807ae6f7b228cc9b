using Skydive.Contracts.Status;

namespace Skydive;

/// <summary>How a service does.</summary>
public sealed class Status
{
    internal Status(Uri uri, ServiceInfo info, AnalyzerStatus status)
        : this(uri, info)
    {
        NodeCount = status.NodeCount;
        EdgeCount = status.EdgeCount;
        StartTime = status.StartTime == default ? null : status.StartTime.ToLocalTime();
        Uptime = status.StartTime == default ? null : DateTimeOffset.UtcNow - status.StartTime;
        MemoryBytes = status.MemoryBytes;
        Storage = status.Storage;
        Agents = [.. status.Agents.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => new Agent(pair.Key, pair.Value))];
        Subscribers = [.. status.Subscribers.Keys.Order(StringComparer.Ordinal)];
        Publishers = [.. status.Publishers.Keys.Order(StringComparer.Ordinal)];
        Peers = [.. status.Peers.Incomers.Keys.Union(status.Peers.Outgoers.Keys).Order(StringComparer.Ordinal)];
        Probes = [.. status.Probes.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => new Probe(pair.Key, pair.Value))];
    }

    internal Status(Uri uri, ServiceInfo info, AgentStatus status)
        : this(uri, info)
    {
        Analyzers = [.. status.Analyzers.Where(static pair => pair.Value.IsConnected).Select(static pair => pair.Key).Order(StringComparer.Ordinal)];
        Subscribers = [.. status.Clients.Keys.Order(StringComparer.Ordinal)];
        Probes = [.. status.TopologyProbes.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => new Probe(pair.Key, pair.Value))];
        CaptureTypes = [.. status.FlowProbes];
    }

    private Status(Uri uri, ServiceInfo info)
    {
        Uri = uri;
        Service = info.Service;
        HostName = info.Host;
        Version = info.Version;
    }

    /// <summary>Address of the service.</summary>
    public Uri Uri { get; }

    /// <summary>analyzer or agent.</summary>
    public string Service { get; }

    /// <summary>Identity of its host.</summary>
    public string HostName { get; }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>When it started; null when it does not tell.</summary>
    public DateTimeOffset? StartTime { get; }

    /// <summary>How long it has been running; null when it does not tell.</summary>
    public TimeSpan? Uptime { get; }

    /// <summary>Resident memory in bytes.</summary>
    public long MemoryBytes { get; }

    /// <summary>Nodes in the graph.</summary>
    public int NodeCount { get; }

    /// <summary>Edges in the graph.</summary>
    public int EdgeCount { get; }

    /// <summary>The history store; null when there is none.</summary>
    public StorageStatus? Storage { get; }

    /// <summary>Agents of an analyzer.</summary>
    public Agent[] Agents { get; } = [];

    /// <summary>Analyzers that an agent is connected to.</summary>
    public string[] Analyzers { get; } = [];

    /// <summary>Programs that follow the graph.</summary>
    public string[] Subscribers { get; } = [];

    /// <summary>Programs that publish nodes and edges.</summary>
    public string[] Publishers { get; } = [];

    /// <summary>Other analyzers.</summary>
    public string[] Peers { get; } = [];

    /// <summary>Probes and how they do.</summary>
    public Probe[] Probes { get; } = [];

    /// <summary>Capture types of an agent.</summary>
    public string[] CaptureTypes { get; } = [];

    /// <summary>Role, host and version.</summary>
    public override string ToString() => $"{Service} {HostName} {Version}";
}
