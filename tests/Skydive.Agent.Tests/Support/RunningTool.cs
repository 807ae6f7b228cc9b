using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Skydive.Agent.Tests.Support;

/// <summary>A program that runs beside a test, and ends with it.</summary>
internal sealed class RunningTool : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private RunningTool(string program, string arguments)
    {
        _process = new Process
        {
            StartInfo = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true },
        };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote so far.</summary>
    public string Output => Read(_output);

    /// <summary>What it said so far.</summary>
    public string Error => Read(_error);

    /// <summary>Starts a program inside a namespace; it is skipped where it is missing.</summary>
    public static RunningTool Start(TestNetwork network, string inNamespace, string program, string arguments)
    {
        if (!File.Exists(program))
        {
            Assert.Skip($"needs {program}");
        }

        // This becomes the program.
        return new("ip", $"netns exec {Path.GetFileName(network.RealPath(inNamespace))} {program} {arguments}");
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public void End()
    {
        Tools.TryRun("kill", string.Create(CultureInfo.InvariantCulture, $"-TERM {_process.Id}"));
        Assert.True(_process.WaitForExit(Tools.Patience), "the program does not end");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            // Without waiting for who else has its output open.
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(Tools.Patience);
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
