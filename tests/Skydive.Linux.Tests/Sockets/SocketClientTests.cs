using System.Net;
using System.Net.Sockets;
using Skydive.Linux.Sockets;
using Skydive.Linux.Tests.Processes;

namespace Skydive.Linux.Tests.Sockets;

/// <summary>Against the real kernel, in a namespace of the test's own.</summary>
public sealed class SocketClientTests
{
    [Fact]
    public void Dump_TcpPair_HasListenerAndBothEnds()
    {
        using var test = new TestNamespace();
        test.Ip("link set lo up");
        using Socket listener = Open(test, AddressFamily.InterNetwork, SocketType.Stream);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket client = Open(test, AddressFamily.InterNetwork, SocketType.Stream);
        client.Connect(listener.LocalEndPoint!);
        using Socket server = listener.Accept();
        using SocketClient sockets = SocketClient.Open(test.Network);

        IReadOnlyList<SocketMessage> all = sockets.Dump(SocketProtocol.Tcp, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(3, all.Count);
        SocketMessage listening = all.Single(socket => socket.State == SocketState.Listen);
        Assert.Equal(End(listener.LocalEndPoint), listening.Local);
        Assert.Equal(new InternetEndPoint(IPAddress.Any, 0), listening.Remote);
        SocketMessage near = all.Single(socket => socket.Local == End(client.LocalEndPoint));
        SocketMessage far = all.Single(socket => socket.Local == End(server.LocalEndPoint) && socket.State != SocketState.Listen);
        Assert.Equal((near.Remote, near.Local), (far.Local, far.Remote));
        Assert.Equal((SocketState.Established, SocketState.Established), (near.State, far.State));
        Assert.Equal(Inode(client), near.Inode);
        Assert.Equal(Inode(server), far.Inode);
        Assert.All(all, socket =>
        {
            Assert.Equal((SocketProtocol.Tcp, 2, 0u, 0), (socket.Protocol, socket.Family, socket.UserId, socket.InterfaceIndex));
            Assert.True(socket.ControlGroupId > 0);
            Assert.Null(socket.IsIPv6Only);
        });
    }

    [Fact]
    public void Dump_Udp_ServersAreClosedAndConnectedOnesEstablished()
    {
        using var test = new TestNamespace();
        test.Ip("link set lo up");
        using Socket server = Open(test, AddressFamily.InterNetwork, SocketType.Dgram);
        server.Bind(new IPEndPoint(IPAddress.Any, 5353));
        using Socket client = Open(test, AddressFamily.InterNetwork, SocketType.Dgram);
        client.Connect(IPAddress.Loopback, 5353);
        using SocketClient sockets = SocketClient.Open(test.Network);

        IReadOnlyList<SocketMessage> all = sockets.Dump(SocketProtocol.Udp, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(2, all.Count);
        SocketMessage bound = all.Single(socket => socket.State == SocketState.Close);
        Assert.Equal((new InternetEndPoint(IPAddress.Any, 5353), Inode(server)), (bound.Local, bound.Inode));
        SocketMessage connected = all.Single(socket => socket.State == SocketState.Established);
        Assert.Equal((new InternetEndPoint(IPAddress.Loopback, 5353), Inode(client)), (connected.Remote, connected.Inode));
        Assert.Equal(
            [bound],
            sockets.Dump(SocketProtocol.Udp, SocketStates.Close | SocketStates.Listen, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Dump_IPv6_TellsDualStackAndMappedConnections()
    {
        using var test = new TestNamespace();
        test.Ip("link set lo up");
        using Socket dual = Open(test, AddressFamily.InterNetworkV6, SocketType.Stream);
        dual.DualMode = true;
        dual.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        dual.Listen();
        using Socket only = Open(test, AddressFamily.InterNetworkV6, SocketType.Dgram);
        only.DualMode = false;
        only.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 4444));
        int port = ((IPEndPoint)dual.LocalEndPoint!).Port;
        using Socket client = Open(test, AddressFamily.InterNetwork, SocketType.Stream);
        client.Connect(IPAddress.Loopback, port);
        using Socket server = dual.Accept();
        using SocketClient sockets = SocketClient.Open(test.Network);

        IReadOnlyList<SocketMessage> tcp = sockets.Dump(SocketProtocol.Tcp, cancellationToken: TestContext.Current.CancellationToken);
        SocketMessage udp = Assert.Single(sockets.Dump(SocketProtocol.Udp, cancellationToken: TestContext.Current.CancellationToken));

        Assert.False(tcp.Single(socket => socket.State == SocketState.Listen).IsIPv6Only);
        SocketMessage accepted = tcp.Single(socket => socket.Inode == Inode(server));
        Assert.Equal(10, accepted.Family);
        Assert.True(accepted.Local.IsIPv4);
        Assert.Equal(End(client.LocalEndPoint), accepted.Remote);
        Assert.Equal((new InternetEndPoint(IPAddress.IPv6Loopback, 4444), true), (udp.Local, udp.IsIPv6Only));
    }

    [Fact]
    public void Dump_ClosedConnection_WaitsWithoutProcess()
    {
        using var test = new TestNamespace();
        test.Ip("link set lo up");
        using Socket listener = Open(test, AddressFamily.InterNetwork, SocketType.Stream);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket client = Open(test, AddressFamily.InterNetwork, SocketType.Stream);
        client.Connect(listener.LocalEndPoint!);
        Socket server = listener.Accept();
        using SocketClient sockets = SocketClient.Open(test.Network);

        server.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, client.Receive(new byte[1]));
        Dictionary<uint, SocketState> halfClosed = sockets.Dump(SocketProtocol.Tcp, SocketStates.WithProcess, TestContext.Current.CancellationToken)
            .Where(socket => socket.State != SocketState.Listen).ToDictionary(socket => socket.Inode, socket => socket.State);
        Assert.Equal(SocketState.CloseWait, halfClosed[Inode(client)]);

        // The acknowledgement may be on its way still.
        Assert.True(halfClosed[Inode(server)] is SocketState.FinWait1 or SocketState.FinWait2);

        client.Dispose();
        server.Dispose();
        SocketMessage? left = null;
        ProcessTableTests.Wait(() =>
        {
            left = sockets.Dump(SocketProtocol.Tcp, cancellationToken: TestContext.Current.CancellationToken)
                .Single(socket => socket.State != SocketState.Listen);
            return left.State == SocketState.TimeWait;
        });
        Assert.Equal(0u, left!.Inode);
        Assert.Equal(
            SocketState.Listen,
            Assert.Single(sockets.Dump(SocketProtocol.Tcp, SocketStates.WithProcess, TestContext.Current.CancellationToken)).State);
    }

    [Fact]
    public void Counts_OfANamespace_AreThoseOfItsSockets()
    {
        using var test = new TestNamespace();
        test.Ip("link set lo up");
        Assert.Equal(new SocketCounts(0, 0), SocketCounts.Read(test.Network));
        using Socket listener = Open(test, AddressFamily.InterNetwork, SocketType.Stream);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket listener6 = Open(test, AddressFamily.InterNetworkV6, SocketType.Stream);
        listener6.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener6.Listen();
        using Socket udp = Open(test, AddressFamily.InterNetwork, SocketType.Dgram);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        Assert.Equal(new SocketCounts(2, 1), SocketCounts.Read(test.Network));
    }

    [Fact]
    public void Add_TextOfTheKernel_CountsItsLines()
    {
        SocketCounts counts = default(SocketCounts)
            .Add("sockets: used 300\nTCP: inuse 12 orphan 0 tw 3 alloc 20 mem 4\nUDP: inuse 3 mem 2\nUDPLITE: inuse 9\n"u8)
            .Add("TCP6: inuse 5\nUDP6: inuse 1\nUDPLITE6: inuse 0\n"u8);

        Assert.Equal(new SocketCounts(17, 4), counts);
        Assert.Equal(default, default(SocketCounts).Add("XTCP: inuse 5\nTCP: inuse x\n"u8));
    }

    private static Socket Open(TestNamespace test, AddressFamily family, SocketType type) =>
        test.Network.CreateSocket(family, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);

    private static InternetEndPoint End(EndPoint? endPoint) => new(((IPEndPoint)endPoint!).Address, ((IPEndPoint)endPoint).Port);

    private static uint Inode(Socket socket)
    {
        string link = new FileInfo($"/proc/self/fd/{socket.Handle}").LinkTarget!;
        return uint.Parse(link.AsSpan()["socket:[".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
