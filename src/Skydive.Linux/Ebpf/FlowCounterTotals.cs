namespace Skydive.Linux.Ebpf;

/// <summary>What passed a <see cref="FlowCounter"/> since it was opened.</summary>
/// <param name="Packets">All packets.</param>
/// <param name="Bytes">Their bytes on the wire.</param>
/// <param name="Refused">Packets that began an entry for which there was no room: they are in no entry.</param>
public readonly record struct FlowCounterTotals(long Packets, long Bytes, long Refused);
