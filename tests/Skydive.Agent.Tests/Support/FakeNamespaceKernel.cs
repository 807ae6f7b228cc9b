using Skydive.Agent.Topology.Netlink;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Tests.Support;

/// <summary>A namespace that exists in a test alone; what is asked of it beyond what the test has put there fails the test.</summary>
internal sealed class FakeNamespaceKernel : INamespaceKernel
{
    private static ulong s_count;

    public List<LinkMessage> Links { get; } = [];

    public NetworkNamespace Namespace => throw new NotSupportedException("the namespace is a test's own");

    public RtnetlinkListener Listener => throw new NotSupportedException("nothing is heard of a test's own namespace");

    /// <summary>A namespace with such a kernel.</summary>
    public static NamespaceState MakeState(string name = "ns1")
    {
        ulong number = ++s_count;
        return new(number, new(4, number), name, "/run/netns/" + name, null, new FakeNamespaceKernel()) { NodeId = "node of " + name };
    }

    public NamespaceContent Read(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ForwardingContent ReadForwarding(CancellationToken cancellationToken) => throw new NotSupportedException();

    public LinkMessage GetLink(int index, CancellationToken cancellationToken) => Links.Single(link => link.Index == index);

    public IReadOnlyList<RouteMessage> ReadIPv4Routes(int link, CancellationToken cancellationToken) => throw new NotSupportedException();

    public RouteContent ReadRoutes(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IReadOnlyList<StatisticsMessage> ReadStatistics(CancellationToken cancellationToken) => throw new NotSupportedException();

    public int? GetNamespaceId(NetworkNamespace other, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
