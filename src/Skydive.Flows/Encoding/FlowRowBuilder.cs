using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts;
using Skydive.Contracts.Flows;

namespace Skydive.Flows.Encoding;

/// <summary>Makes flows of the columns of a block. Not for use by several threads at once.</summary>
internal sealed class FlowRowBuilder
{
    private readonly FlowChunkReader _reader;
    private readonly long[]?[] _numbers;
    private readonly FlowTextColumn?[] _texts;

    public FlowRowBuilder(FlowChunkReader reader)
    {
        _reader = reader;
        _numbers = new long[]?[FlowColumns.Count];
        _texts = new FlowTextColumn?[FlowColumns.Count];
    }

    public Flow[] Build()
    {
        var flows = new Flow[_reader.Header.Count];
        for (int row = 0; row < flows.Length; row++)
        {
            flows[row] = Build(row);
        }

        return flows;
    }

    public Flow Build(int row) => Build(row, _reader.GetParts(row));

    /// <summary>A column, which is decoded when it is asked for first.</summary>
    public FlowTextColumn Texts(FlowColumn column) => _texts[(int)column] ??= _reader.ReadTexts(column);

    /// <inheritdoc cref="Texts"/>
    public long[] Numbers(FlowColumn column) => _numbers[(int)column] ??= _reader.ReadNumbers(column);

