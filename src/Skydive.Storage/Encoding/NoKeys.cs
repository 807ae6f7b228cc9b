namespace Skydive.Storage.Encoding;

/// <summary>No numbers for any key: all are written as text.</summary>
internal sealed class NoKeys : IMetadataKeys
{
    public static readonly NoKeys Instance = new();

    private NoKeys()
    {
    }

    /// <inheritdoc/>
    public int GetOrAdd(string key) => 0;

    /// <inheritdoc/>
    public string? Find(uint number) => null;
}
