namespace Skydive.Storage;

/// <summary>How far one run of an agent has come: what it sends again up to here is in the store, or was refused.</summary>
/// <param name="Run">The run.</param>
/// <param name="Sequence">The last sequence.</param>
public readonly record struct FlowProgress(Guid Run, long Sequence);
