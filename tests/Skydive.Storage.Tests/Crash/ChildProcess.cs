using System.Diagnostics;

namespace Skydive.Storage.Tests.Crash;

/// <summary>The test executable as another process.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>The executable.</summary>
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "Skydive.Storage.Tests");

    public StreamReader Output => _process.StandardOutput;

    public StreamWriter Input => _process.StandardInput;

    public static ChildProcess Start(params string[] arguments) => StartCommand(Path, ["--history-child", .. arguments]);

    public static ChildProcess StartCommand(string file, IEnumerable<string> arguments) => new(Process.Start(
        new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!);

    /// <summary>kill -9, and waits for the end.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code with what was said.</returns>
    public async Task<(int Code, string Output, string Error)> WaitAsync(CancellationToken cancellationToken)
    {
        var output = _process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = _process.StandardError.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
