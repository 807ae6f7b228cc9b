using System.Diagnostics;
using Skydive.Linux.Bpf;
using Skydive.Linux.Capabilities;

namespace Skydive.Agent.Tests.Support;

/// <summary>What tests against the real kernel need.</summary>
internal static class Tools
{
    /// <summary>The longest that a test waits for what must come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const LinuxCapabilities Wanted =
        LinuxCapabilities.SystemAdministration | LinuxCapabilities.NetworkAdministration | LinuxCapabilities.NetworkRaw;

    public static int ThreadCount => Directory.GetDirectories("/proc/self/task").Length;

    /// <summary>The names of this process's threads.</summary>
    public static IReadOnlyList<string> ThreadNames => [.. Directory.GetDirectories("/proc/self/task").Select(static task => ReadName(task))];

    /// <summary>What the open descriptors of this process point to.</summary>
    public static IReadOnlyList<string> Descriptors =>
        [.. Directory.GetFiles("/proc/self/fd").Select(static path => ReadLink(path))];

    /// <summary>Descriptors that a probe or capture would leave behind: sockets, namespaces, events, watches.</summary>
    public static int KernelDescriptorCount => Descriptors.Count(static target =>
        target.Contains("socket:", StringComparison.Ordinal) || target.Contains("net:", StringComparison.Ordinal) || target.Contains("[event", StringComparison.Ordinal)
        || target.Contains("inotify", StringComparison.Ordinal) || target.Contains("mountinfo", StringComparison.Ordinal) || target.Contains("/netns/", StringComparison.Ordinal));

    /// <summary>Skips the test unless it may make namespaces and has <c>ip</c>.</summary>
    public static void RequireNetwork()
    {
        if (!ProcessCapabilities.Has(Wanted))
        {
            Assert.Skip("needs " + string.Join(", ", ProcessCapabilities.Names(Wanted)));
        }

        if (!File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip") && !File.Exists("/usr/bin/ip"))
        {
            Assert.Skip("needs ip (package iproute2)");
        }
    }

    /// <summary>Skips the test unless packet filters can be compiled.</summary>
    public static void RequirePcap()
    {
        if (!BpfCompiler.IsAvailable)
        {
            Assert.Skip("needs libpcap");
        }
    }

    /// <summary>Runs a program, and fails the test when the program fails.</summary>
    public static void Run(string program, string arguments, string? input = null)
    {
        var (code, output) = TryRun(program, arguments, input);
        Assert.True(code == 0, $"{program} {arguments}: {output}");
    }

    /// <summary>Runs a program, and gives its exit code and all that it printed.</summary>
    public static (int Code, string Output) TryRun(string program, string arguments, string? input = null)
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
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result + error.Result);
    }

    /// <summary>Waits for what gives no signal: the kernel's lists of threads and descriptors.</summary>
    public static async Task WaitAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    /// <summary>Waits until there are no more of the kernel's descriptors than before. Fewer are fine: the garbage of tests before may go meanwhile.</summary>
    /// <param name="count">What <see cref="KernelDescriptorCount"/> was.</param>
    public static Task WaitForDescriptorsAsync(int count) => WaitAsync(() => KernelDescriptorCount <= count);

    private static string ReadLink(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName ?? string.Empty;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return string.Empty;
        }
    }

    private static string ReadName(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
