namespace Skydive.Contracts.Status;

/// <summary>Connections with other analyzers, by host.</summary>
public sealed record PeersStatus
{
    private static readonly IReadOnlyDictionary<string, ConnectionStatus> s_noConnections = new Dictionary<string, ConnectionStatus>();

    /// <summary>Connections that others made.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Incomers { get; init => field = value ?? s_noConnections; } = s_noConnections;

    /// <summary>Connections that we made.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Outgoers { get; init => field = value ?? s_noConnections; } = s_noConnections;
}
