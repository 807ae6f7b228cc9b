namespace Skydive.Contracts.Metadata;

/// <summary>
/// Lets maps with the same keys share one key array, as thousands of interfaces do. Bounded: a slot holds the array used last, and arrays
/// that are long or have long keys are not kept. Safe for use by several threads at once.
/// </summary>
internal sealed class KeyArrayCache
{
    private const int Slots = 1024;
    private const int MaximumKeys = 64;
    private const int MaximumKeyLength = 64;

    private readonly string[]?[] _arrays = new string[]?[Slots];

    /// <summary>An array with the given keys, shared when an equal one was asked for before.</summary>
    /// <param name="keys">The keys in ordinal order.</param>
    public string[] Share(ReadOnlySpan<string> keys)
    {
        if (keys.Length > MaximumKeys)
        {
            return keys.ToArray();
        }

        // A few characters of each key tell the maps of real systems apart; where they do not, an array is not shared.
        uint hash = (uint)keys.Length;
        foreach (string key in keys)
        {
            if (key.Length > MaximumKeyLength)
            {
                return keys.ToArray();
            }

            uint part = key.Length == 0 ? 0u : ((uint)key[0] << 16) ^ ((uint)key[key.Length >> 1] << 8) ^ key[^1];
            hash = ((hash * 31) + part + (uint)key.Length) * 0x9e3779b1;
        }

        ref string[]? slot = ref _arrays[(hash >> 16) % Slots];
        if (Volatile.Read(ref slot) is { } cached && keys.SequenceEqual(cached))
        {
            return cached;
        }

        string[] array = keys.ToArray();
        Volatile.Write(ref slot, array);
        return array;
    }
}
