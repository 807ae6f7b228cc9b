namespace Skydive.Build;

/// <summary>Runs the benchmarks in bench/, all of them or those whose name is given.</summary>
internal static class BenchTask
{
    public static int Run(IReadOnlyList<string> arguments)
    {
        string[] projects = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "bench"), "*.csproj", SearchOption.AllDirectories)
            .Where(project => arguments.Count == 0 || arguments.Any(argument => project.Contains(argument, StringComparison.OrdinalIgnoreCase)))
            .Order()];
        if (projects.Length == 0)
        {
            throw new TaskFailedException("no benchmark has such a name");
        }

        foreach (string project in projects)
        {
            Console.WriteLine($"--- {Path.GetFileNameWithoutExtension(project)}");
            Command.Require("dotnet", "run", "-c", Repository.Configuration, "--project", project);
        }

        return 0;
    }
}
