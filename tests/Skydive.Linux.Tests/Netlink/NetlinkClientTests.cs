using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Linux.Tests.Netlink;

public sealed class NetlinkClientTests
{
    private const ushort NewLink = 16;
    private const ushort Error = 2;
    private const ushort Done = 3;

    [Fact]
    public void DumpLinks_AnswerInSeveralDatagrams_ReadsToTheEnd()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) =>
            {
                kernel.Queue(Link(sequence, 1, "lo"), Link(sequence, 2, "eth0"));
                kernel.Queue(Link(sequence, 3, "br0"));
                kernel.Queue(End(sequence));
            },
        });

        NetlinkDump<LinkMessage> links = client.DumpLinks();

        Assert.Equal(["lo", "eth0", "br0"], links.Select(link => link.Name));
        Assert.True(links.IsConsistent);
        Assert.Equal(1, links.Attempts);
        Assert.Equal(3, links.AsSpan().Length);
        Assert.Equal("br0", links[2].Name);
    }

    [Fact]
    public void DumpLinks_Interrupted_ReadsAgain()
    {
        var kernel = new FakeKernel
        {
            OnRequest = (kernel, sequence, count) => kernel.Queue(
                Link(sequence, 1, count == 0 ? "old" : "new", count == 0 ? NetlinkFlags.DumpInterrupted : NetlinkFlags.None),
                End(sequence)),
        };
        using var client = new RtnetlinkClient(kernel);

        NetlinkDump<LinkMessage> links = client.DumpLinks();

        Assert.Equal("new", Assert.Single(links).Name);
        Assert.True(links.IsConsistent);
        Assert.Equal(2, links.Attempts);
    }

    [Fact]
    public void DumpLinks_InterruptedOnlyInTheDoneMessage_ReadsAgain()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, count) => kernel.Queue(
                Link(sequence, 1, "lo"), End(sequence, 0, count == 0 ? NetlinkFlags.DumpInterrupted : NetlinkFlags.None)),
        });

        Assert.Equal(2, client.DumpLinks().Attempts);
    }

    [Fact]
    public void DumpLinks_AlwaysInterrupted_SaysSo()
    {
        var kernel = new FakeKernel
        {
            OnRequest = (kernel, sequence, _) => kernel.Queue(Link(sequence, 1, "lo", NetlinkFlags.DumpInterrupted), End(sequence)),
        };
        using var client = new RtnetlinkClient(kernel);

        NetlinkDump<LinkMessage> links = client.DumpLinks();

        Assert.Single(links);
        Assert.False(links.IsConsistent);
        Assert.Equal(NetlinkClient.MaximumDumpAttempts, links.Attempts);
        Assert.Equal(NetlinkClient.MaximumDumpAttempts, kernel.Requests.Count);
    }

    [Fact]
    public void DumpLinks_OverrunOnce_ReadsAgainWithoutTheRest()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, count) =>
            {
                if (count == 0)
                {
                    kernel.QueueError(Errno.NoBufferSpace);
                    kernel.Queue(Link(sequence, 1, "stale"), End(sequence));
                }
                else
                {
                    kernel.Queue(Link(sequence, 1, "lo"), End(sequence));
                }
            },
        });

        Assert.Equal("lo", Assert.Single(client.DumpLinks()).Name);
    }

    [Fact]
    public void DumpLinks_OverrunForEver_Throws()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, _, _) => kernel.QueueError(Errno.NoBufferSpace),
        });

        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.DumpLinks());
        Assert.Equal(LinuxErrorReason.Overrun, exception.Reason);
    }

    [Fact]
    public void DumpLinks_DatagramLargerThanBuffer_ReadsAgainWithALargerOne()
    {
        var kernel = new FakeKernel
        {
            OnRequest = (kernel, sequence, _) => kernel.Queue(
                [.. Enumerable.Range(1, 4000).Select(index => Link(sequence, index, $"eth{index}")), End(sequence)]),
        };
        using var client = new RtnetlinkClient(kernel);

        Assert.Equal(4000, client.DumpLinks().Count);
        Assert.True(kernel.Requests.Count > 1);
    }

    [Fact]
    public void DumpLinks_ErrorInDoneMessage_Throws()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) => kernel.Queue(MessageWriter.Message(
                Done,
                NetlinkFlags.Multi | NetlinkFlags.AcknowledgeAttributes,
                sequence,
                FakeKernel.Port,
                MessageWriter.Number(-95),
                MessageWriter.Attribute(1, MessageWriter.Text("no such table")))),
        });

        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.DumpLinks());
        Assert.Equal(Errno.NotSupported, exception.Errno);
        Assert.Equal(LinuxErrorReason.NotSupported, exception.Reason);
        Assert.Equal("no such table", exception.KernelMessage);
    }

    [Fact]
    public void GetLink_ErrorWithExplanation_CarriesAllOfIt()
    {
        // A capped error message: the errno, the header of the request, then the explanation.
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) => kernel.Queue(MessageWriter.Message(
                Error,
                NetlinkFlags.Capped | NetlinkFlags.AcknowledgeAttributes,
                sequence,
                FakeKernel.Port,
                MessageWriter.Number(-19),
                kernel.Requests[^1][..16],
                MessageWriter.Attribute(1, MessageWriter.Text("Unknown device")),
                MessageWriter.Attribute(2, MessageWriter.Number(32)),
                MessageWriter.Attribute(77, [1, 2, 3]))),
        });

        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.GetLink("eth9"));
        Assert.Equal("RTM_GETLINK eth9", exception.Operation);
        Assert.Equal(Errno.NoDevice, exception.Errno);
        Assert.Equal(LinuxErrorReason.NotFound, exception.Reason);
        Assert.Equal("Unknown device", exception.KernelMessage);
        Assert.Equal(32, exception.AttributeOffset);
        Assert.Equal(1u, exception.Sequence);
        Assert.Contains("Unknown device", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetLink_ErrorWithWholeRequest_FindsTheExplanationBehindIt()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) => kernel.Queue(MessageWriter.Message(
                Error,
                NetlinkFlags.AcknowledgeAttributes,
                sequence,
                FakeKernel.Port,
                MessageWriter.Number(-22),
                kernel.Requests[^1],
                MessageWriter.Attribute(1, MessageWriter.Text("bad")))),
        });

        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.GetLink("eth9"));
        Assert.Equal("bad", exception.KernelMessage);
        Assert.Null(exception.AttributeOffset);
    }

    [Fact]
    public void GetLink_ErrorClaimingAHugeRequest_HasNoExplanation()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) => kernel.Queue(MessageWriter.Message(
                Error,
                NetlinkFlags.AcknowledgeAttributes,
                sequence,
                FakeKernel.Port,
                MessageWriter.Number(-22),
                MessageWriter.Number(-1),
                new byte[12],
                MessageWriter.Attribute(1, MessageWriter.Text("bad")))),
        });

        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.GetLink("eth9"));
        Assert.Equal(Errno.InvalidArgument, exception.Errno);
        Assert.Null(exception.KernelMessage);
    }

    [Fact]
    public void GetLink_AnswerThenAcknowledgement_ReturnsTheAnswer()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) =>
            {
                kernel.Queue(Link(sequence, 5, "eth5"));
                kernel.Queue(Acknowledgement(sequence));
            },
        });

        Assert.Equal(5, client.GetLink(5).Index);
        Assert.Equal(5, client.GetLink(5).Index);
    }

    [Fact]
    public void GetLink_AcknowledgementWithoutAnswer_Throws()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) => kernel.Queue(Acknowledgement(sequence)),
        });

        Assert.Equal(LinuxErrorReason.MalformedReply, Assert.Throws<NetlinkException>(() => client.GetLink(5)).Reason);
    }

    [Fact]
    public void Execute_Acknowledged_SendsFlagsAndReturns()
    {
        var kernel = new FakeKernel { OnRequest = (kernel, sequence, _) => kernel.Queue(Acknowledgement(sequence)) };
        using var client = new NetlinkClient(kernel);

        client.Execute("RTM_NEWLINK", new NetlinkMessageBuilder().Start(NewLink, NetlinkFlags.Create));

        Assert.Equal(NetlinkFlags.Request | NetlinkFlags.Acknowledge | NetlinkFlags.Create, (NetlinkFlags)BitConverter.ToUInt16(kernel.Requests[0], 6));
    }

    [Fact]
    public void DumpLinks_ForeignAndStaleMessages_AreDropped()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) =>
            {
                kernel.QueueFrom(1234, MessageWriter.Join(Link(sequence, 66, "forged"), End(sequence)));
                kernel.Queue(Link(sequence + 100, 67, "stale"), End(sequence + 100));
                kernel.Queue(MessageWriter.Message(NewLink, NetlinkFlags.Multi, sequence, 1, MessageWriter.LinkHeader(68)));
                kernel.Queue(Link(sequence, 1, "lo"), End(sequence));
            },
        });

        Assert.Equal("lo", Assert.Single(client.DumpLinks()).Name);
    }

    [Fact]
    public void DumpLinks_MalformedFraming_Throws()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, _, _) => kernel.Queue([3, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        });

        NetlinkException exception = Assert.Throws<NetlinkException>(() => client.DumpLinks());
        Assert.Equal(LinuxErrorReason.MalformedReply, exception.Reason);
        Assert.Equal(Errno.None, exception.Errno);
    }

    [Fact]
    public void DumpLinks_MalformedAttributes_ThrowsAndRecovers()
    {
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, count) =>
            {
                byte[] bad = MessageWriter.Message(
                    NewLink, NetlinkFlags.Multi, sequence, FakeKernel.Port, MessageWriter.LinkHeader(1), [3, 0, 3, 0]);
                kernel.Queue(count == 0 ? bad : Link(sequence, 1, "lo"));
                kernel.Queue(End(sequence));
            },
        });

        Assert.Equal(LinuxErrorReason.MalformedReply, Assert.Throws<NetlinkException>(() => client.DumpLinks()).Reason);
        Assert.Single(client.DumpLinks());
    }

    [Fact]
    public void DumpLinks_NoAnswer_TimesOut()
    {
        using var client = new NetlinkClient(new FakeKernel()) { Timeout = TimeSpan.FromMilliseconds(20) };

        NetlinkException exception = Assert.Throws<NetlinkException>(
            () => client.Execute("nothing", new NetlinkMessageBuilder().Start(1, NetlinkFlags.None)));
        Assert.Equal(LinuxErrorReason.TimedOut, exception.Reason);
    }

    [Fact]
    public void DumpLinks_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        using var client = new RtnetlinkClient(new FakeKernel { OnRequest = (_, _, _) => cancellation.Cancel() });

        Assert.Throws<OperationCanceledException>(() => client.DumpLinks(cancellationToken: cancellation.Token));
    }

    [Fact]
    public void DumpLinks_SendRefused_Throws()
    {
        using var client = new RtnetlinkClient(new FakeKernel { SendResult = Errno.AccessDenied });

        Assert.Equal(LinuxErrorReason.PermissionDenied, Assert.Throws<NetlinkException>(() => client.DumpLinks()).Reason);
    }

    [Fact]
    public void Dispose_Client_DisposesTransport()
    {
        var kernel = new FakeKernel();
        new RtnetlinkClient(kernel).Dispose();

        Assert.True(kernel.IsDisposed);
    }

    private static byte[] Link(uint sequence, int index, string name, NetlinkFlags flags = NetlinkFlags.None) => MessageWriter.Message(
        NewLink,
        NetlinkFlags.Multi | flags,
        sequence,
        FakeKernel.Port,
        MessageWriter.LinkHeader(index),
        MessageWriter.Attribute(3, MessageWriter.Text(name)));

    private static byte[] End(uint sequence, int error = 0, NetlinkFlags flags = NetlinkFlags.None) =>
        MessageWriter.Message(Done, NetlinkFlags.Multi | flags, sequence, FakeKernel.Port, MessageWriter.Number(error));

    private static byte[] Acknowledgement(uint sequence) => MessageWriter.Message(
        Error, NetlinkFlags.Capped, sequence, FakeKernel.Port, MessageWriter.Number(0), new byte[16]);
}
