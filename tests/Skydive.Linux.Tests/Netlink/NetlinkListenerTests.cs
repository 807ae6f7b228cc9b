using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Linux.Tests.Netlink;

public sealed class NetlinkListenerTests
{
    [Fact]
    public void Receive_Events_KeepsOrderAndKinds()
    {
        var kernel = new FakeKernel();
        using var listener = new RtnetlinkListener(kernel);
        kernel.Queue(Link(16, 1));
        kernel.QueueOf(9, Link(17, 2));
        var events = new List<RtnetlinkEvent>();

        Assert.Equal(NetlinkReceiveStatus.Messages, listener.Receive(events, Tools.Patience, CancellationToken.None));
        Assert.Equal(NetlinkReceiveStatus.Messages, listener.TryReceive(events));
        Assert.Equal(NetlinkReceiveStatus.Nothing, listener.TryReceive(events));

        Assert.Equal([RtnetlinkEventKind.LinkSet, RtnetlinkEventKind.LinkRemoved], events.Select(change => change.Kind));
        Assert.Equal([1, 2], events.Select(change => change.Link!.Index));
        Assert.Equal([null, 9], events.Select(change => change.NamespaceId));
        Assert.Null(events[0].Address);
    }

    [Fact]
    public void Receive_Overrun_SignalsOnceAndDiscardsWhatIsQueued()
    {
        var kernel = new FakeKernel();
        using var listener = new RtnetlinkListener(kernel);
        kernel.QueueError(Errno.NoBufferSpace);
        kernel.Queue(Link(16, 1));
        kernel.Queue(Link(16, 2));
        var events = new List<RtnetlinkEvent>();

        Assert.Equal(NetlinkReceiveStatus.Overrun, listener.Receive(events, Tools.Patience, CancellationToken.None));
        Assert.Empty(events);
        Assert.Equal(1, listener.Overruns);
        Assert.Equal(NetlinkReceiveStatus.Nothing, listener.TryReceive(events));

        kernel.Queue(Link(16, 3));
        Assert.Equal(NetlinkReceiveStatus.Messages, listener.TryReceive(events));
        Assert.Equal(3, Assert.Single(events).Link!.Index);
    }

    [Fact]
    public void TryReceive_TruncatedDatagram_IsAnOverrunAndTheNextOneFits()
    {
        var kernel = new FakeKernel();
        using var listener = new NetlinkListener(kernel);
        byte[] large = MessageWriter.Message(16, NetlinkFlags.None, 0, 0, new byte[40_000]);
        kernel.Queue(large);

        Assert.Equal(NetlinkReceiveStatus.Overrun, listener.TryReceive());
        kernel.Queue(large);
        Assert.Equal(NetlinkReceiveStatus.Messages, listener.TryReceive());
        NetlinkMessageEnumerator messages = listener.Messages;
        Assert.True(messages.MoveNext());
        Assert.Equal(40_000, messages.Current.Payload.Length);
    }

    [Fact]
    public void TryReceive_ForgedDatagram_IsDiscarded()
    {
        var kernel = new FakeKernel();
        using var listener = new NetlinkListener(kernel);
        kernel.QueueFrom(42, Link(16, 1));

        Assert.Equal(NetlinkReceiveStatus.Nothing, listener.TryReceive());
        Assert.Equal(1, listener.DiscardedDatagrams);
    }

    [Fact]
    public void TryReceive_MalformedMessage_IsAnOverrunAndCounted()
    {
        var kernel = new FakeKernel();
        using var listener = new RtnetlinkListener(kernel);
        kernel.Queue(Link(16, 1), MessageWriter.Message(16, NetlinkFlags.None, 0, 0, [1, 2, 3]));
        var events = new List<RtnetlinkEvent>();

        Assert.Equal(NetlinkReceiveStatus.Overrun, listener.TryReceive(events));
        Assert.Single(events);
        Assert.Equal(1, listener.MalformedMessages);
    }

    [Fact]
    public void TryReceive_MessageOfUnknownType_IsIgnored()
    {
        var kernel = new FakeKernel();
        using var listener = new RtnetlinkListener(kernel);
        kernel.Queue(MessageWriter.Message(112, NetlinkFlags.None, 0, 0, MessageWriter.LinkHeader(3)));
        var events = new List<RtnetlinkEvent>();

        Assert.Equal(NetlinkReceiveStatus.Messages, listener.TryReceive(events));
        Assert.Empty(events);
        Assert.Equal(1, listener.IgnoredMessages);
    }

    [Fact]
    public void TryReceive_SocketBroken_Throws()
    {
        var kernel = new FakeKernel();
        using var listener = new NetlinkListener(kernel);
        kernel.QueueError(Errno.InputOutput);

        Assert.Equal(Errno.InputOutput, Assert.Throws<NetlinkException>(() => listener.TryReceive()).Errno);
    }

    [Fact]
    public void Receive_Cancelled_ReturnsAtOnce()
    {
        using var listener = new NetlinkListener(new FakeKernel());
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Assert.Equal(NetlinkReceiveStatus.Cancelled, listener.Receive(Timeout.InfiniteTimeSpan, cancellation.Token));
    }

    [Fact]
    public void ReadNamespaceId_ControlMessages_FindsTheOneAndTrustsNoLength()
    {
        byte[] other = Control(1, 2, [1, 2, 3, 4]);
        byte[] id = Control(270, 8, MessageWriter.Number(77));

        Assert.Equal(77, NetlinkSocket.ReadNamespaceId(MessageWriter.Join(other, id)));
        Assert.Null(NetlinkSocket.ReadNamespaceId(Control(270, 8, MessageWriter.Number(-1))));
        Assert.Null(NetlinkSocket.ReadNamespaceId([]));
        for (int length = 0; length < 16; length++)
        {
            byte[] bad = [.. id];
            BitConverter.TryWriteBytes(bad, (ulong)length);
            Assert.Null(NetlinkSocket.ReadNamespaceId(bad));
        }

        byte[] huge = [.. id];
        BitConverter.TryWriteBytes(huge, ulong.MaxValue);
        Assert.Null(NetlinkSocket.ReadNamespaceId(huge));
    }

    private static byte[] Control(int level, int type, byte[] data) =>
        [.. BitConverter.GetBytes((ulong)(16 + data.Length)), .. BitConverter.GetBytes(level), .. BitConverter.GetBytes(type), .. data, .. new byte[4]];

    private static byte[] Link(ushort type, int index) => MessageWriter.Message(
        type, NetlinkFlags.None, 0, 0, MessageWriter.LinkHeader(index), MessageWriter.Attribute(3, MessageWriter.Text("x")));
}
