using Skydive.Contracts.Agents;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Captures;

/// <summary>What an agent is to be told about one capture at one node.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Node">The node.</param>
/// <param name="CaptureId">Identifier of the capture.</param>
/// <param name="Start">The capture to start; null to stop it.</param>
internal sealed record AgentOrder(IAgentLink Agent, Node Node, string CaptureId, StandingCapture? Start)
{
    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; set; }
}
