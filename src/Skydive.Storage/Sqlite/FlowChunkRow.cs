namespace Skydive.Storage.Sqlite;

/// <summary>A batch of flows, ready to be written.</summary>
/// <param name="First">The smallest Start in it.</param>
/// <param name="Last">The largest Last in it, and not less than First.</param>
/// <param name="Records">How many flows it has.</param>
/// <param name="Data">The flows, encoded.</param>
internal sealed record FlowChunkRow(long First, long Last, int Records, byte[] Data);
