using System.Diagnostics;
using System.Globalization;

namespace Skydive.Service.LocalServices;

/// <summary>This program, as others start it.</summary>
internal static class ServiceProgram
{
    /// <summary>The command that starts it, without arguments.</summary>
    public static IReadOnlyList<string> Command { get; } = FindCommand();

    /// <summary>The command that a unit starts it by: the launcher beside it when there is one, which finds the runtime itself.</summary>
    public static IReadOnlyList<string> UnitCommand => File.Exists(Launcher) ? [Launcher] : Command;

    /// <summary>The folder of the .NET runtime's program; null when this program has its runtime inside.</summary>
    public static string? RuntimeFolder => Command.Count > 1 ? Path.GetDirectoryName(Command[0]) : null;

    private static string Launcher => Path.Combine(AppContext.BaseDirectory, "skydive");

    /// <summary>
    /// Starts it in the background: in a session of its own, with its output in a file, so that it goes on when the terminal and this process end.
    /// </summary>
    /// <param name="arguments">What it is to do.</param>
    /// <param name="settings">Environment variables besides those of this process.</param>
    /// <param name="log">The file.</param>
    /// <returns>The process: the shell becomes it, so that the id is its own.</returns>
    public static Process Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> settings, string log)
    {
        const string Script = "exec >>\"$0\" 2>&1 </dev/null; if command -v setsid >/dev/null; then exec setsid \"$@\"; else trap '' HUP; exec \"$@\"; fi";
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, log, .. Command, .. arguments]) { WorkingDirectory = "/" };

        // The launcher sets it for short commands.
        start.Environment.Remove("DOTNET_TC_QuickJit");
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and what it wrote; exit code -1 when it did not end in time.</returns>
    public static (int Code, string Output, string Error) Run(string program, IReadOnlyList<string> arguments, TimeSpan timeout)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(timeout))
        {
            process.Kill(entireProcessTree: true);
            return (-1, string.Empty, string.Create(CultureInfo.InvariantCulture, $"{program} did not end within {timeout.TotalSeconds} s"));
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>The path of a program; null when it is not on PATH.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string[] FindCommand()
    {
        string process = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.Combine(AppContext.BaseDirectory, "Skydive.Service.dll")] : [process];
    }
}
