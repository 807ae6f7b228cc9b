using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>An interface whose driver is to be asked.</summary>
/// <param name="Link">The interface; only its identity matters, since it belongs to another thread.</param>
/// <param name="NamespaceKey">The number of its namespace.</param>
/// <param name="Namespace">Its namespace, which may be closed by now.</param>
/// <param name="Index">Its index.</param>
/// <param name="Name">Its name.</param>
/// <param name="LinkCount">How many interfaces its namespace has.</param>
/// <param name="IsLoopback">Whether it is the loopback interface, which no driver drives.</param>
internal sealed record InspectionRequest(
    LinkState Link, ulong NamespaceKey, NetworkNamespace Namespace, int Index, string Name, int LinkCount, bool IsLoopback);