    private Flow Build(int row, FlowParts parts) => new()
    {
        UUID = Text(FlowColumn.Uuid, row),
        LayersPath = Text(FlowColumn.LayersPath, row),
        Application = Text(FlowColumn.Application, row),
        Link = (parts & FlowParts.Link) == 0 ? null : new FlowLayer
        {
            Protocol = Text(FlowColumn.LinkProtocol, row),
            A = Text(FlowColumn.LinkA, row),
            B = Text(FlowColumn.LinkB, row),
            ID = Number(FlowColumn.LinkId, row),
        },
        Network = (parts & FlowParts.Network) == 0 ? null : new FlowLayer
        {
            Protocol = Text(FlowColumn.NetworkProtocol, row),
            A = Text(FlowColumn.NetworkA, row),
            B = Text(FlowColumn.NetworkB, row),
            ID = Number(FlowColumn.NetworkId, row),
        },
        Transport = (parts & FlowParts.Transport) == 0 ? null : new FlowTransport
        {
            Protocol = Text(FlowColumn.TransportProtocol, row),
            A = Int32(FlowColumn.TransportA, row),
            B = Int32(FlowColumn.TransportB, row),
            ID = Number(FlowColumn.TransportId, row),
        },
        ICMP = (parts & FlowParts.Icmp) == 0 ? null : new FlowIcmp
        {
            Type = Text(FlowColumn.IcmpType, row),
            Code = Int32(FlowColumn.IcmpCode, row),
            ID = Int32(FlowColumn.IcmpId, row),
        },
        DHCPv4 = (parts & FlowParts.DhcpV4) == 0 ? null : Layer(FlowColumn.DhcpV4, row, ContractsJsonContext.Default.DhcpV4Layer),
        DNS = (parts & FlowParts.Dns) == 0 ? null : Layer(FlowColumn.Dns, row, ContractsJsonContext.Default.DnsLayer),
        VRRPv2 = (parts & FlowParts.VrrpV2) == 0 ? null : Layer(FlowColumn.VrrpV2, row, ContractsJsonContext.Default.VrrpV2Layer),
        LastUpdateMetric = (parts & FlowParts.LastUpdateMetric) == 0 ? null : Metric(FlowColumn.LastUpdateABPackets, row),
        Metric = (parts & FlowParts.Metric) == 0 ? null : Metric(FlowColumn.MetricABPackets, row),
        TCPMetric = (parts & FlowParts.TcpMetric) == 0 ? null : new TcpMetric
        {
            ABSynStart = Number(FlowColumn.TcpABSynStart, row),
            BASynStart = Number(FlowColumn.TcpBASynStart, row),
            ABSynTTL = Int32(FlowColumn.TcpABSynTtl, row),
            BASynTTL = Int32(FlowColumn.TcpBASynTtl, row),
            ABFinStart = Number(FlowColumn.TcpABFinStart, row),
            BAFinStart = Number(FlowColumn.TcpBAFinStart, row),
            ABRstStart = Number(FlowColumn.TcpABRstStart, row),
            BARstStart = Number(FlowColumn.TcpBARstStart, row),
            ABSegmentOutOfOrder = Number(FlowColumn.TcpABSegmentOutOfOrder, row),
            ABSegmentSkipped = Number(FlowColumn.TcpABSegmentSkipped, row),
            ABSegmentSkippedBytes = Number(FlowColumn.TcpABSegmentSkippedBytes, row),
            ABPackets = Number(FlowColumn.TcpABPackets, row),
            ABBytes = Number(FlowColumn.TcpABBytes, row),
            ABSawStart = Number(FlowColumn.TcpABSawStart, row),
            ABSawEnd = Number(FlowColumn.TcpABSawEnd, row),
            BASegmentOutOfOrder = Number(FlowColumn.TcpBASegmentOutOfOrder, row),
            BASegmentSkipped = Number(FlowColumn.TcpBASegmentSkipped, row),
            BASegmentSkippedBytes = Number(FlowColumn.TcpBASegmentSkippedBytes, row),
            BAPackets = Number(FlowColumn.TcpBAPackets, row),
            BABytes = Number(FlowColumn.TcpBABytes, row),
            BASawStart = Number(FlowColumn.TcpBASawStart, row),
            BASawEnd = Number(FlowColumn.TcpBASawEnd, row),
        },
        IPMetric = (parts & FlowParts.IpMetric) == 0 ? null : new IpMetric
        {
            Fragments = Number(FlowColumn.IpFragments, row),
            FragmentErrors = Number(FlowColumn.IpFragmentErrors, row),
        },
        Start = Number(FlowColumn.Start, row),
        Last = Number(FlowColumn.Last, row),
        TrackingID = Text(FlowColumn.TrackingId, row),
        L3TrackingID = Text(FlowColumn.L3TrackingId, row),
        ParentUUID = Text(FlowColumn.ParentUuid, row),
        NodeTID = Text(FlowColumn.NodeTid, row),
        ANodeTID = (parts & FlowParts.ANode) == 0 ? null : Text(FlowColumn.ANodeTid, row),
        BNodeTID = (parts & FlowParts.BNode) == 0 ? null : Text(FlowColumn.BNodeTid, row),
        SocketA = (parts & FlowParts.SocketA) == 0 ? null : Socket(FlowColumn.SocketAProcess, row),
        SocketB = (parts & FlowParts.SocketB) == 0 ? null : Socket(FlowColumn.SocketBProcess, row),
        CaptureID = Text(FlowColumn.CaptureId, row),
        RawPacketsCaptured = Number(FlowColumn.RawPacketsCaptured, row),
        FinishType = Number(FlowColumn.FinishType, row) is >= (long)FinishType.NotFinished and <= (long)FinishType.TcpRst and var finishType
            ? (FinishType)finishType
            : throw new FlowChunkException($"{Number(FlowColumn.FinishType, row)} in the block of flows is no FinishType."),
    };

    // The columns of a metric stand in a row.
    private FlowMetric Metric(FlowColumn first, int row) => new()
    {
        ABPackets = Number(first, row),
        ABBytes = Number(first + 1, row),
        BAPackets = Number(first + 2, row),
        BABytes = Number(first + 3, row),
        Start = Number(first + 4, row),
        Last = Number(first + 5, row),
        RTT = Number(first + 6, row),
    };

    // So do those of a socket.
    private FlowSocket Socket(FlowColumn first, int row) => new() { Process = Text(first, row), Pid = Number(first + 1, row), Name = Text(first + 2, row) };

    private T Layer<T>(FlowColumn column, int row, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Text(column, row), type) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new FlowChunkException($"The column {column} of the block of flows is damaged: {e.Message}");
        }
    }

    private string Text(FlowColumn column, int row) => Texts(column)[row]!;

    private long Number(FlowColumn column, int row) => Numbers(column)[row];

    private int Int32(FlowColumn column, int row) => Number(column, row) is >= int.MinValue and <= int.MaxValue and var number
        ? (int)number
        : throw new FlowChunkException($"{Number(column, row)} in the column {column} of the block of flows does not fit 32 bits.");
}
