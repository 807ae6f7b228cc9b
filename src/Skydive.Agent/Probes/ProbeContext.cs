using Microsoft.Extensions.Logging;
using Skydive.Agent.Sockets;
using Skydive.Agent.Topology;
using Skydive.Graph;
using Skydive.Linux.Processes;

namespace Skydive.Agent.Probes;

/// <summary>What a probe is given to work with.</summary>
/// <param name="Graph">The agent's graph.</param>
/// <param name="HostNodeId">The node of this host.</param>
/// <param name="Options">How the agent works.</param>
/// <param name="Loggers">Told of what goes wrong.</param>
/// <param name="FindLink">Where the interface of a node is; null when the node is no interface of the kernel's. Safe to call from any thread.</param>
/// <param name="Namespaces">Where probes that know of network namespaces register them, to have them watched.</param>
internal sealed record ProbeContext(
    LiveGraph Graph,
    string HostNodeId,
    AgentOptions Options,
    ILoggerFactory Loggers,
    Func<string, LinkLocation?> FindLink,
    NamespaceDirectory Namespaces)
{
    /// <summary>The processes of this host, for all probes together; opened when one asks for them.</summary>
    public Lazy<ProcessTable> Processes { get; init; } = new(static () => new(), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>The sockets of this host and its namespaces, while a probe keeps them.</summary>
    public SocketIndex Sockets { get; init; } = new();
}
