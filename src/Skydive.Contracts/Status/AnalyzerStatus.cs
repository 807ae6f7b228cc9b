using System.Text.Json.Serialization;
using Skydive.Contracts.Captures;

namespace Skydive.Contracts.Status;

/// <summary>Answer of an analyzer to <c>GET /api/status</c>. The first seven members are Skydive's.</summary>
public sealed record AnalyzerStatus
{
    private static readonly IReadOnlyDictionary<string, CaptureStatistics> s_noCaptures = new Dictionary<string, CaptureStatistics>();
    private static readonly IReadOnlyDictionary<string, ProbeStatus> s_noProbes = new Dictionary<string, ProbeStatus>();
    private static readonly IReadOnlyDictionary<string, ConnectionStatus> s_noConnections = new Dictionary<string, ConnectionStatus>();

    /// <summary>Connected agents by host.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Agents { get; init => field = value ?? s_noConnections; } = s_noConnections;

    /// <summary>Other analyzers.</summary>
    public PeersStatus Peers { get; init => field = value ?? new(); } = new();

    /// <summary>Programs that publish nodes and edges, by host.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Publishers { get; init => field = value ?? s_noConnections; } = s_noConnections;

    /// <summary>Programs that listen to the graph, by host.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Subscribers { get; init => field = value ?? s_noConnections; } = s_noConnections;

    /// <summary>Whether alerts are evaluated here.</summary>
    public MasterStatus Alerts { get; init => field = value ?? new(true); } = new(true);

    /// <summary>Whether captures are steered from here.</summary>
    public MasterStatus Captures { get; init => field = value ?? new(true); } = new(true);

    /// <summary>Probes of the analyzer, and in one process with an agent those of the agent, by name.</summary>
    public IReadOnlyDictionary<string, ProbeStatus> Probes { get; init => field = value ?? s_noProbes; } = s_noProbes;

    /// <summary>The history store; null when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StorageStatus? Storage { get; init; }

    /// <summary>What became of flows; null for an analyzer that does not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowReceptionStatus? Flows { get; init; }

    /// <summary>What became of packets and flows of each capture at all its nodes together, by its identifier.</summary>
    public IReadOnlyDictionary<string, CaptureStatistics> CaptureStatistics { get; init => field = value ?? s_noCaptures; } = s_noCaptures;

    /// <summary>Nodes in the graph.</summary>
    public int NodeCount { get; init; }

    /// <summary>Edges in the graph.</summary>
    public int EdgeCount { get; init; }

    /// <summary>When the service started.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>Resident memory of the process in bytes.</summary>
    public long MemoryBytes { get; init; }
}
