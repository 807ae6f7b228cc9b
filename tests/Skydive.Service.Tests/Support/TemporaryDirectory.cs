namespace Skydive.Service.Tests.Support;

/// <summary>A folder of the test's own; gone when disposed.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("skydive-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
