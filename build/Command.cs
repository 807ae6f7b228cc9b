using System.Diagnostics;

namespace Skydive.Build;

/// <summary>Runs programs.</summary>
internal static class Command
{
    /// <summary>Runs a program with our console and waits for it.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(program, arguments, environment, redirect: false);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static void Require(string program, params IReadOnlyList<string> arguments)
    {
        int code = Run(program, arguments);
        if (code != 0)
        {
            throw new TaskFailedException($"'{program} {string.Join(' ', arguments)}' ended with exit code {code}");
        }
    }

    /// <summary>Runs a program that must succeed, and shows what it prints only when it does not.</summary>
    public static void RequireQuietly(string program, params IReadOnlyList<string> arguments)
    {
        using var process = Start(program, arguments, null, redirect: true);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            Console.Error.Write(output);
            Console.Error.Write(errors.GetAwaiter().GetResult());
            throw new TaskFailedException($"'{program} {string.Join(' ', arguments)}' ended with exit code {process.ExitCode}");
        }
    }

    public static Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, bool redirect)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = redirect, RedirectStandardError = redirect, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new TaskFailedException($"cannot start {program}");
    }
}
