namespace Skydive.Contracts.Tests;

/// <summary>What Skydive itself answered, kept in the test assembly.</summary>
internal static class GoldenFile
{
    public static string Read(string name)
    {
        using var stream = typeof(GoldenFile).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
