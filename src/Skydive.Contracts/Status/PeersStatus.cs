namespace Skydive.Contracts.Status;

/// <summary>Connections with other analyzers, by host.</summary>
public sealed record PeersStatus
{
    /// <summary>Connections that others made.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Incomers { get; init => field = value ?? new Dictionary<string, ConnectionStatus>(); } = new Dictionary<string, ConnectionStatus>();

    /// <summary>Connections that we made.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Outgoers { get; init => field = value ?? new Dictionary<string, ConnectionStatus>(); } = new Dictionary<string, ConnectionStatus>();
}
