using System.Net;
using Skydive.Agent.Sockets;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Tests.Sockets;

public sealed class SocketIndexTests
{
    private static readonly InternetEndPoint s_a = End("127.0.0.1", 1234);
    private static readonly InternetEndPoint s_b = End("127.0.0.1", 5678);
    private readonly SocketIndex _index = new();

    [Fact]
    public void Set_ThenRemoved_IsFoundThenNot()
    {
        var socket = Tcp(s_a, s_b, 7);

        _index.Set("host", [socket]);
        Assert.Equal([new NodeSocket("host", socket)], _index.Find(SocketProtocol.Tcp, s_a, s_b));
        Assert.Equal(1, _index.Count);

        _index.Remove("host");
        Assert.Empty(_index.Find(SocketProtocol.Tcp, s_a, s_b));
        Assert.Equal(0, _index.Count);
        _index.Remove("host");
    }

    [Fact]
    public void Find_OtherProtocolPortOrDirection_IsNothing()
    {
        _index.Set("host", [Tcp(s_a, s_b, 7)]);

        Assert.Empty(_index.Find(SocketProtocol.Udp, s_a, s_b));
        Assert.Empty(_index.Find(SocketProtocol.Tcp, s_b, s_a));
        Assert.Empty(_index.Find(SocketProtocol.Tcp, s_a, End("127.0.0.1", 5679)));
        Assert.Empty(_index.Find(SocketProtocol.Tcp, End("127.0.0.2", 1234), s_b));
    }

    [Fact]
    public void Find_TwoHostsWithTheSameConnection_IsBoth()
    {
        _index.Set("one", [Tcp(s_a, s_b, 7)]);
        _index.Set("two", [Tcp(s_a, s_b, 8)]);

        Assert.Equal(["one", "two"], _index.Find(SocketProtocol.Tcp, s_a, s_b).Select(static found => found.NodeId));

        _index.Remove("one");
        Assert.Equal(["two"], _index.Find(SocketProtocol.Tcp, s_a, s_b).Select(static found => found.NodeId));
    }

    [Fact]
    public void FindBoth_ConnectionWithinAHost_HasTheProcessAtEachEnd()
    {
        _index.Set("host", [Tcp(s_a, s_b, 7), Tcp(s_b, s_a, 8)]);

        var (a, b) = _index.FindBoth(SocketProtocol.Tcp, s_a, s_b);
        Assert.Equal((7, 8), (Assert.Single(a).Socket.ProcessId, Assert.Single(b).Socket.ProcessId));
        (a, b) = _index.FindBoth(SocketProtocol.Tcp, s_b, s_a);
        Assert.Equal((8, 7), (Assert.Single(a).Socket.ProcessId, Assert.Single(b).Socket.ProcessId));
    }

    [Fact]
    public void Find_ServerOfAnAddress_StandsForAllItsClients()
    {
        var server = Server(SocketProtocol.Udp, End("10.0.0.1", 53), 9);
        _index.Set("host", [server]);

        Assert.Equal([new NodeSocket("host", server)], _index.Find(SocketProtocol.Udp, End("10.0.0.1", 53), End("10.0.0.9", 40000)));
        Assert.Empty(_index.Find(SocketProtocol.Udp, End("10.0.0.2", 53), End("10.0.0.9", 40000)));
    }

    [Fact]
    public void Find_ServerOfAllAddresses_StandsForEach()
    {
        var four = Server(SocketProtocol.Udp, End("0.0.0.0", 53), 4);
        var six = Server(SocketProtocol.Udp, End("::", 53), 6);
        _index.Set("host", [four, six]);

        Assert.Equal([four, six], _index.Find(SocketProtocol.Udp, End("10.0.0.1", 53), End("10.0.0.9", 40000)).Select(static found => found.Socket));
        Assert.Equal([six], _index.Find(SocketProtocol.Udp, End("fd00::1", 53), End("fd00::9", 40000)).Select(static found => found.Socket));
    }

    [Fact]
    public void Find_ConnectedSocketBesideTheServer_IsTheConnectedOne()
    {
        var server = new SocketEntry(SocketProtocol.Tcp, End("0.0.0.0", 80), End("0.0.0.0", 0), SocketState.Listen, 1, "/bin/s", "s");
        var worker = Tcp(End("10.0.0.1", 80), End("10.0.0.9", 40000), 2);
        _index.Set("host", [server, worker]);

        Assert.Equal([worker], _index.Find(SocketProtocol.Tcp, worker.Local, worker.Remote).Select(static found => found.Socket));
        Assert.Equal([server], _index.Find(SocketProtocol.Tcp, worker.Local, End("10.0.0.9", 40001)).Select(static found => found.Socket));
    }

    [Fact]
    public void Set_Again_KeepsWhatIsTheSame()
    {
        var first = Tcp(s_a, s_b, 7);
        _index.Set("host", [first, Tcp(s_a, End("127.0.0.1", 1), 7)]);
        _index.Set("host", [Tcp(s_a, End("127.0.0.1", 2), 7), first, first]);

        Assert.Equal(2, _index.Count);
        Assert.Single(_index.Find(SocketProtocol.Tcp, s_a, s_b));
        Assert.Empty(_index.Find(SocketProtocol.Tcp, s_a, End("127.0.0.1", 1)));
        Assert.Single(_index.Find(SocketProtocol.Tcp, s_a, End("127.0.0.1", 2)));
    }

    [Fact]
    public async Task Find_WhileOthersWrite_SeesOneStateOrTheOther()
    {
        var kept = Tcp(s_a, s_b, 7);
        SocketEntry[] many = [.. Enumerable.Range(1, 500).Select(port => Tcp(s_a, End("10.0.0.1", port), 7))];
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(
            () =>
            {
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    _index.Set("host", i % 2 == 0 ? [kept] : [kept, .. many]);
                    _index.Set("other", [kept]);
                    _index.Remove("other");
                }
            },
            TestContext.Current.CancellationToken);
        _index.Set("host", [kept]);
        for (int i = 0; i < 200_000; i++)
        {
            Assert.Contains(new NodeSocket("host", kept), _index.Find(SocketProtocol.Tcp, s_a, s_b));
            Assert.InRange(_index.Find(SocketProtocol.Tcp, s_a, many[i % 500].Remote).Count, 0, 1);
        }

        await stop.CancelAsync();
        await writer;
    }

    private static InternetEndPoint End(string address, int port) => new(IPAddress.Parse(address), port);

    private static SocketEntry Tcp(InternetEndPoint local, InternetEndPoint remote, int processId) =>
        new(SocketProtocol.Tcp, local, remote, SocketState.Established, processId, "/bin/p", "p");

    private static SocketEntry Server(SocketProtocol protocol, InternetEndPoint local, int processId) =>
        new(protocol, local, local.IsIPv4 ? End("0.0.0.0", 0) : End("::", 0), SocketState.Close, processId, "/bin/p", "p");
}
