using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>The sockets of one namespace: one that hears events, one for questions.</summary>
internal sealed class NamespaceKernel : INamespaceKernel
{
    private const int FamilyIPv4 = 2;

    private readonly RtnetlinkClient _client;

    private NamespaceKernel(NetworkNamespace networkNamespace, RtnetlinkListener listener, RtnetlinkClient client)
    {
        Namespace = networkNamespace;
        Listener = listener;
        _client = client;
    }

    /// <inheritdoc/>
    public NetworkNamespace Namespace { get; }

    /// <inheritdoc/>
    public RtnetlinkListener Listener { get; }

    /// <summary>
    /// Opens the sockets: first the one for events, so that none is missed between question and event. The descriptor that is given is closed,
    /// since it may hold the file that the namespace is mounted on.
    /// </summary>
    /// <param name="original">The namespace.</param>
    /// <param name="openListener">Opens the socket for events.</param>
    /// <exception cref="LinuxException">The namespace cannot be entered; then what was given is open still.</exception>
    public static NamespaceKernel Open(NetworkNamespace original, Func<NetworkNamespace, RtnetlinkListener> openListener)
    {
        // Entered once: what is opened inside nests.
        var kernel = original.Run((original, openListener), static request =>
        {
            var networkNamespace = request.original.Reopen();
            RtnetlinkListener? listener = null;
            try
            {
                listener = request.openListener(networkNamespace);
                return new NamespaceKernel(networkNamespace, listener, RtnetlinkClient.Open(networkNamespace));
            }
            catch
            {
                listener?.Dispose();
                networkNamespace.Dispose();
                throw;
            }
        });
        original.Dispose();
        return kernel;
    }

    /// <inheritdoc/>
    public NamespaceContent Read(CancellationToken cancellationToken) => new(
        _client.DumpLinks(cancellationToken: cancellationToken),
        _client.DumpAddresses(cancellationToken: cancellationToken),
        ReadRoutes(cancellationToken),
        _client.DumpNeighbours(cancellationToken: cancellationToken));

    /// <inheritdoc/>
    public ForwardingContent ReadForwarding(CancellationToken cancellationToken) => new(
        _client.DumpForwardingEntries(cancellationToken: cancellationToken), _client.DumpBridgePorts(cancellationToken));

    /// <inheritdoc/>
    public LinkMessage GetLink(int index, CancellationToken cancellationToken) => _client.GetLink(index, cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<RouteMessage> ReadIPv4Routes(int link, CancellationToken cancellationToken)
    {
        // The kernel tells of an interface that goes down before it drops the routes, all under one lock. A question for an interface waits for
        // that lock, one for routes does not.
        _client.GetLink(1, cancellationToken: cancellationToken);
        return _client.DumpRoutes(FamilyIPv4, link, cancellationToken);
    }

    /// <inheritdoc/>
    public RouteContent ReadRoutes(CancellationToken cancellationToken)
    {
        var routes = _client.DumpRoutes(cancellationToken: cancellationToken);
        IReadOnlyList<NextHopMessage> nextHops = [];
        foreach (var route in routes)
        {
            if (route.NextHopId != 0)
            {
                nextHops = _client.DumpNextHops(cancellationToken);
                break;
            }
        }

        return new(routes, nextHops);
    }

    /// <inheritdoc/>
    public IReadOnlyList<StatisticsMessage> ReadStatistics(CancellationToken cancellationToken) => _client.DumpStatistics(cancellationToken);

    /// <inheritdoc/>
    public int? GetNamespaceId(NetworkNamespace other, CancellationToken cancellationToken) => _client.GetNamespaceId(other, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Listener.Dispose();
        _client.Dispose();
        Namespace.Dispose();
    }
}
