using Skydive.Storage.Encoding;

namespace Skydive.Storage.Tests.Encoding;

/// <summary>Numbers for the first keys that come, text for the others.</summary>
internal sealed class FixedKeys(int capacity) : IMetadataKeys
{
    private readonly List<string> _keys = [];

    public int GetOrAdd(string key)
    {
        int index = _keys.IndexOf(key);
        if (index < 0 && _keys.Count < capacity)
        {
            index = _keys.Count;
            _keys.Add(key);
        }

        return index + 1;
    }

    public string? Find(uint number) => number > 0 && number <= _keys.Count ? _keys[(int)number - 1] : null;
}
