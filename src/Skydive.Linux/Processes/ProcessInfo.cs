namespace Skydive.Linux.Processes;

/// <summary>What a process is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StartTime">When it started, in ticks since boot: tells it from a later one of the same id.</param>
/// <param name="Name">The name of its first thread, which is that of the program unless it chose another.</param>
/// <param name="Program">The path of its program; empty when that may not be looked at, or for threads of the kernel.</param>
public sealed record ProcessInfo(int Id, ulong StartTime, string Name, string Program);
