using System.Globalization;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Tests.Packets;

/// <summary>Two interfaces joined by a cable in one namespace: frames sent from <c>there</c> arrive at <c>here</c>.</summary>
public sealed class PacketListenerTests : IDisposable
{
    private const ulong Group = 0x0180c200000e;

    /// <summary>Takes frames of EtherType 0x88cc, 64 bytes of each.</summary>
    private static readonly BpfProgram s_filter = new([new(0x28, 0, 0, 12), new(0x15, 0, 1, 0x88cc), new(0x06, 0, 0, 64), new(0x06, 0, 0, 0)]);

    private readonly TestNamespace _test = new();
    private readonly int _here;

    public PacketListenerTests()
    {
        _test.Batch(["link add here type veth peer name there", "link set here up", "link set there up"]);
        _here = int.Parse(_test.Ip("-o link show here").Split(':')[0], CultureInfo.InvariantCulture);
    }

    public void Dispose() => _test.Dispose();

    [Fact]
    public void TryReceive_FramesOfAllKinds_GivesThoseThatAreWanted()
    {
        using var listener = PacketListener.Open(_here, s_filter, [Group], _test.Network);
        using var there = PacketSender.Open("there", _test.Network);
        using var here = PacketSender.Open("here", _test.Network);
        byte[] wanted = Frames.Ethernet(0x88cc, [1, 2, 3]);

        there.Send(Frames.Ethernet(0x0800, new byte[40]));
        here.Send(Frames.Ethernet(0x88cc, [9]));
        there.Send(wanted);
        there.Send(Frames.Ethernet(0x88cc, new byte[200]));

        byte[] buffer = new byte[1500];
        Assert.Equal(wanted, Receive(listener, buffer));
        Assert.Equal(64, Receive(listener, buffer).Length);
        Assert.Equal(PacketReceiveStatus.Empty, listener.TryReceive(buffer, out _));
    }

    [Fact]
    public void Open_Groups_AreJoinedAsLongAsItIsOpen()
    {
        using (PacketListener.Open(_here, s_filter, [Group, 0x0180c2000003], _test.Network))
        {
            string joined = _test.Ip("maddress show dev here");
            Assert.Contains("01:80:c2:00:00:0e", joined, StringComparison.Ordinal);
            Assert.Contains("01:80:c2:00:00:03", joined, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("01:80:c2:00:00:0e", _test.Ip("maddress show dev here"), StringComparison.Ordinal);
    }

    [Fact]
    public void TryReceive_InterfaceGoesDownAndUp_SaysSoAndGoesOn()
    {
        using var listener = PacketListener.Open(_here, s_filter, [], _test.Network);
        byte[] buffer = new byte[1500];
        _test.Ip("link set here down");
        Assert.Equal(PacketReceiveStatus.InterfaceDown, listener.TryReceive(buffer, out _));
        Assert.Equal(PacketReceiveStatus.Empty, listener.TryReceive(buffer, out _));

        _test.Ip("link set here up");
        using var there = PacketSender.Open("there", _test.Network);
        there.Send(Frames.Ethernet(0x88cc, [1]));

        Assert.Equal(15, Receive(listener, buffer).Length);
    }

    [Fact]
    public void TryReceive_InterfaceGoesAway_SaysSo()
    {
        using var listener = PacketListener.Open(_here, s_filter, [Group], _test.Network);

        _test.Ip("link del here");

        Assert.Equal(PacketReceiveStatus.InterfaceDown, listener.TryReceive(new byte[64], out _));
        Assert.Equal(PacketReceiveStatus.Empty, listener.TryReceive(new byte[64], out _));
    }

    [Fact]
    public void Open_NoSuchInterface_IsNotFound()
    {
        var exception = Assert.Throws<LinuxException>(() => PacketListener.Open(4242, s_filter, [Group], _test.Network));

        Assert.Equal(LinuxErrorReason.NotFound, exception.Reason);
    }

    private static byte[] Receive(PacketListener listener, byte[] buffer)
    {
        using var poller = new DescriptorPoller();
        poller.Add(listener.Descriptor, 1);
        Assert.Equal(WaitOutcome.Ready, poller.Wait(new ulong[1], out _, TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Equal(PacketReceiveStatus.Frame, listener.TryReceive(buffer, out int length));
        return buffer[..length];
    }
}
