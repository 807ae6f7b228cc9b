using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;

namespace Skydive.Linux.Tests.Packets;

/// <summary>libpcap against the real kernel: a veth pair in a namespace of the test's own.</summary>
public sealed class PcapDeviceTests : IDisposable
{
    private readonly TestNamespace _test = new();

    public PcapDeviceTests()
    {
        if (!BpfCompiler.IsAvailable)
        {
            _test.Dispose();
            Assert.Skip("needs libpcap");
        }

        _test.Ip("link add a0 address 02:00:00:00:00:01 type veth peer name b0 address 02:00:00:00:00:02");
        _test.Network.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv6/conf/a0/disable_ipv6", "1");
            File.WriteAllText("/proc/sys/net/ipv6/conf/b0/disable_ipv6", "1");
        });
        _test.Ip("link set a0 up");
        _test.Ip("link set b0 up");
    }

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Read_FramesSent_ComeWithTagAndTime()
    {
        using var device = Open(null, 60);
        using var sender = PacketSender.Open("a0", _test.Network);
        byte[] plain = Frames.Ethernet(0x9999, new byte[100]);
        byte[] tagged = [.. plain[..12], 0x81, 0, 0, 42, .. plain[12..]];
        var before = DateTimeOffset.UtcNow;
        sender.Send(plain);
        sender.Send(tagged);

        var packets = Capture(device, 2);

        Assert.Equal(LinkType.Ethernet, device.LinkType);
        Assert.Equal([plain.Length, tagged.Length], packets.Select(static packet => packet.Length));
        Assert.Equal(plain[..60], packets[0].Data);
        Assert.Equal(tagged[..18], packets[1].Data[..18]);
        Assert.InRange(packets[0].Time / 1_000_000, before.ToUnixTimeMilliseconds() - 1000, before.ToUnixTimeMilliseconds() + 10_000);
        Assert.Equal((2, 0), (device.GetStatistics().Packets, device.GetStatistics().Drops));
    }

    [Fact]
    public void Filter_TakesOnlyWhatItSays_TagsIncluded()
    {
        using var device = Open("vlan 42", 200);
        using var sender = PacketSender.Open("a0", _test.Network);
        byte[] plain = Frames.Ethernet(0x9999, new byte[50]);
        sender.Send(plain);
        sender.Send([.. plain[..12], 0x81, 0, 0, 41, .. plain[12..]]);
        sender.Send([.. plain[..12], 0x81, 0, 0, 42, .. plain[12..]]);

        Assert.Equal(42, Assert.Single(Capture(device, 1)).Data[15]);
        Assert.Throws<BpfSyntaxException>(() => Open("no such thing", 60));
    }

    [Fact]
    public void Open_InterfaceDownOrGone_SaysSo()
    {
        _test.Ip("link set b0 down");
        Assert.Equal(LinuxErrorReason.InterfaceDown, Assert.Throws<LinuxException>(() => Open(null, 60)).Reason);
        int index = IndexOfB();
        _test.Ip("link del a0");
        var gone = Assert.Throws<LinuxException>(() => PcapDevice.Open(new() { InterfaceIndex = index, Namespace = _test.Network }));
        Assert.Equal(LinuxErrorReason.NotFound, gone.Reason);
    }

    [Fact]
    public void Read_InterfaceGoes_IsAnError()
    {
        using var device = Open(null, 60);
        _test.Ip("link del a0");

        Assert.Throws<LinuxException>(() => Capture(device, 1));
    }

    [Fact]
    public async Task Wait_Cancelled_EndsAtOnce()
    {
        using var device = Open(null, 60);
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(() => device.Wait(Timeout.InfiniteTimeSpan, stop.Token), TestContext.Current.CancellationToken);
        Assert.Equal(PcapDeviceStatus.TimedOut, Open(null, 60).Wait(TimeSpan.FromMilliseconds(1), CancellationToken.None));

        await stop.CancelAsync();

        Assert.Equal(PcapDeviceStatus.Cancelled, await waiting);
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.TryReadNext(out _, out _, out _));
    }

    private PcapDevice Open(string? filter, int snapLength) =>
        PcapDevice.Open(new() { InterfaceIndex = IndexOfB(), Namespace = _test.Network, Filter = filter, SnapLength = snapLength, PacketTimeout = TimeSpan.FromMilliseconds(10) });

    private int IndexOfB() => int.Parse(_test.Ip("-o link show b0").Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static List<(byte[] Data, int Length, long Time)> Capture(PcapDevice device, int count)
    {
        var packets = new List<(byte[] Data, int Length, long Time)>();
        var began = TimeProvider.System.GetTimestamp();
        while (packets.Count < count && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10))
        {
            device.Wait(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            while (device.TryReadNext(out var data, out int length, out long time))
            {
                packets.Add((data.ToArray(), length, time));
            }
        }

        return packets;
    }
}
