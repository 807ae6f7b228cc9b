using System.Net;
using System.Net.Sockets;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;
using Skydive.Linux.Route;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Route;

/// <summary>Against the real kernel.</summary>
public sealed class RtnetlinkTests
{
    [Fact]
    public void DumpLinks_RealLinks_AreDescribed()
    {
        using var test = new TestNamespace();
        using var other = new TestNamespace();
        test.Batch([
            "link add br0 type bridge",
            $"link add v0 address 02:00:00:00:00:11 type veth peer name v1 netns {other.Name}",
            "link set v0 master br0 up mtu 1400 alias uplink",
            "link add vx0 type vxlan id 77 dstport 4789 local 127.0.0.1",
        ]);
        test.Ip("link add mv0 link br0 type macvlan mode bridge");
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        using RtnetlinkClient otherClient = RtnetlinkClient.Open(other.Network);

        Dictionary<string, LinkMessage> links = client.DumpLinks(withStatistics: true).ToDictionary(link => link.Name);
        LinkMessage peer = otherClient.GetLink("v1");

        Assert.Equal(["br0", "lo", "mv0", "v0", "vx0"], links.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(HardwareType.Loopback, links["lo"].HardwareType);
        Assert.Null(links["lo"].Kind);
        Assert.Equal("bridge", links["br0"].Kind);
        LinkMessage veth = links["v0"];
        Assert.Equal("veth", veth.Kind);
        Assert.Equal("bridge", veth.SlaveKind);
        Assert.NotNull(veth.BridgePortState);
        Assert.Equal(links["br0"].Index, veth.MasterIndex);
        Assert.Equal(peer.Index, veth.LinkIndex);
        Assert.Equal(veth.Index, peer.LinkIndex);
        Assert.NotNull(veth.LinkNamespaceId);
        Assert.Equal(veth.LinkNamespaceId, client.GetNamespaceId(other.Network));
        Assert.Equal(1400, veth.Mtu);
        Assert.Equal("uplink", veth.Alias);
        Assert.Equal("02:00:00:00:00:11", veth.Address.ToString());
        Assert.True(veth.IsUp);
        Assert.Equal(77, links["vx0"].VxlanId);
        Assert.Equal("macvlan", links["mv0"].Kind);
        Assert.Equal(links["br0"].Index, links["mv0"].LinkIndex);
        Assert.Null(links["mv0"].LinkNamespaceId);
        Assert.All(links.Values, link => Assert.NotNull(link.Statistics));
    }

    [Fact]
    public void GetNamespaceId_NoneAssigned_IsNull()
    {
        using var test = new TestNamespace();
        using var other = new TestNamespace();
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);

        Assert.Null(client.GetNamespaceId(other.Network));
    }

    [Fact]
    public void Dump_AddressesRoutesNeighbours_AreWhatIpMade()
    {
        using var test = new TestNamespace();
        test.Batch([
            "link add br0 type bridge",
            "link set br0 up",
            "addr add 10.77.0.1/24 dev br0",
            "addr add fd77::1/64 dev br0 nodad",
            "route add 10.78.0.0/16 via 10.77.0.9 metric 5 table 900",
            "route add 10.79.0.0/16 nexthop via 10.77.0.7 weight 2 nexthop via 10.77.0.8",
            "route add fd78::/32 via fd77::9",
            "neigh add 10.77.0.5 lladdr 02:00:00:00:00:05 dev br0",
        ]);
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        int bridge = client.GetLink("br0").Index;

        Assert.Equal("10.77.0.1/24", Assert.Single(client.DumpAddresses(2)).ToString());
        Assert.Contains(client.DumpAddresses(), address => address.ToString() == "fd77::1/64" && address.Index == bridge);
        NetlinkDump<RouteMessage> routes = client.DumpRoutes();
        RouteMessage single = Assert.Single(routes, route => route.Prefix == "10.78.0.0/16");
        Assert.Equal((900u, 5u, bridge, IPAddress.Parse("10.77.0.9")), (single.Table, single.Priority, single.OutputIndex, single.Gateway));
        RouteMessage multipath = Assert.Single(routes, route => route.Prefix == "10.79.0.0/16");
        Assert.Equal([2, 1], multipath.NextHops.Select(hop => hop.Weight));
        Assert.Contains(routes, route => route.Prefix == "fd78::/32" && route.Gateway!.Equals(IPAddress.Parse("fd77::9")));
        Assert.All(client.DumpRoutes(10), route => Assert.Equal(10, route.Family));
        Assert.Contains(
            client.DumpNeighbours(),
            neighbour => neighbour.Destination!.Equals(IPAddress.Parse("10.77.0.5")) && neighbour.Address.ToString() == "02:00:00:00:00:05");
        Assert.All(client.DumpForwardingEntries(), entry => Assert.Equal(7, entry.Family));
        Assert.NotEmpty(client.DumpForwardingEntries());
    }

