using Skydive.Agent.Topology;
using Skydive.Contracts.Captures;
using Skydive.Linux;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;
using Skydive.Packets;
using DeviceLinkType = Skydive.Linux.Bpf.LinkType;
using LinkType = Skydive.Packets.LinkType;

namespace Skydive.Agent.Captures.Sources;

/// <summary>A packet ring on the interface (<c>afpacket</c>).</summary>
internal sealed class RingSource : ICaptureSource
{
    /// <summary>Blocks of a ring: each is handed over when it is full or its time is up, so that few of them leave a reader little time.</summary>
    private const int MostBlocks = 32;
    private const int FewestBlocks = 4;

    /// <summary>The smallest block that a packet of 4 KiB fits into, and one of 64 KiB.</summary>
    private const int SmallBlock = 16 << 10;
    private const int LargeBlock = 128 << 10;

    /// <summary>How long the kernel keeps a block that is not full.</summary>
    private static readonly TimeSpan s_blockTimeout = TimeSpan.FromMilliseconds(50);
    private static int s_lastGroup;

    private readonly PacketRing _ring;
    private readonly RingBudget _budget;
    private readonly int _size;
    private readonly Lock _statisticsLock = new();
    private PacketRingStatistics _statistics;

    // Belongs to the thread that reads.
    private long _framesTaken;
    private int _isDisposed;

    private RingSource(PacketRing ring, RingBudget budget, int size, LinkType linkType)
    {
        _ring = ring;
        _budget = budget;
        _size = size;
        LinkType = linkType;
    }

    /// <inheritdoc/>
    public LinkType LinkType { get; }

    /// <summary>Opens as many rings as the agent's options say; the packets of a flow, of both directions, all come to one of them.</summary>
    public static IReadOnlyList<ICaptureSource> Open(CaptureRequest request)
    {
        var location = request.RequireLocation();
        var linkType = request.RequireLinkType();
        var filter = request.CompileFilter(linkType);
        int count = request.Options.RingsPerCapture;
        var rings = new List<ICaptureSource>(count);
        try
        {
            var fanout = count == 1 ? null : new PacketFanout(NextGroup(), PacketFanoutMode.Hash);
            for (int i = 0; i < count; i++)
            {
                rings.Add(Open(request, location, filter, fanout, linkType == DeviceLinkType.Ethernet ? LinkType.Ethernet : LinkType.Raw));
            }

            return rings;
        }
        catch
        {
            rings.ForEach(static ring => ring.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop)
    {
        var status = _ring.Read(timeout, stop, out var block);
        if (status == PacketRingStatus.Block)
        {
            Take(block, intake);
        }

        return status != PacketRingStatus.InterfaceRemoved;
    }

    /// <summary>Takes what came before the end: the last block is handed over only when its time is up.</summary>
    public void Drain(CaptureIntake intake)
    {
        var end = ReadStatistics();

        // Not waited for in the ring, which returns at once when the interface is down or gone; its last block comes all the same.
        long began = TimeProvider.System.GetTimestamp();
        while (_framesTaken < end.Packets - end.Drops && TimeProvider.System.GetElapsedTime(began) < s_blockTimeout * 3)
        {
            if (_ring.TryRead(out var block))
            {
                Take(block, intake);
            }
            else
            {
                Thread.Sleep(s_blockTimeout / 10);
            }
        }
    }

    /// <inheritdoc/>
    public CaptureStatistics GetStatistics()
    {
        var statistics = ReadStatistics();
        return new() { PacketsReceived = statistics.Packets, PacketsDropped = statistics.Drops };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The last counters stay.
        ReadStatistics();
        _ring.Dispose();
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _budget.Return(_size);
        }
    }

    private static RingSource Open(CaptureRequest request, LinkLocation location, BpfProgram? filter, PacketFanout? fanout, LinkType linkType)
    {
        int size = request.Rings.Take();
        try
        {
            int block = Math.Max(size / MostBlocks, request.SnapLength > CaptureRequest.MaximumHeaderSize ? LargeBlock : SmallBlock);
            var ring = PacketRing.Open(new PacketRingOptions
            {
                Namespace = location.Namespace,
                InterfaceIndex = location.Index,
                BlockSizeBytes = block,
                BlockCount = Math.Max(size / block, FewestBlocks),
                BlockTimeout = s_blockTimeout,
                SnapLength = request.SnapLength,
                Filter = filter,
                Promiscuous = true,
                Fanout = fanout,
            });
            return new(ring, request.Rings, size, linkType);
        }
        catch
        {
            request.Rings.Return(size);
            throw;
        }
    }

    private static ushort NextGroup() => (ushort)((Environment.ProcessId << 8) + Interlocked.Increment(ref s_lastGroup));

    private void Take(PacketBlock block, CaptureIntake intake)
    {
        using (block)
        {
            while (block.MoveNext())
            {
                _framesTaken++;
                var frame = block.Current;
                intake.Take(frame.Data, frame.OriginalLength, frame.TimestampNanoseconds, frame.HasVlan ? new VlanTag(frame.VlanTci) : default);
            }
        }
    }

    private PacketRingStatistics ReadStatistics()
    {
        lock (_statisticsLock)
        {
            try
            {
                _statistics = _ring.GetStatistics();
            }
            catch (Exception e) when (e is LinuxException or ObjectDisposedException)
            {
                // A broken socket ends the capture with an error; until then the last counters are the best there are.
            }

            return _statistics;
        }
    }
}
