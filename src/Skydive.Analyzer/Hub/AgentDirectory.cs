using System.Collections.Concurrent;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Status;

namespace Skydive.Analyzer.Hub;

/// <summary>The connected agents by host. Safe for use by several threads at once.</summary>
public sealed class AgentDirectory
{
    private readonly ConcurrentDictionary<string, AgentRegistration> _agents = new(StringComparer.Ordinal);

    /// <summary>Raised after an agent was added, with its host; captures are started on it then.</summary>
    public event Action<string>? AgentAdded;

    /// <summary>The agents that are connected now.</summary>
    public IReadOnlyCollection<AgentRegistration> Agents => [.. _agents.Values];

    /// <summary>Adds an agent. One that is known under the same host is replaced: it has come back before its old connection was given up.</summary>
    /// <param name="link">What can be asked of it.</param>
    /// <param name="status">Gives the state of its connection.</param>
    /// <returns>The registration; dispose it when the agent goes.</returns>
    public AgentRegistration Add(IAgentLink link, Func<ConnectionStatus> status)
    {
        var registration = new AgentRegistration(this, link, status);
        _agents[link.Host] = registration;
        AgentAdded?.Invoke(link.Host);
        return registration;
    }

    /// <summary>The agent of a host; null when it is not connected.</summary>
    /// <param name="host">Identity of the host.</param>
    public IAgentLink? Find(string host) => _agents.TryGetValue(host, out var registration) ? registration.Link : null;

    internal void Remove(AgentRegistration registration) =>
        _agents.TryRemove(KeyValuePair.Create(registration.Link.Host, registration));
}
