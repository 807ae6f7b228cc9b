using Skydive.Packets;

namespace Skydive.Agent.Captures.Targets;

/// <summary>Sends packets, or samples of them, to a target. Belongs to one thread, but for the counters.</summary>
internal interface IPacketExporter : IDisposable
{
    /// <summary>When <see cref="Tick"/> has something to do, by the clock of <see cref="CaptureClock"/>.</summary>
    long NextTickNanoseconds { get; }

    /// <summary>Datagrams that were sent. Safe to call from any thread.</summary>
    long Sent { get; }

    /// <summary>Packets, or datagrams with samples, that could not be sent. Safe to call from any thread.</summary>
    long Dropped { get; }

    /// <summary>Takes a packet.</summary>
    /// <param name="frame">The captured bytes; not kept.</param>
    /// <param name="linkType">What they begin with.</param>
    /// <param name="originalLength">How many bytes it had on the wire, without <paramref name="tag"/>.</param>
    /// <param name="tag">The VLAN tag that the kernel has cut off, if it has.</param>
    void Take(ReadOnlySpan<byte> frame, LinkType linkType, int originalLength, VlanTag tag);

    /// <summary>Sends what waits for more.</summary>
    void Flush();

    /// <summary>Does what is to be done from time to time.</summary>
    void Tick(long nowNanoseconds);
}
