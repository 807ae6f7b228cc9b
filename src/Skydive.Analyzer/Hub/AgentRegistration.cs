using Skydive.Contracts.Agents;
using Skydive.Contracts.Status;

namespace Skydive.Analyzer.Hub;

/// <summary>One connected agent.</summary>
public sealed class AgentRegistration : IDisposable
{
    private readonly AgentDirectory _directory;
    private readonly Func<ConnectionStatus> _status;

    internal AgentRegistration(AgentDirectory directory, IAgentLink link, Func<ConnectionStatus> status)
    {
        _directory = directory;
        Link = link;
        _status = status;
    }

    /// <summary>What can be asked of the agent.</summary>
    public IAgentLink Link { get; }

    /// <summary>How the connection does.</summary>
    public ConnectionStatus Status => _status();

    /// <summary>Takes the agent off the list.</summary>
    public void Dispose() => _directory.Remove(this);
}
