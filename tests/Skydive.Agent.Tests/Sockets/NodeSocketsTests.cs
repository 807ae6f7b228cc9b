using System.Net;
using Skydive.Agent.Sockets;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Tests.Sockets;

public sealed class NodeSocketsTests
{
    private static readonly SocketEntry s_server = new(
        SocketProtocol.Tcp, End("0.0.0.0", 443), End("0.0.0.0", 0), SocketState.Listen, 10, "/usr/sbin/nginx", "nginx");

    private readonly NodeSockets _node = new();

    [Fact]
    public void Update_NothingThere_IsNoChange()
    {
        Assert.Equal(SocketChange.None, _node.Update([]));
        Assert.Empty(_node.Sockets);
    }

    [Fact]
    public void Update_ServerComesAndGoes_IsARevisionEachTimeTheLatterWithPatience()
    {
        Assert.Equal(SocketChange.Revision, _node.Update([s_server]));
        Assert.Equal(SocketChange.None, _node.Update([s_server]));

        Assert.Equal(SocketChange.Transient, _node.Update([]));
        for (int round = 2; round < NodeSockets.PatienceRounds; round++)
        {
            Assert.Equal(SocketChange.None, _node.Update([]));
        }

        Assert.Equal(SocketChange.Revision, _node.Update([]));
        Assert.Equal(SocketChange.None, _node.Update([]));
    }

    [Fact]
    public void Update_ServerStartedAnew_IsARevision()
    {
        _node.Update([s_server]);

        Assert.Equal(SocketChange.Revision, _node.Update([s_server with { ProcessId = 11 }]));
    }

    [Fact]
    public void Update_ClientsOfAServer_AreToldOncePerHost()
    {
        _node.Update([s_server]);

        Assert.Equal(SocketChange.Revision, _node.Update([s_server, Accepted("10.0.0.9", 40000)]));
        Assert.Equal(SocketChange.Transient, _node.Update([s_server, Accepted("10.0.0.9", 40001)]));
        Assert.Equal(SocketChange.Transient, _node.Update([s_server, Accepted("10.0.0.9", 40001), Accepted("10.0.0.9", 40002)]));
        Assert.Equal(SocketChange.Revision, _node.Update([s_server, Accepted("10.0.0.8", 40003)]));
    }

    [Fact]
    public void Update_OwnConnections_AreToldOncePerService()
    {
        Assert.Equal(SocketChange.Revision, _node.Update([Opened(40000, "10.0.0.7", 5432)]));
        Assert.Equal(SocketChange.Transient, _node.Update([Opened(40001, "10.0.0.7", 5432)]));
        Assert.Equal(SocketChange.Revision, _node.Update([Opened(40001, "10.0.0.7", 5433)]));
    }

    [Fact]
    public void Update_ClientThatComesEverySecondLook_MakesOneRevision()
    {
        _node.Update([s_server]);
        int revisions = 0;
        for (int round = 0; round < 100; round++)
        {
            SocketChange change = round % 2 == 0 ? _node.Update([s_server, Opened(40000 + round, "10.0.0.7", 5432)]) : _node.Update([s_server]);
            Assert.NotEqual(SocketChange.None, change);
            revisions += change == SocketChange.Revision ? 1 : 0;
        }

        Assert.Equal(1, revisions);
    }

    [Theory]
    [InlineData(SocketState.SynSent)]
    [InlineData(SocketState.FinWait1)]
    [InlineData(SocketState.CloseWait)]
    public void Update_ConnectionsThatAreNotUp_AreTransient(SocketState state)
    {
        _node.Update([s_server]);

        Assert.Equal(SocketChange.Transient, _node.Update([s_server, Opened(40000, "10.0.0.7", 5432) with { State = state }]));
    }

    [Fact]
    public void ToMetadata_UnchangedSocket_IsTheSameObject()
    {
        _node.Update([s_server]);
        var before = _node.ToMetadata();
        _node.Update([s_server, Opened(40000, "10.0.0.7", 5432)]);
        var after = _node.ToMetadata();

        Assert.Equal(2, after.Elements.Length);
        Assert.Same(before.Elements[0].AsMap, after.Elements[0].AsMap);
    }

    [Fact]
    public void CompareTo_OfSockets_PutsServersFirst()
    {
        SocketEntry[] sorted =
        [
            s_server with { Local = End("0.0.0.0", 22) }, s_server, s_server with { Protocol = SocketProtocol.Udp, State = SocketState.Close },
            Opened(1000, "10.0.0.7", 5432), Opened(1000, "10.0.0.7", 5433), Opened(1001, "10.0.0.6", 1),
        ];

        Assert.Equal(sorted, sorted.Reverse().Order());
    }

    [Fact]
    public void Build_Socket_HasSkydivesKeys()
    {
        Assert.Equal(
            """{"LocalAddress":"10.0.0.1","LocalPort":40000,"Name":"psql","Pid":20,"Process":"/usr/bin/psql","Protocol":"TCP","RemoteAddress":"10.0.0.7","RemotePort":5432,"State":"ESTABLISHED"}""",
            SocketMetadata.Build(Opened(40000, "10.0.0.7", 5432)).AsMap!.ToString());
        Assert.Equal(
            """{"LocalAddress":"::","LocalPort":53,"Protocol":"UDP","RemoteAddress":"::","RemotePort":0,"State":"CLOSE"}""",
            SocketMetadata.Build(new(SocketProtocol.Udp, End("::", 53), End("::", 0), SocketState.Close, 0, string.Empty, string.Empty)).AsMap!.ToString());
    }

    [Fact]
    public void NameOf_States_AreTheKernels() => Assert.Equal(
        ["ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "SYN_RECV", "UNKNOWN"],
        Enumerable.Range(1, 13).Select(static state => SocketMetadata.NameOf((SocketState)state)));

    private static InternetEndPoint End(string address, int port) => new(IPAddress.Parse(address), port);

    private static SocketEntry Accepted(string client, int port) =>
        new(SocketProtocol.Tcp, End("10.0.0.1", 443), End(client, port), SocketState.Established, 12, "/usr/sbin/nginx", "nginx");

    private static SocketEntry Opened(int port, string server, int serverPort) =>
        new(SocketProtocol.Tcp, End("10.0.0.1", port), End(server, serverPort), SocketState.Established, 20, "/usr/bin/psql", "psql");
}
