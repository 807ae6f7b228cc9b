using System.IO.Compression;

namespace Skydive.Build;

/// <summary>Packs the service and the module for other machines: artifacts/package/*.zip.</summary>
internal static class PackageTask
{
    public static int Run()
    {
        BuildTask.Run();
        string package = Path.Combine(Repository.Artifacts, "package");
        Directory.CreateDirectory(package);
        foreach (var (name, source) in new[] { ("skydive-service", Repository.Service), ("Skydive-module", Path.GetDirectoryName(Repository.Module)!) })
        {
            string target = Path.Combine(package, name + ".zip");
            File.Delete(target);
            ZipFile.CreateFromDirectory(source, target, CompressionLevel.SmallestSize, includeBaseDirectory: false);
            Console.WriteLine($"{Path.GetRelativePath(Repository.Root, target)}  {new FileInfo(target).Length / 1024} KiB");
        }

        return 0;
    }
}
