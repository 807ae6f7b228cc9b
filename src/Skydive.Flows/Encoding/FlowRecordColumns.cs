using Skydive.Contracts.Flows;
using Skydive.Flows.Table;

namespace Skydive.Flows.Encoding;

/// <summary>
/// The texts of a flow table's records, without wire records in between. They are told apart by numbers first, so that each different one is
/// made once for a block.
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

    /// <summary>What tells the text of a flow in a column from the texts of other flows of the same table.</summary>
    public static TextKey TextKeyOf(FlowColumn column, in FlowRecord record, FlowOrigin origin) => column switch
    {
        FlowColumn.LayersPath => new(record.Cold.Path.Bits),
        FlowColumn.Application => new(record.ApplicationKey(origin)),
        FlowColumn.NetworkProtocol => new((ulong)record.Hot.Key.Network),
        FlowColumn.TransportProtocol => new((ulong)record.Hot.Key.Transport),
        FlowColumn.IcmpType => new(record.Hot.Key.IcmpKindNumber),
        FlowColumn.Dns or FlowColumn.DhcpV4 or FlowColumn.VrrpV2 => new(0, record.Hot.Uuid, (ulong)record.Extras!.LayerNanoseconds),
        _ => default,
    };

    /// <summary>The text of a flow in a column.</summary>
    public static string Text(FlowColumnDefinition definition, in FlowRecord record, FlowOrigin origin) => definition.Column switch
    {
        // For the columns with few different texts a wire record now and then does no harm.
        FlowColumn.Dns or FlowColumn.DhcpV4 or FlowColumn.VrrpV2 => definition.Text!(record.Extras!.Wire),
        _ => definition.Text!(record.ToFlow(origin)),
    };
}
