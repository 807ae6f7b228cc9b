using System.Net;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Captures.Targets;

/// <summary>Where one thread of a capture is to send what it sees.</summary>
/// <param name="EndPoint">The target.</param>
/// <param name="Namespace">The namespace from which is sent; null for that of this process.</param>
/// <param name="Identifier">Tells the exporters of one host apart.</param>
/// <param name="Location">The interface at which is captured; null when it is none of the kernel's.</param>
/// <param name="SamplingRate">One of so many packets is sampled, at least 1.</param>
/// <param name="PollingInterval">How often counters are sent; zero for never.</param>
internal sealed record TargetRequest(
    IPEndPoint EndPoint, NetworkNamespace? Namespace, uint Identifier, Topology.LinkLocation? Location, uint SamplingRate, TimeSpan PollingInterval)
{
    /// <summary>The index of the interface; 0 when it is none of the kernel's.</summary>
    public int InterfaceIndex => Location?.Index ?? 0;
}
