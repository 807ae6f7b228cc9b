using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Captures;

/// <summary>
/// What became of packets and flows of a capture, at one node or at all: everything that was lost on the way is counted where it was lost.
/// </summary>
public sealed record CaptureStatistics
{
    private static readonly string[] s_names =
        [nameof(PacketsReceived), nameof(PacketsDropped), nameof(PacketsIfDropped), nameof(PacketsInvalid), nameof(FlowCount), nameof(FlowsEvicted), nameof(FlowsDropped),
            nameof(RawPacketsDropped), nameof(DatagramsDropped), nameof(SegmentsDropped)];

    /// <summary>Packets, or records of other exporters, that came, dropped ones included.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Of these, packets that the kernel dropped because they were not fetched in time, or that a sender reports as lost.</summary>
    public long PacketsDropped { get; init; }

    /// <summary>Packets that the interface dropped before they could be captured, where that is known.</summary>
    public long PacketsIfDropped { get; init; }

    /// <summary>Packets that could not be decoded.</summary>
    public long PacketsInvalid { get; init; }

    /// <summary>Flows in the tables now.</summary>
    public long FlowCount { get; init; }

    /// <summary>Flows that were sent early and forgotten because the table was full.</summary>
    public long FlowsEvicted { get; init; }

    /// <summary>
    /// Updates of flows, or packets for a target, that could not be handed on: there was no more room to keep them until the analyzer has them,
    /// or its store refused them.
    /// </summary>
    public long FlowsDropped { get; init; }

    /// <summary>Packets that were to be kept, and extra layers, for which there was no more memory.</summary>
    public long RawPacketsDropped { get; init; }

    /// <summary>Fragmented datagrams that were given up early because there was no more memory for fragments.</summary>
    public long DatagramsDropped { get; init; }

    /// <summary>TCP gaps that were given up early because there was no more memory for the segments behind them.</summary>
    public long SegmentsDropped { get; init; }

    /// <summary>Adds counters.</summary>
    /// <param name="left">Some counters.</param>
    /// <param name="right">Others.</param>
    public static CaptureStatistics operator +(CaptureStatistics left, CaptureStatistics right) => new()
    {
        PacketsReceived = left.PacketsReceived + right.PacketsReceived,
        PacketsDropped = left.PacketsDropped + right.PacketsDropped,
        PacketsIfDropped = left.PacketsIfDropped + right.PacketsIfDropped,
        PacketsInvalid = left.PacketsInvalid + right.PacketsInvalid,
        FlowCount = left.FlowCount + right.FlowCount,
        FlowsEvicted = left.FlowsEvicted + right.FlowsEvicted,
        FlowsDropped = left.FlowsDropped + right.FlowsDropped,
        RawPacketsDropped = left.RawPacketsDropped + right.RawPacketsDropped,
        DatagramsDropped = left.DatagramsDropped + right.DatagramsDropped,
        SegmentsDropped = left.SegmentsDropped + right.SegmentsDropped,
    };

    /// <summary>Adds counters.</summary>
    /// <param name="left">Some counters.</param>
    /// <param name="right">Others.</param>
    public static CaptureStatistics Add(CaptureStatistics left, CaptureStatistics right) => left + right;

    /// <summary>Reads the counters of an entry of a node's <c>Captures</c> list; one that is missing is 0.</summary>
    /// <param name="entry">The entry.</param>
    public static CaptureStatistics FromMetadata(MetadataMap entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new()
        {
            PacketsReceived = Read(nameof(PacketsReceived)),
            PacketsDropped = Read(nameof(PacketsDropped)),
            PacketsIfDropped = Read(nameof(PacketsIfDropped)),
            PacketsInvalid = Read(nameof(PacketsInvalid)),
            FlowCount = Read(nameof(FlowCount)),
            FlowsEvicted = Read(nameof(FlowsEvicted)),
            FlowsDropped = Read(nameof(FlowsDropped)),
            RawPacketsDropped = Read(nameof(RawPacketsDropped)),
            DatagramsDropped = Read(nameof(DatagramsDropped)),
            SegmentsDropped = Read(nameof(SegmentsDropped)),
        };

        long Read(string name) => entry[name].TryGetInteger(out long value) ? value : 0;
    }

    /// <summary>An entry of a node's <c>Captures</c> list without its counters: what has to differ for the entry to say something new.</summary>
    /// <param name="entry">The entry.</param>
    public static MetadataMap Without(MetadataMap entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return s_names.Aggregate(entry, static (rest, name) => rest.Without(name));
    }

    /// <summary>Writes the counters into an entry: packets received and dropped always, others when there is something to tell.</summary>
    /// <param name="entry">The entry.</param>
    public void WriteTo(MetadataBuilder entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.Set(nameof(PacketsReceived), PacketsReceived).Set(nameof(PacketsDropped), PacketsDropped);
        SetIfAny(nameof(PacketsIfDropped), PacketsIfDropped);
        SetIfAny(nameof(PacketsInvalid), PacketsInvalid);
        SetIfAny(nameof(FlowCount), FlowCount);
        SetIfAny(nameof(FlowsEvicted), FlowsEvicted);
        SetIfAny(nameof(FlowsDropped), FlowsDropped);
        SetIfAny(nameof(RawPacketsDropped), RawPacketsDropped);
        SetIfAny(nameof(DatagramsDropped), DatagramsDropped);
        SetIfAny(nameof(SegmentsDropped), SegmentsDropped);

        void SetIfAny(string name, long value)
        {
            if (value != 0)
            {
                entry.Set(name, value);
            }
        }
    }
}