    [Fact]
    public void DumpLinks_KindsOfThisKernel_HaveTheirDetails()
    {
        using var test = new TestNamespace();
        test.Batch([
            "link add br0 type bridge",
            "addr add 10.77.0.1/24 dev br0",
            "link add vx0 type vxlan id 77 dstport 4790 local 10.77.0.1 remote 10.77.0.9 dev br0 ttl 7 nolearning",
            "link add vx6 type vxlan id 78 dstport 4789 group ff05::1 dev br0",
            "link add vxe type vxlan external dstport 8472",
            "link add mv0 link br0 type macvlan mode vepa",
            "link add a0 type veth peer name a1",
            "link add mt0 link a0 type macvtap mode passthru",
            "tuntap add tap0 mode tap user 1000",
            "tuntap add tun0 mode tun",
        ]);
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);

        Dictionary<string, LinkMessage> links = client.DumpLinks().ToDictionary(link => link.Name);

        int bridge = links["br0"].Index;
        Assert.Equal(
            new VxlanDetails
            {
                Id = 77, Remote = IPAddress.Parse("10.77.0.9"), Local = IPAddress.Parse("10.77.0.1"), Port = 4790, LinkIndex = bridge, Ttl = 7,
            },
            links["vx0"].Details);
        Assert.Equal(
            new VxlanDetails { Id = 78, Remote = IPAddress.Parse("ff05::1"), Port = 4789, LinkIndex = bridge, IsLearning = true },
            links["vx6"].Details);
        Assert.Equal(new VxlanDetails { Port = 8472, IsExternal = true }, (VxlanDetails)links["vxe"].Details! with { IsLearning = false });
        Assert.Equal(new MacvlanDetails { Mode = MacvlanMode.Vepa }, links["mv0"].Details);
        Assert.Equal(new MacvlanDetails { Mode = MacvlanMode.PassThrough }, links["mt0"].Details);
        Assert.Equal(new TunDetails { IsTap = true, OwnerId = 1000, IsPersistent = true }, links["tap0"].Details);
        Assert.Equal(new TunDetails { IsPersistent = true }, links["tun0"].Details);
        Assert.Null(links["br0"].Details);
        Assert.All(links.Values, link => Assert.Null(link.VirtualFunctions));
    }

    [Fact]
    public void DumpBridgePorts_RealBridge_HasItsPorts()
    {
        using var test = new TestNamespace();
        test.Batch(["link add br0 type bridge", "link add a0 type veth peer name a1", "link set a0 master br0"]);
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        int bridge = client.GetLink("br0").Index;

        Dictionary<string, BridgePortMessage> ports = client.DumpBridgePorts().ToDictionary(port => port.Name);

        Assert.Equal(["a0", "br0"], ports.Keys.Order(StringComparer.Ordinal));
        Assert.All(ports.Values, port => Assert.Equal(bridge, port.MasterIndex));
        Assert.Equal(client.GetLink("a0").Index, ports["a0"].Index);
    }

    [Fact]
    public void NextHops_MadeAndDeleted_AreDumpedAndHeard()
    {
        using var test = new TestNamespace();
        test.Batch([
            "link set lo up", "link add a0 type veth peer name a1", "link set a0 up", "link set a1 up", "addr add 10.77.0.1/24 dev a0",
        ]);
        using RtnetlinkListener listener = RtnetlinkListener.Open(test.Network, RtnetlinkGroups.NextHops);
        test.Batch([
            "nexthop add id 1 via 10.77.0.7 dev a0 proto static",
            "nexthop add id 2 via 10.77.0.8 dev a0",
            "nexthop add id 10 group 1/2,3",
            "nexthop add id 20 blackhole",
            "route add 10.80.0.0/16 nhid 10",
        ]);
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        int link = client.GetLink("a0").Index;

        Dictionary<uint, NextHopMessage> hops = client.DumpNextHops().ToDictionary(hop => hop.Id);
        RouteMessage route = client.DumpRoutes(2).Single(route => route.Prefix == "10.80.0.0/16");
        test.Ip("nexthop del id 20");
        List<RtnetlinkEvent> events = Collect(listener, events => events.Any(change => change.Kind == RtnetlinkEventKind.NextHopRemoved));

        Assert.Equal([1u, 2u, 10u, 20u], hops.Keys.Order());
        Assert.Equal((IPAddress.Parse("10.77.0.7"), link, 2, 4), (hops[1].Gateway, hops[1].OutputIndex, hops[1].Family, hops[1].Protocol));
        Assert.Equal([new NextHopMember(1, 1), new NextHopMember(2, 3)], hops[10].Group);
        Assert.True(hops[20].IsBlackhole);
        Assert.Equal(10u, route.NextHopId);
        Assert.Equal(2, route.NextHops.Count);
        Assert.Equal([1u, 2u, 10u, 20u], events.Where(change => change.Kind == RtnetlinkEventKind.NextHopSet).Select(change => change.NextHop!.Id));
        Assert.Equal(20u, events[^1].NextHop!.Id);
    }

    [Fact]
    public void MulticastRoutes_OfADaemon_AreDumpedAndHeard()
    {
        using var test = new TestNamespace();
        test.Batch([
            "link add in0 type veth peer name in1", "link add out0 type veth peer name out1", "link set in0 up", "link set out0 up",
            "addr add 10.77.0.1/24 dev in0",
        ]);
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        int input = client.GetLink("in0").Index;
        int output = client.GetLink("out0").Index;
        using RtnetlinkListener listener = RtnetlinkListener.Open(test.Network, RtnetlinkGroups.Routes);

        // What a multicast routing daemon does: two interfaces, then a route from the one to the other.
        using Socket daemon = test.Network.CreateSocket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Igmp);
        daemon.SetRawSocketOption(0, 200, MessageWriter.Number(1)); // MRT_INIT
        daemon.SetRawSocketOption(0, 202, [0, 0, 8, 1, 0, 0, 0, 0, .. MessageWriter.Number(input), 0, 0, 0, 0]); // MRT_ADD_VIF by index
        daemon.SetRawSocketOption(0, 202, [1, 0, 8, 1, 0, 0, 0, 0, .. MessageWriter.Number(output), 0, 0, 0, 0]);
        daemon.SetRawSocketOption(0, 204, [10, 77, 0, 9, 239, 1, 2, 3, 0, 0, 0, 5, .. new byte[48]]); // MRT_ADD_MFC, TTL 5

        List<RtnetlinkEvent> events = Collect(listener, events => events.Any(change => change.Route is { Family: 128 }));
        RouteMessage route = Assert.Single(client.DumpRoutes(128));

        Assert.Equal("239.1.2.3/32", route.Prefix);
        Assert.Equal(IPAddress.Parse("10.77.0.9"), route.Source);
        Assert.Equal(input, route.InputIndex);
        Assert.Equal(RouteType.Multicast, route.Type);
        Assert.Equal(17, route.Protocol);
        RouteNextHop hop = Assert.Single(route.NextHops);
        Assert.Equal((output, 6), (hop.Index, hop.Weight));
        Assert.Equal("239.1.2.3/32", events[^1].Route!.Prefix);
        Assert.Contains(client.DumpRoutes(), one => one.Family == 128);
    }

    [Fact]
    public void Receive_LinksComeAndGo_AreHeardInOrder()
    {
        using var test = new TestNamespace();
        using RtnetlinkListener listener = RtnetlinkListener.Open(test.Network, RtnetlinkGroups.All);
        test.Batch(["link add br0 type bridge", "link set br0 up", "addr add 10.77.1.1/24 dev br0", "link set br0 name br1", "link del br1"]);

        List<RtnetlinkEvent> events = Collect(
            listener, events => events.Any(change => change.Kind == RtnetlinkEventKind.LinkRemoved && change.Link!.Name == "br1"));

        Assert.Equal("br0", events.First(change => change.Link is not null).Link!.Name);
        Assert.Contains(events, change => change.Kind == RtnetlinkEventKind.LinkSet && change.Link is { Name: "br0", IsUp: true });
        Assert.Contains(events, change => change.Kind == RtnetlinkEventKind.AddressSet && change.Address!.ToString() == "10.77.1.1/24");
        Assert.Contains(events, change => change.Kind == RtnetlinkEventKind.RouteSet && change.Route!.Prefix == "10.77.1.0/24");
        Assert.Contains(events, change => change.Kind == RtnetlinkEventKind.AddressRemoved && change.Address!.ToString() == "10.77.1.1/24");
        Assert.All(events, change => Assert.Null(change.NamespaceId));
        Assert.Equal(0, listener.Overruns);
    }

    [Fact]
    public void Receive_LinkMoved_TellsWhereTo()
    {
        using var test = new TestNamespace();
        using var other = new TestNamespace();
        test.Batch(["link add a0 type veth peer name a1", $"link set a1 netns {other.Name}"]);
        using RtnetlinkListener listener = RtnetlinkListener.Open(test.Network, RtnetlinkGroups.Links);
        test.Ip($"link set a0 netns {other.Name}");

        List<RtnetlinkEvent> events = Collect(listener, events => events.Any(change => change.Kind == RtnetlinkEventKind.LinkRemoved));

        LinkMessage gone = events.First(change => change.Kind == RtnetlinkEventKind.LinkRemoved).Link!;
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        using RtnetlinkClient otherClient = RtnetlinkClient.Open(other.Network);
        Assert.Equal("a0", gone.Name);
        Assert.Equal(client.GetNamespaceId(other.Network), gone.NewNamespaceId);
        Assert.Equal(otherClient.GetLink("a0").Index, gone.NewIndex);
    }

    [Fact]
    public void Receive_BridgePortLeaves_IsNoRemoval()
    {
        using var test = new TestNamespace();
        test.Batch(["link add br0 type bridge", "link add a0 type veth peer name a1", "link set a0 master br0"]);
        using RtnetlinkListener listener = RtnetlinkListener.Open(test.Network, RtnetlinkGroups.Links);
        test.Batch(["link set a0 nomaster", "link set a0 mtu 1333"]);

        List<RtnetlinkEvent> events = Collect(listener, events => events.Any(change => change.Link is { Name: "a0", Mtu: 1333 }));

        Assert.DoesNotContain(events, change => change.Kind == RtnetlinkEventKind.LinkRemoved);
        BridgePortMessage left = events.First(change => change.Kind == RtnetlinkEventKind.BridgePortRemoved).BridgePort!;
        Assert.Equal("a0", left.Name);
        Assert.Equal(events[^1].Link!.Index, left.Index);
        Assert.Equal(0, listener.IgnoredMessages);
        Assert.Equal(0, events[^1].Link!.MasterIndex);
    }

    [Fact]
    public void Receive_AllNamespaces_TellsWhichOne()
    {
        using var test = new TestNamespace();
        using var other = new TestNamespace();
        test.Ip($"link add a0 type veth peer name a1 netns {other.Name}");
        using RtnetlinkListener listener = RtnetlinkListener.Open(test.Network, RtnetlinkGroups.Links, allNamespaces: true);
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        other.Ip("link add far0 type bridge");
        test.Ip("link add near0 type bridge");

        List<RtnetlinkEvent> events = Collect(listener, events => events.Any(change => change.Link is { Name: "near0" }));

        RtnetlinkEvent far = events.First(change => change.Link is { Name: "far0" });
        Assert.NotNull(far.NamespaceId);
        Assert.Equal(client.GetNamespaceId(other.Network), far.NamespaceId);
        Assert.Null(events.First(change => change.Link is { Name: "near0" }).NamespaceId);
    }

    [Fact]
    public void Receive_BufferOverruns_SignalsAndADumpMakesGood()
    {
        using var test = new TestNamespace();
        using var listener = new RtnetlinkListener(NetlinkSocket.Open(new NetlinkSocketOptions
        {
            Namespace = test.Network,
            Groups = RtnetlinkListener.Numbers(RtnetlinkGroups.Links),
            ReceiveBufferBytes = 8192,
        }));
        test.Batch(Enumerable.Range(0, 100).Select(number => $"link add b{number} type bridge"));

        var events = new List<RtnetlinkEvent>();
        Assert.Equal(NetlinkReceiveStatus.Overrun, Drain(listener, events));
        Assert.Equal(1, listener.Overruns);
        Assert.Empty(events);
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        Assert.Equal(101, client.DumpLinks().Count);

        // Events go on after the signal, and the old ones do not come back.
        test.Ip("link del b7");
        events = Collect(listener, events => events.Any(change => change.Kind == RtnetlinkEventKind.LinkRemoved));
        Assert.All(events, change => Assert.Equal("b7", change.Link!.Name));
    }

    [Fact]
    public void Receive_LargeBuffer_HoldsABurst()
    {
        using var test = new TestNamespace();
        using RtnetlinkListener listener = RtnetlinkListener.Open(test.Network, RtnetlinkGroups.Links);
        test.Batch(Enumerable.Range(0, 400).Select(number => $"link add b{number} type bridge"));

        List<RtnetlinkEvent> events = Collect(listener, events => events.Any(change => change.Link is { Name: "b399" }));

        Assert.Equal(400, events.Select(change => change.Link!.Name).Distinct().Count());
        Assert.Equal(0, listener.Overruns);
    }

    [Fact]
    public void Wait_ManyListenersOnOneThread_TellsWhichIsReady()
    {
        using var first = new TestNamespace();
        using var second = new TestNamespace();
        using RtnetlinkListener firstListener = RtnetlinkListener.Open(first.Network, RtnetlinkGroups.Links);
        using RtnetlinkListener secondListener = RtnetlinkListener.Open(second.Network, RtnetlinkGroups.Links);
        using var poller = new DescriptorPoller();
        poller.Add(firstListener.Descriptor!, 1);
        poller.Add(secondListener.Descriptor!, 2);
        ulong[] keys = new ulong[8];

        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(keys, out int count, TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(0, count);
        second.Ip("link add br0 type bridge");
        Assert.Equal(WaitOutcome.Ready, poller.Wait(keys, out count, Tools.Patience, CancellationToken.None));
        Assert.Equal([2ul], keys[..count]);
        var events = new List<RtnetlinkEvent>();
        Assert.Equal(NetlinkReceiveStatus.Nothing, Drain(secondListener, events));
        Assert.Contains(events, change => change.Link is { Name: "br0" });
    }

    [Fact]
    public void DumpLinks_AnInterfaceOfEachName_AllocatesLittleBeyondTheResult()
    {
        using var test = new TestNamespace();
        test.Batch(Enumerable.Range(0, 200).Select(number => $"link add b{number} type bridge"));
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);
        client.DumpLinks();
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = client.DumpLinks().Count;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(201, count);
        Assert.True(allocated / count < 420, $"{allocated / count} bytes a link");
    }

    private static NetlinkReceiveStatus Drain(RtnetlinkListener listener, List<RtnetlinkEvent> events)
    {
        NetlinkReceiveStatus status;
        do
        {
            status = listener.TryReceive(events);
        }
        while (status == NetlinkReceiveStatus.Messages);

        return status;
    }

    private static List<RtnetlinkEvent> Collect(RtnetlinkListener listener, Predicate<List<RtnetlinkEvent>> enough)
    {
        using var patience = new CancellationTokenSource(Tools.Patience);
        var events = new List<RtnetlinkEvent>();
        while (!enough(events))
        {
            NetlinkReceiveStatus status = listener.Receive(events, Timeout.InfiniteTimeSpan, patience.Token);
            Assert.Equal(NetlinkReceiveStatus.Messages, status);
        }

        return events;
    }
}
