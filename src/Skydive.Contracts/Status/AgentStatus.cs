using System.Text.Json.Serialization;

namespace Skydive.Contracts.Status;

/// <summary>Answer of an agent to <c>GET /api/status</c>.</summary>
public sealed record AgentStatus
{
    private static readonly IReadOnlyDictionary<string, ProbeStatus> s_noProbes = new Dictionary<string, ProbeStatus>();
    private static readonly IReadOnlyDictionary<string, ConnectionStatus> s_noConnections = new Dictionary<string, ConnectionStatus>();

    /// <summary>Programs that listen to the agent's graph, by host.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Clients { get; init => field = value ?? s_noConnections; } = s_noConnections;

    /// <summary>The analyzers that the agent is connected to, by host.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Analyzers { get; init => field = value ?? s_noConnections; } = s_noConnections;

    /// <summary>Topology probes by name.</summary>
    public IReadOnlyDictionary<string, ProbeStatus> TopologyProbes { get; init => field = value ?? s_noProbes; } = s_noProbes;

    /// <summary>How flows get to the analyzer; null for an agent that does not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowDeliveryStatus? Flows { get; init; }

    /// <summary>Capture types that the agent can run.</summary>
    public IReadOnlyList<string> FlowProbes { get; init => field = value ?? []; } = [];
}
