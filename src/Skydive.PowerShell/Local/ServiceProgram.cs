using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Services;

namespace Skydive.PowerShell.Local;

/// <summary>
/// The executable of the service, which does for the module what concerns files and processes of this host. It is found by the variable
/// SKYDIVE_SERVICE (the program or its folder), on PATH, or beside the module.
/// </summary>
internal static class ServiceProgram
{
    public const string Variable = "SKYDIVE_SERVICE";

    private const string Name = "skydive";
    private const int CommandNotFound = 127; // of the shell
    private const int RuntimeNotFound = 150; // of the program dotnet

    private static readonly UTF8Encoding s_encoding = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="CommandFailedException">It is not here, or cannot be started.</exception>
    public static async Task<ProgramAnswer> RunAsync(IEnumerable<string> arguments, string? input, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
            }

            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return CheckRuntime(new(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false)));
        }
        finally
        {
            End(process);
        }
    }

    /// <summary>Runs it and gives the lines that it writes as they come.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="CommandFailedException">It is not here, or ended with an error.</exception>
    public static async IAsyncEnumerable<string> ReadLinesAsync(IEnumerable<string> arguments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            while (await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                yield return line;
            }

            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            var answer = CheckRuntime(new(process.ExitCode, string.Empty, await error.ConfigureAwait(false)));
            if (answer.ExitCode != 0)
            {
                throw Fault(answer);
            }
        }
        finally
        {
            End(process);
        }
    }

    /// <summary>Why it failed, from what it said.</summary>
    public static CommandFailedException Fault(ProgramAnswer answer)
    {
        string[] lines = answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string line in lines.Where(static line => line.StartsWith('{')))
        {
            try
            {
                if (JsonSerializer.Deserialize(line, ContractsJsonContext.Default.CommandError) is { } error)
                {
                    return new(error);
                }
            }
            catch (JsonException)
            {
                // A line of something else.
            }
        }

        return new("ServiceProgramFailed", $"{Name} ended with exit code {answer.ExitCode}: {(lines.Length == 0 ? "it gave no reason" : string.Join(" | ", lines.Take(5)))}", null);
    }

    private static Process Start(IEnumerable<string> arguments)
    {
        string path = Find();
        bool isAssembly = path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = s_encoding,
            StandardOutputEncoding = s_encoding,
            StandardErrorEncoding = s_encoding,
        };
        if (isAssembly)
        {
            start.ArgumentList.Add(path);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw isAssembly ? NoRuntime(exception.Message) : new CommandFailedException("CapabilityMissing", $"{path} cannot be started: {exception.Message}", null);
        }
    }

    private static string Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CommandFailedException(
                "CapabilityMissing", "services and configuration files are handled on Linux only", $"Use -Session for a service on another host, or run the command there.");
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            string path = Directory.Exists(chosen) ? System.IO.Path.Combine(chosen, Name) : chosen;
            return File.Exists(path) ? path
                : throw new CommandFailedException("CapabilityMissing", $"the environment variable {Variable} names {chosen}, where the program of the service is not", $"Correct or remove $env:{Variable}.");
        }

        string module = System.IO.Path.GetDirectoryName(typeof(ServiceProgram).Assembly.Location)!;
        string[] besideModule = [System.IO.Path.Combine(module, "service"), System.IO.Path.Combine(module, "..", "service"), System.IO.Path.Combine(module, "..", "..", "service")];
        string[] onPath = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return onPath.Concat(besideModule).Select(static folder => System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, Name))).FirstOrDefault(File.Exists)
            ?? throw new CommandFailedException(
                "CapabilityMissing",
                $"the program of the service ({Name}) was not found: not on PATH, and not beside the module",
                $"Put it on PATH, or name it: $env:{Variable} = '/folder/{Name}'.");
    }

    private static ProgramAnswer CheckRuntime(ProgramAnswer answer) => answer.ExitCode is CommandNotFound or RuntimeNotFound
        ? throw NoRuntime(answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "it gave no reason") : answer;

    private static CommandFailedException NoRuntime(string reason) => new(
        "CapabilityMissing", $"the service needs the ASP.NET Core runtime of .NET 10, which is not here: {reason}", "Install aspnetcore-runtime-10.0, so that the program dotnet is on PATH.");

    private static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }
}
