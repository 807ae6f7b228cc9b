namespace Skydive.Contracts.Status;

/// <summary>Answer of an agent to <c>GET /api/status</c>.</summary>
public sealed record AgentStatus
{
    /// <summary>Programs that listen to the agent's graph, by host.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Clients { get; init => field = value ?? new Dictionary<string, ConnectionStatus>(); } = new Dictionary<string, ConnectionStatus>();

    /// <summary>The analyzers that the agent is connected to, by host.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Analyzers { get; init => field = value ?? new Dictionary<string, ConnectionStatus>(); } = new Dictionary<string, ConnectionStatus>();

    /// <summary>Topology probes by name.</summary>
    public IReadOnlyDictionary<string, ProbeStatus> TopologyProbes { get; init => field = value ?? new Dictionary<string, ProbeStatus>(); } = new Dictionary<string, ProbeStatus>();

    /// <summary>Capture types that the agent can run.</summary>
    public IReadOnlyList<string> FlowProbes { get; init => field = value ?? []; } = [];
}
