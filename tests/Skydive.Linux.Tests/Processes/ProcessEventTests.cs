using System.Diagnostics;
using Skydive.Linux.Netlink;
using Skydive.Linux.Processes;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Processes;

public sealed class ProcessEventTests
{
    [Fact]
    public void Receive_RealProcess_IsForkedExecutedAndExited()
    {
        using ProcessEventListener listener = Open();
        using Process child = ProcessTableTests.Start("true", string.Empty);
        child.WaitForExit();

        var events = new List<ProcessEvent>();
        while (!events.Contains(new ProcessEvent(ProcessEventKind.Exited, child.Id)))
        {
            Assert.Equal(NetlinkReceiveStatus.Messages, listener.Receive(events, Tools.Patience, TestContext.Current.CancellationToken));
        }

        Assert.Equal(
            [ProcessEventKind.Forked, ProcessEventKind.Executed, ProcessEventKind.Exited],
            events.Where(one => one.ProcessId == child.Id).Select(one => one.Kind));
        Assert.Equal(0, listener.Overruns);
        Assert.NotNull(listener.Descriptor);
    }

    [Fact]
    public void Receive_Thread_IsNoProcess()
    {
        using ProcessEventListener listener = Open();
        var thread = new Thread(() => { });
        thread.Start();
        thread.Join();
        using Process child = ProcessTableTests.Start("true", string.Empty);
        child.WaitForExit();

        var events = new List<ProcessEvent>();
        while (!events.Contains(new ProcessEvent(ProcessEventKind.Exited, child.Id)))
        {
            Assert.Equal(NetlinkReceiveStatus.Messages, listener.Receive(events, Tools.Patience, TestContext.Current.CancellationToken));
        }

        Assert.DoesNotContain(events, one => one.ProcessId == Environment.ProcessId);
    }

    [Fact]
    public void Open_KernelThatKeepsSilent_IsNotSupported()
    {
        var kernel = new FakeKernel();

        LinuxException e = Assert.Throws<LinuxException>(() => ProcessEventListener.Open(kernel));

        Assert.Equal(LinuxErrorReason.NotSupported, e.Reason);
        Assert.Equal([44, 40], kernel.Requests.Select(request => request.Length));
        Assert.True(kernel.IsDisposed);
    }

    [Fact]
    public void Open_KernelThatRefuses_IsPermissionDenied()
    {
        var kernel = new FakeKernel { OnRequest = (kernel, _, _) => kernel.Queue(Message(0, MessageWriter.Number(1), new byte[20])) };

        LinuxException e = Assert.Throws<LinuxException>(() => ProcessEventListener.Open(kernel));

        Assert.Equal(LinuxErrorReason.PermissionDenied, e.Reason);
    }

    [Fact]
    public void Open_OldKernel_IsAskedForAllEvents()
    {
        var kernel = new FakeKernel
        {
            OnRequest = (kernel, _, count) =>
            {
                if (count == 1)
                {
                    kernel.Queue(Message(4, MessageWriter.Number(5), MessageWriter.Number(5), new byte[16]));
                    kernel.Queue(Message(0, new byte[24]));
                }
            },
        };

        using ProcessEventListener listener = ProcessEventListener.Open(kernel);
        kernel.Queue(Message(2, MessageWriter.Number(7), MessageWriter.Number(7), new byte[16]));
        var events = new List<ProcessEvent>();

        Assert.Equal(NetlinkReceiveStatus.Messages, listener.TryReceive(events));
        Assert.Equal([new ProcessEvent(ProcessEventKind.Executed, 7)], events);
    }

    [Fact]
    public void TryRead_BytesThatAreNoEvent_IsFalse()
    {
        byte[] fork = Payload(1, MessageWriter.Number(1), MessageWriter.Number(1), MessageWriter.Number(9), MessageWriter.Number(9));
        Assert.True(ProcessEventReader.TryRead(fork, out ProcessEvent result));
        Assert.Equal(new ProcessEvent(ProcessEventKind.Forked, 9), result);

        Assert.False(ProcessEventReader.TryRead([2, .. fork[1..]], out _));
        Assert.False(ProcessEventReader.TryRead([1, 0, 0, 0, 2, .. fork[5..]], out _));
        Assert.False(ProcessEventReader.TryRead(Payload(4, new byte[24]), out _));
        Assert.False(ProcessEventReader.TryRead(
            Payload(1, MessageWriter.Number(1), MessageWriter.Number(1), MessageWriter.Number(9), MessageWriter.Number(8)), out _));
        for (int length = 0; length < fork.Length; length++)
        {
            Assert.False(ProcessEventReader.TryRead(fork.AsSpan(0, length), out _));
            Assert.False(ProcessEventReader.TryReadAcknowledgement(fork.AsSpan(0, length), out _));
        }
    }

    private static ProcessEventListener Open()
    {
        Tools.RequireNetwork();
        try
        {
            return ProcessEventListener.Open();
        }
        catch (LinuxException e) when (e.Reason is LinuxErrorReason.NotSupported or LinuxErrorReason.PermissionDenied)
        {
            Assert.Skip($"needs process events: {e.Message}");
            throw;
        }
    }

    private static byte[] Message(uint what, params byte[][] data) => MessageWriter.Message(3, NetlinkFlags.None, 0, 0, Payload(what, data));

    private static byte[] Payload(uint what, params byte[][] data) => MessageWriter.Join(
        [MessageWriter.Number(1), MessageWriter.Number(1), new byte[12], BitConverter.GetBytes(what), new byte[12], .. data]);
}
