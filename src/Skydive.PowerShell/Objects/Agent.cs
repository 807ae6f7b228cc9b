namespace Skydive;

/// <summary>An agent that an analyzer knows.</summary>
public sealed class Agent
{
    internal Agent(string host, Contracts.Status.ConnectionStatus status)
    {
        HostName = host;
        State = status.IsConnected ? "Connected" : "Disconnected";
        Protocol = status.ClientProtocol;
        Address = status.Addr.Length > 0 ? $"{status.Addr}:{status.Port}" : null;
        ConnectedAt = status.ConnectTime.ToLocalTime();
        Dropped = status.Dropped;
    }

    /// <summary>Identity of the agent's host.</summary>
    public string HostName { get; }

    /// <summary>Connected or Disconnected.</summary>
    public string State { get; }

    /// <summary>json, protobuf, or internal for an agent in the analyzer's process.</summary>
    public string Protocol { get; }

    /// <summary>Where it connects from; null in one process.</summary>
    public string? Address { get; }

    /// <summary>Since when.</summary>
    public DateTimeOffset ConnectedAt { get; }

    /// <summary>Messages that it was too slow for.</summary>
    public long Dropped { get; }

    /// <summary>The host.</summary>
    public override string ToString() => HostName;
}
