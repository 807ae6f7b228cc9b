namespace Skydive.Storage.Tests.Support;

/// <summary>A directory that is removed with all that is in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("skydive-storage-test-").FullName;

    public string Path { get; }

    public string DatabasePath => System.IO.Path.Combine(Path, "history.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
