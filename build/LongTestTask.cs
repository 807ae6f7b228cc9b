namespace Skydive.Build;

/// <summary>Runs the tests that take too long for every day: fuzzing and soaks. They are marked explicit and carry the task's name as category.</summary>
internal static class LongTestTask
{
    public static int Run(string category, IReadOnlyList<string> arguments)
    {
        BuildTask.Run();
        Directory.CreateDirectory(Repository.TestResults);
        var total = TestReport.Empty;
        foreach (string project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order())
        {
            string name = Path.GetFileNameWithoutExtension(project);
            if (arguments.Count == 0 || arguments.Any(argument => name.Contains(argument, StringComparison.OrdinalIgnoreCase)))
            {
                total += TestTask.RunXunit(name, "-explicit", "only", "-trait", $"Category={category}");
            }
        }

        if (total.IsEmpty)
        {
            throw new TaskFailedException($"no test of category {category} was run");
        }

        total.Write();
        return total.Failed ? 1 : 0;
    }
}
