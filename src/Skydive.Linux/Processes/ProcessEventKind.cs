namespace Skydive.Linux.Processes;

/// <summary>What happened to a process. Source: <c>PROC_EVENT_*</c> of <c>linux/cn_proc.h</c>.</summary>
public enum ProcessEventKind : uint
{
    /// <summary>It began, as a copy of another.</summary>
    Forked = 0x1, // PROC_EVENT_FORK

    /// <summary>It runs another program from now on.</summary>
    Executed = 0x2, // PROC_EVENT_EXEC

    /// <summary>It ended.</summary>
    Exited = 0x80000000, // PROC_EVENT_EXIT
}
