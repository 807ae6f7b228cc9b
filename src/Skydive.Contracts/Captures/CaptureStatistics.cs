using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Captures;

/// <summary>
/// What became of packets and flows of a capture, at one node or at all: everything that was lost on the way is counted where it was lost.
/// </summary>
public sealed record CaptureStatistics
{
    private static readonly string[] s_names =
    [
        nameof(PacketsReceived), nameof(PacketsDropped), nameof(PacketsIfDropped), nameof(PacketsInvalid), nameof(FlowCount), nameof(FlowsEvicted), nameof(FlowsDropped),
        nameof(RawPacketsDropped), nameof(DatagramsDropped), nameof(SegmentsDropped),
        nameof(DatagramsReceived), nameof(DatagramsInvalid), nameof(DatagramsLost), nameof(SetsWithoutTemplate), nameof(DatagramsSent),
    ];

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

    /// <summary>Datagrams of exporters that came to a collector.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DatagramsReceived { get; init; }

    /// <summary>Of these, datagrams that were none of their protocol, or ended in the middle.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DatagramsInvalid { get; init; }

    /// <summary>Datagrams of exporters that the kernel dropped because they were not fetched in time, or that are missing by their sequence numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DatagramsLost { get; init; }

    /// <summary>Sets of records whose template has not come yet, or never came: their records are not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SetsWithoutTemplate { get; init; }

    /// <summary>Datagrams that were sent to the target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DatagramsSent { get; init; }

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
        DatagramsReceived = left.DatagramsReceived + right.DatagramsReceived,
        DatagramsInvalid = left.DatagramsInvalid + right.DatagramsInvalid,
        DatagramsLost = left.DatagramsLost + right.DatagramsLost,
        SetsWithoutTemplate = left.SetsWithoutTemplate + right.SetsWithoutTemplate,
        DatagramsSent = left.DatagramsSent + right.DatagramsSent,
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
            DatagramsReceived = Read(nameof(DatagramsReceived)),
            DatagramsInvalid = Read(nameof(DatagramsInvalid)),
            DatagramsLost = Read(nameof(DatagramsLost)),
            SetsWithoutTemplate = Read(nameof(SetsWithoutTemplate)),
            DatagramsSent = Read(nameof(DatagramsSent)),
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
        SetIfAny(nameof(DatagramsReceived), DatagramsReceived);
        SetIfAny(nameof(DatagramsInvalid), DatagramsInvalid);
        SetIfAny(nameof(DatagramsLost), DatagramsLost);
        SetIfAny(nameof(SetsWithoutTemplate), SetsWithoutTemplate);
        SetIfAny(nameof(DatagramsSent), DatagramsSent);

        void SetIfAny(string name, long value)
        {
            if (value != 0)
            {
                entry.Set(name, value);
            }
        }
    }
}
