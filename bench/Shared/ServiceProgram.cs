namespace Skydive.Bench;

/// <summary>The service as users run it: what the build leaves in <c>artifacts/service</c>.</summary>
internal static class ServiceProgram
{
    /// <summary>Where its program is.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = System.IO.Path.Combine(folder.FullName, "artifacts", "service", "Skydive.Service.dll");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException("the service is not built: run ./build.sh build");
    }
}
