using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Skydive.Build;

/// <summary>
/// Packs the service and the module for other machines into artifacts/package: the service alone, the module alone, the module with the service
/// in it, and the module as the PowerShell Gallery takes it.
/// </summary>
internal static partial class PackageTask
{
    private static readonly XNamespace s_nuspec = "http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd";

    private static string Folder => Path.Combine(Repository.Artifacts, "package");

    public static int Run()
    {
        BuildTask.Run();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        Directory.CreateDirectory(Folder);
        Zip("skydive-service", ("skydive", Repository.Service));
        Zip("Skydive-module", ("Skydive", Repository.Module));
        Zip("Skydive-module-with-service", ("Skydive", Repository.Module), ("Skydive/service", Repository.Service));
        PackForGallery();
        foreach (string file in Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal))
        {
            Console.WriteLine($"{Path.GetRelativePath(Repository.Root, file)}  {new FileInfo(file).Length / 1024} KiB");
        }

        return 0;
    }

    private static void Zip(string name, params (string Prefix, string Source)[] parts)
    {
        using var archive = ZipFile.Open(Path.Combine(Folder, name + ".zip"), ZipArchiveMode.Create);
        foreach (var (prefix, source) in parts)
        {
            foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                archive.CreateEntryFromFile(file, $"{prefix}/{Path.GetRelativePath(source, file).Replace('\\', '/')}", CompressionLevel.SmallestSize);
            }
        }
    }

    private static void PackForGallery()
    {
        string nuspec = Path.Combine(Repository.Artifacts, "Skydive.nuspec");
        MakeNuspec(File.ReadAllText(Path.Combine(Repository.Root, "Skydive.psd1"))).Save(nuspec);
        Command.RequireQuietly(
            "dotnet", "pack", "src/Skydive.PowerShell/Skydive.PowerShell.csproj", "-c", Repository.Configuration, "--no-build", "--nologo", "-v", "quiet", "-o", Folder,
            $"-p:NuspecFile={nuspec}", $"-p:NuspecBasePath={Repository.Module}", "-p:IsPackable=true", "-p:NoWarn=NU5100%3BNU5110%3BNU5111%3BNU5128");
        File.Delete(nuspec);
    }

    /// <summary>What the gallery wants to know of the module, from its manifest.</summary>
    private static XDocument MakeNuspec(string manifest)
    {
        string[] commands = [.. CommandName().Matches(List(manifest, "CmdletsToExport")).Select(static match => match.Groups[1].Value)];
        string[] tags = [.. CommandName().Matches(List(manifest, "Tags")).Select(static match => match.Groups[1].Value)];
        return new(new XElement(
            s_nuspec + "package",
            new XElement(
                s_nuspec + "metadata",
                new XElement(s_nuspec + "id", "Skydive"),
                new XElement(s_nuspec + "version", Value(manifest, "ModuleVersion")),
                new XElement(s_nuspec + "authors", Value(manifest, "Author")),
                new XElement(s_nuspec + "requireLicenseAcceptance", "false"),
                new XElement(s_nuspec + "license", new XAttribute("type", "expression"), "Apache-2.0"),
                new XElement(s_nuspec + "description", Value(manifest, "Description")),
                new XElement(s_nuspec + "copyright", Value(manifest, "Copyright")),
                new XElement(
                    s_nuspec + "tags",
                    string.Join(' ', [.. tags, "PSModule", "PSEdition_Core", "PSIncludes_Cmdlet", .. commands.Select(static name => "PSCmdlet_" + name), .. commands.Select(static name => "PSCommand_" + name)]))),
            new XElement(s_nuspec + "files", new XElement(s_nuspec + "file", new XAttribute("src", "**"), new XAttribute("target", string.Empty)))));
    }

    private static string Value(string manifest, string key) =>
        Regex.Match(manifest, $@"^\s*{key}\s*=\s*'((?:[^']|'')*)'", RegexOptions.Multiline) is { Success: true } match
            ? match.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal)
            : throw new TaskFailedException($"Skydive.psd1 has no {key}");

    private static string List(string manifest, string key) =>
        Regex.Match(manifest, $@"^\s*{key}\s*=\s*@\((.*?)\)", RegexOptions.Multiline | RegexOptions.Singleline) is { Success: true } match
            ? match.Groups[1].Value
            : throw new TaskFailedException($"Skydive.psd1 has no {key}");

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex CommandName();
}
