namespace Skydive.Linux.Processes;

/// <summary>One thing that happened to a process; what happens to single threads is left out.</summary>
/// <param name="Kind">What.</param>
/// <param name="ProcessId">The process.</param>
public readonly record struct ProcessEvent(ProcessEventKind Kind, int ProcessId);
