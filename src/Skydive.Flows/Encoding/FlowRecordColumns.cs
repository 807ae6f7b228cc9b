using Skydive.Contracts.Flows;
using Skydive.Flows.Table;

namespace Skydive.Flows.Encoding;

/// <summary>
/// The values of the columns straight from a flow table's records, without wire records in between: the same values, as a test holds, for a
/// third of the time. Texts are told apart by numbers first, so that each different one is made once for a block.
/// </summary>
internal static class FlowRecordColumns
{
    public static FlowParts PartsOf(in FlowRecord record)
    {
        FlowParts parts = FlowParts.Metric;
        parts |= (record.Hot.State & FlowState.HasLink) != 0 ? FlowParts.Link : FlowParts.None;
        parts |= record.Hot.Key.Network != Packets.LayerType.None ? FlowParts.Network : FlowParts.None;
        parts |= record.Hot.Key.Transport != Packets.LayerType.None ? FlowParts.Transport : FlowParts.None;
        parts |= record.Hot.Key.IsIcmp ? FlowParts.Icmp : FlowParts.None;
        parts |= (record.Hot.State & FlowState.HasWindow) != 0 ? FlowParts.LastUpdateMetric : FlowParts.None;
        return record.Extras is { } extras ? parts | FlowColumns.PartsOf(extras.Wire) : parts;
    }

    public static long Number(FlowColumnDefinition definition, in FlowRecord record) => definition.Column switch
    {
        FlowColumn.Parts => (long)PartsOf(in record),
        FlowColumn.Start or FlowColumn.MetricStart => record.StartMilliseconds,
        FlowColumn.Last or FlowColumn.MetricLast => record.LastMilliseconds,
        FlowColumn.FinishType => (long)record.FinishType,
        FlowColumn.LinkId => (long)record.Cold.VlanIdentifiers,
        FlowColumn.NetworkId => record.Cold.TunnelIdentifier,
        FlowColumn.TransportA => record.PortA,
        FlowColumn.TransportB => record.PortB,
        FlowColumn.IcmpCode => record.Hot.Key.IcmpCode,
        FlowColumn.IcmpId => record.Hot.Key.IcmpIdentifier,
        FlowColumn.MetricABPackets => record.Hot.Total.ABPackets,
        FlowColumn.MetricABBytes => record.Hot.Total.ABBytes,
        FlowColumn.MetricBAPackets => record.Hot.Total.BAPackets,
        FlowColumn.MetricBABytes => record.Hot.Total.BABytes,
        FlowColumn.MetricRtt or FlowColumn.LastUpdateRtt => record.Cold.RttNanoseconds,
        FlowColumn.LastUpdateABPackets => record.Cold.Window.ABPackets,
        FlowColumn.LastUpdateABBytes => record.Cold.Window.ABBytes,
        FlowColumn.LastUpdateBAPackets => record.Cold.Window.BAPackets,
        FlowColumn.LastUpdateBABytes => record.Cold.Window.BABytes,
        FlowColumn.LastUpdateStart => record.WindowStartMilliseconds,
        FlowColumn.LastUpdateLast => record.WindowLastMilliseconds,
        FlowColumn.TransportId => 0,

        // The columns of what only some flows have, if asked for.
        _ => record.Extras is { } extras ? definition.Number!(extras.Wire) : 0,
    };

    /// <summary>The numbers of columns that hold hexadecimal numbers, one for each flow.</summary>
    /// <returns>False for other columns.</returns>
    public static bool TryGetHexadecimal(FlowColumn column, in FlowRecord record, out ulong value)
    {
        value = column switch
        {
            FlowColumn.Uuid => record.Hot.Uuid,
            FlowColumn.TrackingId => record.Cold.L2Key,
            FlowColumn.L3TrackingId => record.Cold.L3Key,
            _ => 0,
        };
        return column is FlowColumn.Uuid or FlowColumn.TrackingId or FlowColumn.L3TrackingId;
    }

    /// <summary>What tells the text of a flow in a column from the texts of other flows of the same table.</summary>
    public static TextKey TextKeyOf(FlowColumn column, in FlowRecord record, FlowOrigin origin) => column switch
    {
        FlowColumn.LayersPath => new(record.Cold.Path.Bits),
        FlowColumn.Application => new(record.ApplicationKey(origin)),
        FlowColumn.ParentUuid => new(record.Hot.Key.Parent),
        FlowColumn.LinkA => new(record.Cold.MacA),
        FlowColumn.LinkB => new(record.Cold.MacB),
        FlowColumn.NetworkProtocol => new((ulong)record.Hot.Key.Network),
        FlowColumn.NetworkA => NetworkKey(in record, isFirst: !record.IsReversed),
        FlowColumn.NetworkB => NetworkKey(in record, isFirst: record.IsReversed),
        FlowColumn.TransportProtocol => new((ulong)record.Hot.Key.Transport),
        FlowColumn.IcmpType => new(record.Hot.Key.IcmpKindNumber),
        FlowColumn.Dns or FlowColumn.DhcpV4 or FlowColumn.VrrpV2 => new(0, record.Hot.Uuid, (ulong)record.Extras!.LayerNanoseconds),
        _ => default,
    };

    /// <summary>The text of a flow in a column.</summary>
    public static string Text(FlowColumnDefinition definition, in FlowRecord record, FlowOrigin origin) => definition.Column switch
    {
        // The columns with many different texts; for the others a wire record now and then does no harm.
        FlowColumn.LinkA => new Packets.MacAddress(record.Cold.MacA).ToString(),
        FlowColumn.LinkB => new Packets.MacAddress(record.Cold.MacB).ToString(),
        FlowColumn.NetworkA => record.NetworkA,
        FlowColumn.NetworkB => record.NetworkB,
        FlowColumn.Dns or FlowColumn.DhcpV4 or FlowColumn.VrrpV2 => definition.Text!(record.Extras!.Wire),
        _ => definition.Text!(record.ToFlow(origin)),
    };

    private static TextKey NetworkKey(in FlowRecord record, bool isFirst)
    {
        ref readonly FlowKey key = ref record.Hot.Key;
        return isFirst
            ? new TextKey((byte)key.Network, key.FirstHigh, key.FirstLow)
            : new TextKey((byte)key.Network, key.SecondHigh, key.SecondLow);
    }
}
