namespace Skydive.Linux.Processes;

/// <summary>What came of a look into a process.</summary>
public enum ProcessAccess
{
    /// <summary>It was looked into.</summary>
    Granted,

    /// <summary>
    /// It may not be looked into: it belongs to another user, and this process lacks CAP_SYS_PTRACE (and for its descriptors
    /// CAP_DAC_READ_SEARCH).
    /// </summary>
    Denied,

    /// <summary>It has ended, or has nothing of what was asked for, as threads of the kernel have no program.</summary>
    Gone,
}
