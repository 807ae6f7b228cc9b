namespace Skydive.Contracts.Metadata;

/// <summary>
/// Lets maps with the same keys share one key array, as thousands of interfaces do. Bounded: a slot holds the array used last.
/// Safe for use by several threads at once.
/// </summary>
internal sealed class KeyArrayCache
{
    private const int Slots = 1024;

    private readonly string[]?[] _arrays = new string[]?[Slots];

    /// <summary>An array with the given keys, shared when an equal one was asked for before.</summary>
    /// <param name="keys">The keys in ordinal order.</param>
    public string[] Share(IList<string> keys)
    {
        var hash = default(HashCode);
        for (int i = 0; i < keys.Count; i++)
        {
            hash.Add(keys[i], StringComparer.Ordinal);
        }

        ref string[]? slot = ref _arrays[(uint)hash.ToHashCode() % Slots];
        var cached = Volatile.Read(ref slot);
        if (cached is not null && cached.Length == keys.Count)
        {
            int i = 0;
            while (i < cached.Length && string.Equals(cached[i], keys[i], StringComparison.Ordinal))
            {
                i++;
            }

            if (i == cached.Length)
            {
                return cached;
            }
        }

        var array = new string[keys.Count];
        keys.CopyTo(array, 0);
        Volatile.Write(ref slot, array);
        return array;
    }
}
