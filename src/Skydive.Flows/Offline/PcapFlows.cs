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
        const int CancellationInterval = 1 << 16;
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(options);
        if (!Packets.PacketDecoder.IsSupported(reader.LinkType))
        {
            throw new PcapFormatException($"Packets of link type {(int)reader.LinkType} cannot be decoded", 20);
        }

        using var table = new FlowTable(options with { LinkType = reader.LinkType }, sink);
        long first = 0;
        long last = 0;
        long packets = 0;
        try
        {
            while (reader.TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data))
            {
                if (header.TimestampNanoseconds >= table.NextTickNanoseconds)
                {
                    Tick(table, header.TimestampNanoseconds);
                }

                first = packets == 0 ? header.TimestampNanoseconds : Math.Min(first, header.TimestampNanoseconds);
                last = Math.Max(last, header.TimestampNanoseconds);
                table.Process(data, header.OriginalLength, header.TimestampNanoseconds);
                if (++packets % CancellationInterval == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            table.Finish(last);
        }

        return new PcapSummary
        {
            Packets = packets,
            InvalidPackets = table.GetStats().PacketsInvalid,
            FirstTimestampNanoseconds = first,
            LastTimestampNanoseconds = last,
        };
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
}
