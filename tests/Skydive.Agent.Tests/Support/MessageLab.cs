using Skydive.Agent.Hardware;
using Skydive.Agent.Topology;
using Skydive.Agent.Topology.Netlink;
using Skydive.Graph;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;
using Skydive.Tests;

namespace Skydive.Agent.Tests.Support;

/// <summary>
/// A host whose kernel is made of messages that the test writes: they go through listener, client, decoders, updater, peer finder and writer
/// into a graph, as those of a real one do. For what the kernel at hand lacks.
/// </summary>
internal sealed class MessageLab : INamespaceKernel
{
    private readonly FakeKernel _events = new();
    private readonly Dictionary<int, byte[][]> _dumps = [];
    private readonly TopologyChanges _changes = new();
    private readonly NamespaceUpdater _updater;
    private readonly PeerFinder _peers;
    private readonly TopologyWriter _writer;
    private readonly VirtualFunctionFinder _functions;
    private readonly NamespaceState _state;
    private readonly RtnetlinkClient _client;

    public MessageLab()
    {
        string host = HostProbe.AddTo(Graph);
        Listener = new(_events);
        _client = new(new FakeKernel { OnRequest = Answer });
        Namespace = NetworkNamespace.OpenCurrent();
        _state = new(1, new(4, 1), string.Empty, "/proc/1/ns/net", null, this) { NodeId = host, Tid = Graph.Current.FindNode(host)!.TID };
        _updater = new(_changes);
        _peers = new([_state], _changes, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, CancellationToken.None);
        _writer = new(Graph, host);
        _functions = new(_changes);
    }

    public LiveGraph Graph { get; } = new("lab", "agent.lab", null, new TidHook());

    public NetworkNamespace Namespace { get; }

    public RtnetlinkListener Listener { get; }

    /// <summary>The kernel tells of something, in one datagram.</summary>
    public void Tell(params byte[][] messages)
    {
        _events.Queue(messages);
        var events = new List<RtnetlinkEvent>();
        Assert.Equal(NetlinkReceiveStatus.Messages, Listener.TryReceive(events));
        Assert.Equal(messages.Length, events.Count);
        foreach (var rtnetlinkEvent in events)
        {
            _updater.Apply(_state, rtnetlinkEvent);
        }

        Write();
    }

    /// <summary>What the kernel answers when a table is asked for: payloads of messages by the type of the request.</summary>
    public void Hold(int requestType, ushort messageType, params byte[][] payloads) =>
        _dumps[requestType] = [.. payloads.Select(payload => MessageWriter.Join(BitConverter.GetBytes((int)messageType), payload))];

    /// <summary>Reads all that the kernel holds, as at the start and after events were lost.</summary>
    public void Load()
    {
        _updater.Apply(_state, Read(CancellationToken.None));
        _updater.Apply(_state, ReadForwarding(CancellationToken.None));
        Write();
    }

    /// <summary>Reads the routes, as it is done when next hop objects have changed.</summary>
    public void LoadRoutes()
    {
        _updater.Apply(_state, ReadRoutes(CancellationToken.None));
        Write();
    }

    /// <summary>The driver of an interface answers.</summary>
    public void Report(string name, LinkFacts facts)
    {
        var link = _state.Links.Values.Single(link => link.Message.Name == name);
        link.Facts = facts;
        _changes.Mark(link, LinkParts.Facts);
        _functions.Add(link);
        Write();
    }

    public Skydive.Contracts.Topology.Node Find(string name) => Graph.Current.FindLink(name) ?? throw new InvalidOperationException($"there is no {name}");

    public NamespaceContent Read(CancellationToken cancellationToken) => new(
        _client.DumpLinks(cancellationToken: cancellationToken),
        _client.DumpAddresses(cancellationToken: cancellationToken),
        ReadRoutes(cancellationToken),
        _client.DumpNeighbours(cancellationToken: cancellationToken));

    public ForwardingContent ReadForwarding(CancellationToken cancellationToken) => new([], _client.DumpBridgePorts(cancellationToken));

    public LinkMessage GetLink(int index, CancellationToken cancellationToken) => _client.DumpLinks(cancellationToken: cancellationToken).Single(link => link.Index == index);

    public IReadOnlyList<RouteMessage> ReadIPv4Routes(int link, CancellationToken cancellationToken) => throw new NotSupportedException();

    public RouteContent ReadRoutes(CancellationToken cancellationToken) =>
        new(_client.DumpRoutes(cancellationToken: cancellationToken), _client.DumpNextHops(cancellationToken));

    public IReadOnlyList<StatisticsMessage> ReadStatistics(CancellationToken cancellationToken) => throw new NotSupportedException();

    public int? GetNamespaceId(NetworkNamespace other, CancellationToken cancellationToken) => null;

    public void Dispose()
    {
        Listener.Dispose();
        _client.Dispose();
        Namespace.Dispose();
    }

    private void Answer(FakeKernel kernel, uint sequence, int before)
    {
        byte[] request = kernel.Requests[^1];
        int type = BitConverter.ToUInt16(request, 4);

        // Ports of bridges are asked for as links of another family.
        int key = type == RequestTypes.Links && request[16] == 7 ? RequestTypes.BridgePorts : type;
        foreach (byte[] entry in _dumps.GetValueOrDefault(key, []))
        {
            kernel.Queue(MessageWriter.Message((ushort)BitConverter.ToInt32(entry), NetlinkFlags.Multi, sequence, FakeKernel.Port, entry[4..]));
        }

        kernel.Queue(MessageWriter.Message(3, NetlinkFlags.Multi, sequence, FakeKernel.Port, MessageWriter.Number(0)));
    }

    private void Write()
    {
        _peers.Find();
        _writer.Write(_changes);
        _changes.Appeared.Clear();
    }

    /// <summary>The requests for whole tables.</summary>
    public static class RequestTypes
    {
        public const int Links = 18; // RTM_GETLINK
        public const int Routes = 26; // RTM_GETROUTE
        public const int NextHops = 106; // RTM_GETNEXTHOP
        public const int BridgePorts = -18; // RTM_GETLINK of AF_BRIDGE
    }
}
