using System.Net;

namespace Skydive.Agent.Captures.Sources;

/// <summary>What samples of counters are of.</summary>
/// <param name="Agent">The device, as it names itself.</param>
/// <param name="SubAgent">The process of the device that sends.</param>
/// <param name="Class">What it is of the device: 0 an interface.</param>
/// <param name="Index">Which one: the index of the interface.</param>
internal readonly record struct SFlowCounterSource(IPAddress Agent, uint SubAgent, uint Class, uint Index);
