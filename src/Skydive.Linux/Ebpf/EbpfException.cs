namespace Skydive.Linux.Ebpf;

/// <summary>The kernel refuses a program. The message ends with what its verifier says.</summary>
public sealed class EbpfException : LinuxException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="operation">What was attempted.</param>
    /// <param name="errno">The error number.</param>
    /// <param name="verifierLog">What the verifier says; empty when it was not asked.</param>
    public EbpfException(string operation, Errno errno, string verifierLog)
        : base(operation, errno, ReasonOf(errno), Shorten(verifierLog)) => VerifierLog = verifierLog;

    /// <summary>All that the verifier says, which may be long.</summary>
    public string VerifierLog { get; }

    private static string? Shorten(string log)
    {
        // It tells of every step; what is wrong stands at the end, before the counters.
        string[] lines = [.. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith("processed ", StringComparison.Ordinal))];
        return lines.Length == 0 ? null : string.Join("; ", lines.TakeLast(3));
    }
}
