namespace Skydive.Linux.Processes;

/// <summary>The processes at one time. Immutable.</summary>
public sealed class ProcessSnapshot
{
    internal ProcessSnapshot(IReadOnlyList<ProcessEntry> processes, bool isRestricted)
    {
        Processes = processes;
        IsRestricted = isRestricted;
        DeniedCount = processes.Count(static process => process.Access == ProcessAccess.Denied);
    }

    /// <summary>The processes, by id. Threads that have a namespace or descriptors of their own are not told apart.</summary>
    public IReadOnlyList<ProcessEntry> Processes { get; }

    /// <summary>How many of them could not be looked into.</summary>
    public int DeniedCount { get; }

    /// <summary>Whether <c>/proc</c> shows own processes only (mount option <c>hidepid</c>).</summary>
    public bool IsRestricted { get; }
}
