using System.Runtime.CompilerServices;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;

namespace Skydive.Flows.Offline;

/// <summary>Makes flows of the packets of a pcap file, as if they were captured live: the packets' timestamps are the time.</summary>
public static class PcapFlows
{
    /// <summary>
    /// Feeds all packets to a flow table and sends every flow to a sink: those with new packets at each update interval of the file's time,
    /// all of them at the end. Packets are read as they are needed, so memory depends on the number of flows only.
    /// </summary>
    /// <param name="reader">The packets; its link type takes the place of the one in the options.</param>
    /// <param name="options">How the flow table works.</param>
    /// <param name="sink">Where flows are sent; called on this thread.</param>
    /// <param name="cancellationToken">Stops between packets.</param>
    /// <returns>What became of the packets.</returns>
    /// <exception cref="PcapFormatException">The file is broken, or its link type is none that can be decoded. Flows of the packets before
    /// are sent first.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PcapSummary Read(PcapReader reader, FlowTableOptions options, IFlowSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(options);
        if (!Packets.PacketDecoder.IsSupported(reader.LinkType))
        {
            throw new PcapFormatException($"Packets of link type {(int)reader.LinkType} cannot be decoded", 20);
        }

        using var table = new FlowTable(options with { LinkType = reader.LinkType }, sink);
        var times = new TimeSpanSeen();
        long packets;
        try
        {
            packets = Feed(table, reader, ref times, cancellationToken);
        }
        finally
        {
            table.Finish(times.Last);
        }

        return new PcapSummary
        {
            Packets = packets,
            InvalidPackets = table.GetStats().PacketsInvalid,
            FirstTimestampNanoseconds = times.First,
            LastTimestampNanoseconds = times.Last,
        };
    }

    // Compiled at once and by itself: most files are over before tiered compilation notices that this loop is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Feed(FlowTable table, PcapReader reader, ref TimeSpanSeen times, CancellationToken cancellationToken)
    {
        const int CancellationInterval = 1 << 16;
        long packets = 0;
        long nextTick = table.NextTickNanoseconds;
        while (reader.TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data))
        {
            if (header.TimestampNanoseconds >= nextTick)
            {
                Tick(table, header.TimestampNanoseconds);
                nextTick = table.NextTickNanoseconds;
            }

            if (reader.LinkType != table.LinkType)
            {
                SetLinkType(table, reader);
            }

            times.See(header.TimestampNanoseconds);
            table.Process(data, header.OriginalLength, header.TimestampNanoseconds);
            if (++packets % CancellationInterval == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return packets;
    }

    // Only pcapng files have packets of several kinds.
    private static void SetLinkType(FlowTable table, PcapReader reader)
    {
        if (!Packets.PacketDecoder.IsSupported(reader.LinkType))
        {
            throw new PcapFormatException($"Packets of link type {(int)reader.LinkType} cannot be decoded", reader.Offset);
        }

        table.LinkType = reader.LinkType;
    }

    // A gap may span many intervals: the first tick ends the last window with packets where it would have ended live, the second one expires
    // what was idle meanwhile.
    private static void Tick(FlowTable table, long timestampNanoseconds)
    {
        if (table.NextTickNanoseconds != long.MinValue)
        {
            table.Tick(table.NextTickNanoseconds);
        }

        table.Tick(timestampNanoseconds);
    }

    private struct TimeSpanSeen
    {
        private bool _any;

        public long First { get; private set; }

        public long Last { get; private set; }

        public void See(long timestampNanoseconds)
        {
            First = _any ? Math.Min(First, timestampNanoseconds) : timestampNanoseconds;
            Last = Math.Max(Last, timestampNanoseconds);
            _any = true;
        }
    }
}
