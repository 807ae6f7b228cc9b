using System.Text.RegularExpressions;

namespace Skydive.Build;

/// <summary>Runs every test suite; the last line of output sums them up.</summary>
internal static partial class TestTask
{
    public static int Run(IReadOnlyList<string> arguments)
    {
        BuildTask.Run();
        if (Directory.Exists(Repository.TestResults))
        {
            Directory.Delete(Repository.TestResults, recursive: true);
        }

        Directory.CreateDirectory(Repository.TestResults);
        var total = TestReport.Empty;
        foreach (string project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order())
        {
            string name = Path.GetFileNameWithoutExtension(project);
            if (arguments.Count == 0 || arguments.Any(argument => name.Contains(argument, StringComparison.OrdinalIgnoreCase)))
            {
                total += RunXunit(name);
            }
        }

        if (arguments.Count == 0 || arguments.Any(static argument => "Pester".Contains(argument, StringComparison.OrdinalIgnoreCase)))
        {
            total += RunPester();
        }

        if (total.IsEmpty)
        {
            total += TestReport.Failure("build", "no test was run");
        }

        total.Write();
        return total.Failed ? 1 : 0;
    }

    /// <summary>Runs the tests of one assembly.</summary>
    public static TestReport RunXunit(string name, params IReadOnlyList<string> options)
    {
        Console.WriteLine($"--- {name}");
        string assembly = Path.Combine(Repository.Root, "tests", name, "bin", Repository.Configuration, "net10.0", name + ".dll");
        string result = Path.Combine(Repository.TestResults, name + ".xml");
        int code = Command.Run("dotnet", [assembly, "-noLogo", "-noColor", "-junit", result, .. options]);
        return Read(name, result, code);
    }

    // What the tests of the module look at, at a pace at which they need not wait.
    private static readonly Dictionary<string, string> s_serviceSettings = new()
    {
        ["SKYDIVE_AGENT_TOPOLOGY_PROBES"] = "socketinfo",
        ["SKYDIVE_AGENT_TOPOLOGY_SOCKETINFO_HOST_UPDATE"] = "2",
        ["SKYDIVE_AGENT_TOPOLOGY_NETLINK_METRICS_UPDATE"] = "3",
        ["SKYDIVE_FLOW_UPDATE"] = "2",
    };

    private static TestReport RunPester()
    {
        string folder = Path.Combine(Repository.Root, "tests", "Pester");
        Console.WriteLine("--- Pester");
        if (WhyNoPester() is { } reason)
        {
            int skipped = Directory.EnumerateFiles(folder, "*.Tests.ps1", SearchOption.AllDirectories).Sum(static file => TestPattern().Count(File.ReadAllText(file)));
            Console.WriteLine($"*** SKIPPED: {reason}; the {skipped} tests of the PowerShell module were NOT run ***");
            return new(0, [], Math.Max(skipped, 1));
        }

        string result = Path.Combine(Repository.TestResults, "Pester.xml");
        using var service = Repository.IsRoot ? ServiceProcess.Start(s_serviceSettings) : null;
        var environment = new Dictionary<string, string>();
        if (service is not null)
        {
            environment["SKYDIVE_TEST_ANALYZER"] = service.Address.ToString();
        }

        int code = Command.Run(
            Repository.PowerShell[0],
            [
                .. Repository.PowerShell.Skip(1), "-NoProfile", "-NonInteractive", "-File", Path.Combine(folder, "Invoke-Tests.ps1"),
                "-OutputPath", result,
                "-ModulePath", Repository.Module,
                "-FakeAnalyzerPath", Path.Combine(folder, "FakeAnalyzer", "bin", Repository.Configuration, "net10.0", "FakeAnalyzer.dll"),
            ],
            environment);
        return Read("Pester", result, code);
    }

    private static string? WhyNoPester()
    {
        if (Repository.PowerShell.Count == 0)
        {
            return "no pwsh on PATH";
        }

        const string HasPester = "exit [int]-not (Get-Module -ListAvailable Pester | Where-Object { $_.Version -ge [version]'5.0' })";
        return Command.Run(Repository.PowerShell[0], [.. Repository.PowerShell.Skip(1), "-NoProfile", "-NonInteractive", "-Command", HasPester]) == 0
            ? null : "pwsh has no Pester 5 or later (Install-Module Pester)";
    }

    private static TestReport Read(string name, string result, int exitCode)
    {
        if (!File.Exists(result))
        {
            return TestReport.Failure(name, $"left no results (exit code {exitCode}): counted as a failure");
        }

        var report = TestReport.FromJUnit(result);
        if (exitCode != 0 && !report.Failed)
        {
            report += TestReport.Failure(name, $"ended with exit code {exitCode} though no test failed: counted as a failure");
        }

        return report;
    }

    [GeneratedRegex(@"^\s*It\s+['""]", RegexOptions.Multiline)]
    private static partial Regex TestPattern();
}
