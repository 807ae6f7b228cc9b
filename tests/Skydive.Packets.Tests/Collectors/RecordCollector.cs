using Skydive.Packets.Collectors;

namespace Skydive.Packets.Tests.Collectors;

/// <summary>Keeps the records that a decoder reads.</summary>
internal sealed class RecordCollector : INetFlowHandler
{
    public List<NetFlowRecord> Records { get; } = [];

    public void OnRecord(in NetFlowRecord record) => Records.Add(record);
}
