using System.Runtime.InteropServices;

namespace Skydive.Build;

/// <summary>Compiles everything; leaves the service in artifacts/service and the module in artifacts/module/Skydive.</summary>
internal static class BuildTask
{
    public static int Run()
    {
        Command.RequireQuietly("dotnet", "build", "SkydivePS.sln", "-c", Repository.Configuration, "--nologo", "-v", "quiet");
        LayOut();
        Console.WriteLine($"service  {Path.GetRelativePath(Repository.Root, Repository.Service)}/skydive");
        Console.WriteLine($"module   {Path.GetRelativePath(Repository.Root, Repository.Module)}");
        return 0;
    }

    private static void LayOut()
    {
        PublishService();
        File.WriteAllText(Path.Combine(Repository.Service, "skydive"), Launcher);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Repository.Service, "skydive"), (UnixFileMode)0b111_101_101);
        }

        Command.RequireQuietly(
            "dotnet", "build", "src/Skydive.PowerShell/Skydive.PowerShell.csproj", "-c", Repository.Configuration, "--no-restore", "--nologo", "-v", "quiet", "-t:LayoutModule",
            $"-p:ModuleOutput={Repository.Module}");
    }

    /// <summary>
    /// Publishes the service, compiled ahead of time: a start takes less than half of the processor time. The compiler for that is a package; where it cannot be
    /// had the service works all the same.
    /// </summary>
    private static void PublishService()
    {
        string[] publish = ["publish", "src/Skydive.Service/Skydive.Service.csproj", "-c", Repository.Configuration, "--nologo", "-v", "quiet", "-o", Repository.Service];
        try
        {
            Command.RequireQuietly("dotnet", [.. publish, "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false", "-p:PublishReadyToRun=true", "-p:UseAppHost=false"]);
        }
        catch (TaskFailedException e)
        {
            Console.Error.WriteLine($"build: the service is not compiled ahead of time and starts slower: {e.Message}");
            Command.RequireQuietly("dotnet", [.. publish, "--no-build"]);
        }
    }

    private const string Launcher =
        """
        #!/bin/sh
        # Starts SkydivePS: the service (agent, analyzer, allinone) and its command line client.
        self=$0
        [ -L "$self" ] && self=$(readlink -f "$self")
        # A command is over before code that is compiled with care pays.
        case "$1" in agent|analyzer|allinone) ;; *) export DOTNET_TC_QuickJit=1 ;; esac
        exec dotnet "${self%/*}/Skydive.Service.dll" "$@"

        """;
}
