namespace Skydive.Build;

/// <summary>Removes what building leaves behind.</summary>
internal static class CleanTask
{
    public static int Run()
    {
        foreach (string parent in new[] { "src", "tests", "bench" }.Select(name => Path.Combine(Repository.Root, name)).Where(Directory.Exists))
        {
            foreach (string folder in Directory.EnumerateDirectories(parent, "*", SearchOption.AllDirectories)
                .Where(static folder => Path.GetFileName(folder) is "bin" or "obj").ToArray())
            {
                if (Directory.Exists(folder))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }

        if (Directory.Exists(Repository.Artifacts))
        {
            Directory.Delete(Repository.Artifacts, recursive: true);
        }

        return 0;
    }
}
