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
        Command.RequireQuietly(
            "dotnet", "publish", "src/Skydive.Service/Skydive.Service.csproj", "-c", Repository.Configuration, "--no-build", "--nologo", "-v", "quiet", "-o", Repository.Service);
        File.WriteAllText(Path.Combine(Repository.Service, "skydive"), Launcher);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Repository.Service, "skydive"), (UnixFileMode)0b111_101_101);
        }

        Command.RequireQuietly(
            "dotnet", "build", "src/Skydive.PowerShell/Skydive.PowerShell.csproj", "-c", Repository.Configuration, "--no-restore", "--nologo", "-v", "quiet", "-t:LayoutModule",
            $"-p:ModuleOutput={Repository.Module}");
    }

    private const string Launcher =
        """
        #!/bin/sh
        # Starts SkydivePS: the service (agent, analyzer, allinone) and its command line client.
        exec dotnet "$(dirname "$(readlink -f "$0")")/Skydive.Service.dll" "$@"

        """;
}
