using System.Globalization;

namespace Skydive.Build;

/// <summary>
/// Shows the main job on real packets: a service, a lab of two namespaces on a bridge, a capture, pings, and a look back in time. Through the
/// PowerShell module where there is a pwsh, through the command line client where there is none.
/// </summary>
internal static class DemoTask
{
    private const string LabPrefix = "skydemo";

    public static int Run()
    {
        BuildTask.Run();
        string lab = Path.Combine(Repository.Root, "tests", "labs", "two-hosts.sh");
        using var service = ServiceProcess.Start();
        var environment = new Dictionary<string, string>
        {
            ["SKYDIVE_ANALYZER"] = service.Address.ToString(),
            ["SKYDIVE_DEMO_LAB"] = LabPrefix,
            ["SKYDIVE_DEMO_CLIENT"] = Path.Combine(Repository.Service, "skydive"),
            ["SKYDIVE_DEMO_MODULE"] = Repository.Module,
        };
        bool hasLab = Repository.IsRoot;
        if (!hasLab)
        {
            environment["SKYDIVE_DEMO_LAB"] = string.Empty;
            Console.WriteLine("Not root: no lab can be made and no packet captured. Here is this host's own topology.");
        }

        try
        {
            if (hasLab)
            {
                Command.Run("bash", [lab, "down", LabPrefix]);
                Command.Require("bash", lab, "up", LabPrefix);
            }

            int code;
            if (Repository.PowerShell.Count > 0)
            {
                code = Command.Run(
                    Repository.PowerShell[0],
                    [.. Repository.PowerShell.Skip(1), "-NoProfile", "-NonInteractive", "-File", Path.Combine(Repository.Root, "examples", "demo.ps1")],
                    environment);
            }
            else
            {
                Console.WriteLine("No pwsh on PATH: this demo goes through the command line client instead of the PowerShell module.");
                code = Command.Run("bash", [Path.Combine(Repository.Root, "examples", "demo.sh")], environment);
            }

            if (code != 0)
            {
                Console.Error.WriteLine($"build: the demo ended with exit code {code.ToString(CultureInfo.InvariantCulture)}; the service said:");
                Console.Error.WriteLine(File.ReadAllText(service.LogPath));
                return code;
            }
        }
        finally
        {
            if (hasLab)
            {
                Command.Run("bash", [lab, "down", LabPrefix]);
            }
        }

        Console.WriteLine();
        Console.WriteLine("The lab and the service of this demo are gone again. To go on by yourself:");
        Console.WriteLine("  sudo artifacts/service/skydive allinone      serves http://localhost:8082, history included");
        Console.WriteLine("  Import-Module ./artifacts/module/Skydive     in pwsh, then: Connect-Skydive http://localhost:8082");
        Console.WriteLine("  artifacts/service/skydive client query \"G.V().Has('Type','veth')\"");
        return 0;
    }
}
