using System.Net;

namespace Skydive.Agent.Captures.Sources;

/// <summary>What is known of a process that sends sFlow datagrams. Belongs to <see cref="SFlowAgents"/>.</summary>
/// <param name="agent">The address by which its device names itself.</param>
/// <param name="subAgent">Its number there.</param>
internal sealed class SFlowAgent(IPAddress agent, uint subAgent)
{
    public IPAddress Agent { get; } = agent;

    public uint SubAgent { get; } = subAgent;

    /// <summary>The sequence number that its next datagram should have; null before the first.</summary>
    public uint? NextSequence { get; set; }

    /// <summary>By class and index of the source: how many samples it said it could not send.</summary>
    public Dictionary<ulong, uint> Drops { get; } = [];

    /// <summary>When it was last heard of, in datagrams.</summary>
    public long LastUsed { get; set; }
}
