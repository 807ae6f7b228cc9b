namespace Skydive.Build;

/// <summary>Where things are. The working directory is the root of the repository, as build.sh and build.ps1 see to.</summary>
internal static class Repository
{
    public const string Configuration = "Release";

    public static string Root { get; } = Directory.GetCurrentDirectory();

    public static string Artifacts => Path.Combine(Root, "artifacts");

    public static string Service => Path.Combine(Artifacts, "service");

    public static string Module => Path.Combine(Artifacts, "module", "Skydive");

    public static string TestResults => Path.Combine(Artifacts, "test-results");

    /// <summary>The command that starts PowerShell; empty when there is none.</summary>
    public static IReadOnlyList<string> PowerShell { get; } = FindPowerShell();

    public static bool IsRoot => OperatingSystem.IsLinux() && Environment.UserName == "root";

    private static string[] FindPowerShell()
    {
        if (Environment.GetEnvironmentVariable("SKYDIVE_PWSH") is { Length: > 0 } command)
        {
            return command.Split(' ');
        }

        string file = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        bool found = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, file)));
        return found ? ["pwsh"] : [];
    }
}
