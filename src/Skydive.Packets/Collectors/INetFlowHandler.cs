namespace Skydive.Packets.Collectors;

/// <summary>Takes what a <see cref="NetFlowDecoder"/> reads.</summary>
public interface INetFlowHandler
{
    /// <summary>Takes a record.</summary>
    /// <param name="record">The record.</param>
    void OnRecord(in NetFlowRecord record);
}
