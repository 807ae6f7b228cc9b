namespace Skydive.Storage.Metrics;

/// <summary>Where the samples of a series are in a chunk.</summary>
/// <param name="Path">The metadata key of the samples.</param>
/// <param name="Element">The node.</param>
/// <param name="Columns">How many counters the block has.</param>
/// <param name="Position">Where the numbers of the counters and the block begin.</param>
/// <param name="Length">How many bytes they take.</param>
internal readonly record struct MetricChunkEntry(string Path, MetricElement Element, int Columns, int Position, int Length);
