namespace Skydive.Packets.Collectors;

/// <summary>A set of records whose template has not come yet.</summary>
/// <param name="Template">The number of the template.</param>
/// <param name="Content">The records.</param>
/// <param name="Time">When they were sent.</param>
internal sealed record NetFlowWaitingSet(ushort Template, byte[] Content, NetFlowExportTime Time);
