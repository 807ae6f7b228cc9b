using Skydive.Agent.Topology;

namespace Skydive.Agent.Probes;

/// <summary>
/// A topology probe that <c>agent.topology.probes</c> selects. To add one: implement this, and name it in <see cref="ProbeCatalog"/>. What is
/// missing on the machine and mended later is a problem of its <see cref="State"/>; <see cref="StartAsync"/> throws only where there is nothing
/// to do before that. What a probe has put into the graph stays there when it is disposed, since the agent ends with it.
/// </summary>
internal interface IAgentProbe : IAsyncDisposable
{
    /// <summary>Its name in the configuration and in the status.</summary>
    string Name { get; }

    /// <summary>How it does. It says itself when it is running.</summary>
    ProbeState State { get; }

    /// <summary>Ends when the probe is disposed, or fails with what broke it, which ends the agent. Looked at once it is started.</summary>
    Task Completion { get; }

    /// <summary>
    /// Begins to work. When it throws it leaves nothing behind, and is called again later. <see cref="Skydive.Linux.LinuxException"/>,
    /// <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/>, <see cref="System.ComponentModel.Win32Exception"/> (which sockets and
    /// processes throw), <see cref="HttpRequestException"/> and <see cref="TimeoutException"/> mean that something is missing; anything else is a
    /// fault and ends the agent.
    /// </summary>
    /// <param name="cancellationToken">The agent ends.</param>
    Task StartAsync(CancellationToken cancellationToken);
}
