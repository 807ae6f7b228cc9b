namespace Skydive.Flows.Encoding;

/// <summary>Which column holds the field of a name. Extra layers are kept whole and have none.</summary>
internal static class FlowColumnNames
{
    private static readonly Dictionary<string, FlowColumn> s_columns = Make();

    /// <summary>The column of a field.</summary>
    /// <param name="name">The field's name, not an alias.</param>
    /// <returns>Null when it has none of its own.</returns>
    public static FlowColumn? Find(string name) => s_columns.TryGetValue(name, out var column) ? column : null;

    private static Dictionary<string, FlowColumn> Make()
    {
        var columns = new Dictionary<string, FlowColumn>(StringComparer.Ordinal)
        {
            ["UUID"] = FlowColumn.Uuid,
            ["LayersPath"] = FlowColumn.LayersPath,
            ["Application"] = FlowColumn.Application,
            ["Start"] = FlowColumn.Start,
            ["Last"] = FlowColumn.Last,
            ["TrackingID"] = FlowColumn.TrackingId,
            ["L3TrackingID"] = FlowColumn.L3TrackingId,
            ["ParentUUID"] = FlowColumn.ParentUuid,
            ["NodeTID"] = FlowColumn.NodeTid,
            ["ANodeTID"] = FlowColumn.ANodeTid,
            ["BNodeTID"] = FlowColumn.BNodeTid,
            ["CaptureID"] = FlowColumn.CaptureId,
            ["RawPacketsCaptured"] = FlowColumn.RawPacketsCaptured,
            ["FinishType"] = FlowColumn.FinishType,
        };
        AddRow(columns, "Link", FlowColumn.LinkProtocol, "Protocol", "A", "B", "ID");
        AddRow(columns, "Network", FlowColumn.NetworkProtocol, "Protocol", "A", "B", "ID");
        AddRow(columns, "Transport", FlowColumn.TransportProtocol, "Protocol", "A", "B", "ID");
        AddRow(columns, "ICMP", FlowColumn.IcmpType, "Type", "Code", "ID");
        AddRow(columns, "Metric", FlowColumn.MetricABPackets, "ABPackets", "ABBytes", "BAPackets", "BABytes", "Start", "Last", "RTT");
        AddRow(columns, "LastUpdateMetric", FlowColumn.LastUpdateABPackets, "ABPackets", "ABBytes", "BAPackets", "BABytes", "Start", "Last", "RTT");
        AddRow(
            columns,
            "TCPMetric",
            FlowColumn.TcpABSynStart,
            "ABSynStart", "BASynStart", "ABSynTTL", "BASynTTL", "ABFinStart", "BAFinStart", "ABRstStart", "BARstStart",
            "ABSegmentOutOfOrder", "ABSegmentSkipped", "ABSegmentSkippedBytes", "ABPackets", "ABBytes", "ABSawStart", "ABSawEnd",
            "BASegmentOutOfOrder", "BASegmentSkipped", "BASegmentSkippedBytes", "BAPackets", "BABytes", "BASawStart", "BASawEnd");
        AddRow(columns, "IPMetric", FlowColumn.IpFragments, "Fragments", "FragmentErrors");
        AddRow(columns, "SocketA", FlowColumn.SocketAProcess, "Process", "Pid", "Name");
        AddRow(columns, "SocketB", FlowColumn.SocketBProcess, "Process", "Pid", "Name");
        return columns;
    }

    // The columns of a part stand in a row.
    private static void AddRow(Dictionary<string, FlowColumn> columns, string part, FlowColumn first, params ReadOnlySpan<string> names)
    {
        for (int i = 0; i < names.Length; i++)
        {
            columns.Add($"{part}.{names[i]}", (FlowColumn)((int)first + i));
        }
    }
}
