using Skydive.Storage.Metrics;

namespace Skydive.Storage.Sqlite;

/// <summary>Samples of one series, ready to be written.</summary>
/// <param name="Series">The series.</param>
/// <param name="First">The smallest Start in it.</param>
/// <param name="Last">The largest Last in it, and not less than First.</param>
/// <param name="Samples">How many samples it has.</param>
/// <param name="Names">The names of its counters.</param>
/// <param name="Data">The samples, encoded.</param>
internal sealed record MetricBlockRow(MetricSeries Series, long First, long Last, int Samples, string[] Names, byte[] Data);
