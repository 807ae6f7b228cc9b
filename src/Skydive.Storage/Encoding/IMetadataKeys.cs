namespace Skydive.Storage.Encoding;

/// <summary>Numbers for the metadata keys that occur again and again.</summary>
internal interface IMetadataKeys
{
    /// <summary>The number of a key, which it gets now if it has none; 0 when it is to be written as text.</summary>
    /// <param name="key">The key.</param>
    int GetOrAdd(string key);

    /// <summary>The key with a number; null when there is none.</summary>
    /// <param name="number">The number.</param>
    string? Find(uint number);
}
