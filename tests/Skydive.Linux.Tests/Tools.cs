using System.Diagnostics;
using Skydive.Linux.Capabilities;

namespace Skydive.Linux.Tests;

/// <summary>What tests against the real kernel need.</summary>
internal static class Tools
{
    /// <summary>The longest that a test waits for what must come.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const LinuxCapabilities Wanted =
        LinuxCapabilities.SystemAdministration | LinuxCapabilities.NetworkAdministration | LinuxCapabilities.NetworkRaw;

    /// <summary>Skips the test unless it may make namespaces and has <c>ip</c>.</summary>
    internal static void RequireNetwork()
    {
        if (!ProcessCapabilities.Has(Wanted))
        {
            Assert.Skip("needs " + string.Join(", ", ProcessCapabilities.Names(Wanted)));
        }

        RequireProgram("ip");
    }

    /// <summary>Skips the test unless the system has a program.</summary>
    internal static void RequireProgram(string name)
    {
        if (!File.Exists("/usr/sbin/" + name) && !File.Exists("/sbin/" + name) && !File.Exists("/usr/bin/" + name))
        {
            Assert.Skip("needs the program " + name);
        }
    }

    /// <summary>Skips the test unless the system has libpcap.</summary>
    internal static void RequirePcap()
    {
        if (!Linux.Bpf.BpfCompiler.IsAvailable)
        {
            Assert.Skip("needs libpcap");
        }
    }

    /// <summary>Runs a program, and fails the test when the program fails.</summary>
    internal static string Run(string program, string arguments, string? input = null)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {arguments}: {error.Result}");
        return output.Result;
    }
}
