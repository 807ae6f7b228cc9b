namespace Skydive.Build;

/// <summary>Runs the tests that take too long for every day: fuzzing and soaks. They are marked explicit and carry the task's name as category.</summary>
internal static class LongTestTask
{
    public static int Run(string category, IReadOnlyList<string> arguments)
    {
        BuildTask.Run();
        Directory.CreateDirectory(Repository.TestResults);
        var total = new TestCounts(0, 0, 0);
        foreach (string project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order())
        {
            string name = Path.GetFileNameWithoutExtension(project);
            if (arguments.Count == 0 || arguments.Any(argument => name.Contains(argument, StringComparison.OrdinalIgnoreCase)))
            {
                total += TestTask.RunXunit(name, "-explicit", "only", "-trait", $"Category={category}");
            }
        }

        if (total is { Passed: 0, Failed: 0 })
        {
            throw new TaskFailedException($"no test of category {category} was run");
        }

        Console.WriteLine(total);
        return total.Failed == 0 ? 0 : 1;
    }
}
