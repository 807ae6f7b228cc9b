namespace Skydive.Storage.Sqlite;

/// <summary>A row of <c>raw_packets</c>.</summary>
/// <param name="Flow">UUID of the flow.</param>
/// <param name="First">Time of the first packet.</param>
/// <param name="Last">Time of the last packet.</param>
/// <param name="Packets">How many there are.</param>
/// <param name="Data">The packets, encoded.</param>
internal sealed record RawPacketRow(string Flow, long First, long Last, int Packets, byte[] Data);
