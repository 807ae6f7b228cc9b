namespace Skydive.PowerShell.Local;

/// <summary>What the service's program said before it ended.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ProgramAnswer(int ExitCode, string Output, string Error);
