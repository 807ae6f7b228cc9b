using Skydive.Contracts.Captures;
using Skydive.Linux.Packets;
using Skydive.Packets;

namespace Skydive.Agent.Captures.Sources;

/// <summary>libpcap on the interface (<c>pcap</c>).</summary>
internal sealed class PcapSource : ICaptureSource
{
    /// <summary>After so many packets the time is looked at.</summary>
    private const int MaximumPackets = 16 << 10;

    /// <summary>The longest that packets wait in the kernel, and then some.</summary>
    private static readonly TimeSpan s_drainTime = TimeSpan.FromMilliseconds(100);

    private readonly PcapDevice _device;

    private PcapSource(PcapDevice device) => _device = device;

    /// <inheritdoc/>
    public LinkType LinkType => (LinkType)_device.LinkType;

    /// <summary>Opens the interface.</summary>
    public static IReadOnlyList<ICaptureSource> Open(CaptureRequest request)
    {
        var location = request.RequireLocation();
        var device = PcapDevice.Open(new PcapDeviceOptions
        {
            Namespace = location.Namespace,
            InterfaceIndex = location.Index,
            SnapLength = request.SnapLength,
            Filter = request.FilterExpression,
            Promiscuous = true,
        });
        if (!PacketDecoder.IsSupported((LinkType)device.LinkType))
        {
            device.Dispose();
            throw new NotSupportedException($"libpcap gives packets of link type {(int)device.LinkType}, which cannot be decoded");
        }

        return [new PcapSource(device)];
    }

    /// <inheritdoc/>
    public bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop)
    {
        if (_device.Wait(timeout, stop) == PcapDeviceStatus.Ready)
        {
            Take(intake);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Drain(CaptureIntake intake)
    {
        Thread.Sleep(s_drainTime);
        Take(intake);
    }

    /// <inheritdoc/>
    public CaptureStatistics GetStatistics()
    {
        var statistics = _device.GetStatistics();
        return new() { PacketsReceived = statistics.Packets, PacketsDropped = statistics.Drops, PacketsIfDropped = statistics.InterfaceDrops ?? 0 };
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private void Take(CaptureIntake intake)
    {
        for (int i = 0; i < MaximumPackets && _device.TryReadNext(out var data, out int length, out long timestamp); i++)
        {
            intake.Take(data, length, timestamp);
        }
    }
}
