using Skydive.Contracts.Captures;
using Skydive.Contracts.Metadata;
using Skydive.Packets;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// Where a capture gets its traffic from. One thread reads; it hands over what comes in blocks, packet by packet, so that nothing but the
/// intake's own methods is called for a packet.
/// </summary>
internal interface ICaptureSource : IDisposable
{
    /// <summary>What packets begin with, at first.</summary>
    LinkType LinkType { get; }

    /// <summary>The time by the clock of the packets: nanoseconds since 1970-01-01 UTC.</summary>
    long NowNanoseconds => CaptureClock.NowNanoseconds;

    /// <summary>Waits for traffic and hands over what there is.</summary>
    /// <param name="intake">Takes it; flushed when this returns.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="stop">Ends the wait at once.</param>
    /// <returns>False when nothing will ever come any more, because the interface is gone.</returns>
    /// <exception cref="Skydive.Linux.LinuxException">The source is broken.</exception>
    bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop);

    /// <summary>Hands over what came before the end of the capture and was not read yet.</summary>
    /// <param name="intake">Takes it.</param>
    void Drain(CaptureIntake intake);

    /// <summary>Counters of the source: packets that came, and that were lost. Safe to call from any thread, also after it was disposed.</summary>
    CaptureStatistics GetStatistics();

    /// <summary>Counters that others sent of their interfaces, as the node shows them under <c>SFlow</c>; null when none came. Safe to call from any thread.</summary>
    MetadataMap? GetSFlow() => null;

    /// <summary>Adds what else there is to tell at the node. Safe to call from any thread.</summary>
    /// <param name="entry">The capture's entry in the node's <c>Captures</c> list.</param>
    void Describe(MetadataBuilder entry)
    {
    }
}
