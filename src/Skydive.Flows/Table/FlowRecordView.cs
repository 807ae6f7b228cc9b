using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>
/// Lets filters ask a copied flow for its fields before a wire record is made of it: the fields that filters ask for most come straight from
/// the copy, the others from a wire record made then. One object serves many flows in turn. Not for use by several threads at once.
/// </summary>
internal sealed class FlowRecordView(FlowOrigin origin) : IFieldSource
{
    private FlowRecord _record;
    private Flow? _flow;

    /// <summary>Turns to another flow.</summary>
    public void TurnTo(in FlowRecord record)
    {
        _record = record;
        _flow = null;
    }

    /// <summary>The wire record of the flow.</summary>
    public Flow ToFlow() => _flow ??= _record.ToFlow(origin);

    /// <inheritdoc/>
    public bool TryGetField(FieldPath path, out MetadataValue value)
    {
        // Fields that every flow has, or that are there when another layer is, in the words of FlowFields.
        bool hasNetwork = _record.Hot.Key.Network != LayerType.None;
        bool hasTransport = _record.Hot.Key.Transport != LayerType.None;
        switch (path.Text)
        {
            case "Application":
                value = _record.Application(origin);
                return true;
            case "LayersPath":
                value = _record.Cold.Path.ToString();
                return true;
            case "NodeTID":
                value = origin.NodeTid;
                return true;
            case "CaptureID":
                value = origin.CaptureId;
                return true;
            case "UUID":
                value = FlowRecord.Hexadecimal(_record.Hot.Uuid);
                return true;
            case "TrackingID":
                value = FlowRecord.Hexadecimal(_record.Cold.L2Key);
                return true;
            case "L3TrackingID":
                value = FlowRecord.Hexadecimal(_record.Cold.L3Key);
                return true;
            case "Network" when hasNetwork:
                value = MetadataValue.List(_record.NetworkA, _record.NetworkB);
                return true;
            case "Transport" when hasTransport:
                value = MetadataValue.List(_record.PortA, _record.PortB);
                return true;
            case "Metric.RTT":
                value = _record.Cold.RttNanoseconds;
                return true;
            case "Start":
                value = _record.StartMilliseconds;
                return true;
            case "Last":
                value = _record.LastMilliseconds;
                return true;
            case "FinishType":
                value = (int)_record.FinishType;
                return true;
            case "Network.A" when hasNetwork:
                value = _record.NetworkA;
                return true;
            case "Network.B" when hasNetwork:
                value = _record.NetworkB;
                return true;
            case "Transport.A" when hasTransport:
                value = _record.PortA;
                return true;
            case "Transport.B" when hasTransport:
                value = _record.PortB;
                return true;
            case "Metric.ABPackets":
                value = _record.Hot.Total.ABPackets;
                return true;
            case "Metric.ABBytes":
                value = _record.Hot.Total.ABBytes;
                return true;
            case "Metric.BAPackets":
                value = _record.Hot.Total.BAPackets;
                return true;
            case "Metric.BABytes":
                value = _record.Hot.Total.BABytes;
                return true;
            default:
                return ToFlow().TryGetField(path, out value);
        }
    }
}
