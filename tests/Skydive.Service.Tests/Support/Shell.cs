using System.Diagnostics;

namespace Skydive.Service.Tests.Support;

/// <summary>Runs programs for the tests.</summary>
internal static class Shell
{
    /// <summary>Runs a command line that must succeed, and gives its output.</summary>
    public static string Run(string commandLine)
    {
        var (code, output) = TryRun(commandLine);
        return code == 0 ? output : throw new InvalidOperationException($"'{commandLine}' ended with {code}: {output}");
    }

    /// <summary>Runs a command line, and gives its exit code with all its output.</summary>
    public static (int Code, string Output) TryRun(string commandLine, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{{ {commandLine}\n}} 2>&1"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
