using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;
using Skydive.Linux.Route;

namespace Skydive.Linux.Tests.Netlink;

public sealed class NetlinkSocketTests
{
    [Fact]
    public void Open_ReceiveBuffer_IsGranted()
    {
        Tools.RequireNetwork();
        using NetlinkSocket socket = NetlinkSocket.Open(
            new NetlinkSocketOptions { ReceiveBufferBytes = NetlinkSocketOptions.EventReceiveBufferBytes });

        // The kernel doubles what it is asked for, to cover its own bookkeeping.
        Assert.Equal(2 * NetlinkSocketOptions.EventReceiveBufferBytes, socket.ReceiveBufferBytes);
    }

    [Fact]
    public void Open_TwoSockets_HaveDifferentPorts()
    {
        using NetlinkSocket first = NetlinkSocket.Open(new NetlinkSocketOptions());
        using NetlinkSocket second = NetlinkSocket.Open(new NetlinkSocketOptions());

        Assert.NotEqual(first.PortId, second.PortId);
        Assert.NotEqual(0u, first.PortId);
    }

    [Fact]
    public void Open_GroupThatDoesNotExist_SaysWhich()
    {
        LinuxException exception = Assert.Throws<LinuxException>(
            () => NetlinkSocket.Open(new NetlinkSocketOptions { Groups = [30_000] }));

        Assert.Contains("NETLINK_ADD_MEMBERSHIP 30000", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetLink_NoSuchInterface_CarriesErrnoAndOperation()
    {
        using RtnetlinkClient client = RtnetlinkClient.Open();

        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.GetLink("sklinux-none"));
        Assert.Equal(Errno.NoDevice, exception.Errno);
        Assert.Equal(LinuxErrorReason.NotFound, exception.Reason);
        Assert.Equal("RTM_GETLINK sklinux-none", exception.Operation);
    }

    [Fact]
    public void Execute_BadAttribute_KernelExplains()
    {
        Tools.RequireNetwork();
        using var test = new TestNamespace();
        using var client = new NetlinkClient(NetlinkSocket.Open(new NetlinkSocketOptions { Namespace = test.Network }));

        // An MTU of 3 bytes where 4 are wanted.
        NetlinkMessageBuilder request = new NetlinkMessageBuilder().Start(16, NetlinkFlags.None)
            .Append(new LinkHeader { Index = 1 }).Attribute(3, "lo").Attribute(4, [1, 2, 3]);
        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.Execute("RTM_NEWLINK lo", request));

        Assert.Equal(LinuxErrorReason.InvalidArgument, exception.Reason);
        Assert.False(string.IsNullOrEmpty(exception.KernelMessage), exception.Message);

        // Behind the header (16), the structure (16) and the name (8).
        Assert.Equal(40, exception.AttributeOffset);
    }

    [Fact]
    public void Execute_Command_IsDone()
    {
        using var test = new TestNamespace();
        using var client = new NetlinkClient(NetlinkSocket.Open(new NetlinkSocketOptions { Namespace = test.Network }));
        client.Execute(
            "RTM_NEWLINK lo up",
            new NetlinkMessageBuilder().Start(16, NetlinkFlags.None).Append(new LinkHeader { Index = 1, Flags = 1, Change = 1 }));

        using RtnetlinkClient links = RtnetlinkClient.Open(test.Network);
        Assert.True(links.GetLink("lo").IsUp);
    }

    [Fact]
    public void Receive_CancelledWhileWaiting_ReturnsAtOnce()
    {
        using var listener = new NetlinkListener(NetlinkSocket.Open(new NetlinkSocketOptions()));
        using var cancellation = new CancellationTokenSource();
        using var waiting = new ManualResetEventSlim();
        var result = NetlinkReceiveStatus.Messages;
        var thread = new Thread(() =>
        {
            waiting.Set();
            result = listener.Receive(Timeout.InfiniteTimeSpan, cancellation.Token);
        });
        thread.Start();
        Assert.True(waiting.Wait(Tools.Patience));

        cancellation.Cancel();

        Assert.True(thread.Join(Tools.Patience));
        Assert.Equal(NetlinkReceiveStatus.Cancelled, result);

        // A cancelled wait leaves nothing behind: the next one waits again.
        Assert.Equal(NetlinkReceiveStatus.Nothing, listener.Receive(TimeSpan.FromMilliseconds(5), CancellationToken.None));
    }

    [Fact]
    public void Receive_DisposedWhileWaiting_ReturnsAtOnce()
    {
        var listener = new NetlinkListener(NetlinkSocket.Open(new NetlinkSocketOptions()));
        using var waiting = new ManualResetEventSlim();
        var result = NetlinkReceiveStatus.Messages;
        var thread = new Thread(() =>
        {
            waiting.Set();
            result = listener.Receive(Timeout.InfiniteTimeSpan, CancellationToken.None);
        });
        thread.Start();
        Assert.True(waiting.Wait(Tools.Patience));

        listener.Dispose();

        Assert.True(thread.Join(Tools.Patience));
        Assert.Equal(NetlinkReceiveStatus.Cancelled, result);
        Assert.Equal(NetlinkReceiveStatus.Cancelled, listener.TryReceive());
    }

    [Fact]
    public void Wait_NothingComes_TimesOut()
    {
        using NetlinkSocket socket = NetlinkSocket.Open(new NetlinkSocketOptions());

        Assert.Equal(WaitOutcome.TimedOut, socket.Wait(TimeSpan.FromMilliseconds(5), CancellationToken.None));
    }
}
