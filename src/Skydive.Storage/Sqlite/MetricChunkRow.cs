namespace Skydive.Storage.Sqlite;

/// <summary>Metric samples as they came, ready to be written.</summary>
/// <param name="First">The smallest Start in it.</param>
/// <param name="Last">The largest Last in it, and not less than First.</param>
/// <param name="Samples">How many samples it has.</param>
/// <param name="Data">The samples, encoded.</param>
internal sealed record MetricChunkRow(long First, long Last, int Samples, byte[] Data);
