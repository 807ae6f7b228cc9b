using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology;

/// <summary>Where the interface of a node is to be found.</summary>
/// <param name="Namespace">Its namespace; belongs to the probe.</param>
/// <param name="Index">Its index there.</param>
/// <param name="HardwareType">What its frames look like.</param>
internal sealed record LinkLocation(NetworkNamespace Namespace, int Index, HardwareType HardwareType);
