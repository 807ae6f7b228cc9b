using System.Collections.Concurrent;

namespace Skydive.Contracts.Metadata;

/// <summary>
/// The keys that maps of one kind may have, for whoever makes many such maps: the keys are sorted once, and maps with the same of them share
/// one array. Safe for use by several threads at once.
/// </summary>
/// <remarks>A map costs the array of its values and itself, and no sorting or comparing of keys.</remarks>
public sealed class MetadataShape
{
    /// <summary>How many keys a shape may have.</summary>
    public const int MaximumKeys = 64;

    // More combinations than any kind of map has; should one have more, the others are made each time.
    private const int MaximumArrays = 1024;

    private readonly string[] _keys;
    private readonly ConcurrentDictionary<ulong, string[]> _arrays = new();

    /// <summary>Makes a shape.</summary>
    /// <param name="keys">The keys in ordinal order, without dots.</param>
    /// <exception cref="ArgumentException">They are not in order, more than <see cref="MaximumKeys"/>, or one has a dot.</exception>
    public MetadataShape(params ReadOnlySpan<string> keys)
    {
        if (keys.Length > MaximumKeys)
        {
            throw new ArgumentException($"a shape has at most {MaximumKeys} keys", nameof(keys));
        }

        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i].Contains('.', StringComparison.Ordinal) || (i > 0 && string.CompareOrdinal(keys[i - 1], keys[i]) >= 0))
            {
                throw new ArgumentException($"{keys[i]} has a dot, or stands after a key that it must stand before", nameof(keys));
            }
        }

        _keys = keys.ToArray();
    }

    /// <summary>How many keys there are.</summary>
    public int Count => _keys.Length;

    /// <summary>Makes a map.</summary>
    /// <param name="values">A value for each key; a null value leaves the key out.</param>
    /// <exception cref="ArgumentException">There are not as many values as keys.</exception>
    public MetadataMap Build(params ReadOnlySpan<MetadataValue> values)
    {
        if (values.Length != _keys.Length)
        {
            throw new ArgumentException($"{values.Length} values for {_keys.Length} keys", nameof(values));
        }

        ulong mask = 0;
        int count = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!values[i].IsNull)
            {
                mask |= 1ul << i;
                count++;
            }
        }

        if (count == 0)
        {
            return MetadataMap.Empty;
        }

        var kept = new MetadataValue[count];
        int next = 0;
        foreach (var value in values)
        {
            if (!value.IsNull)
            {
                kept[next++] = value;
            }
        }

        return new(KeysOf(mask, count), kept);
    }

    private string[] KeysOf(ulong mask, int count)
    {
        if (_arrays.TryGetValue(mask, out string[]? keys))
        {
            return keys;
        }

        keys = new string[count];
        int next = 0;
        for (int i = 0; i < _keys.Length; i++)
        {
            if ((mask & (1ul << i)) != 0)
            {
                keys[next++] = _keys[i];
            }
        }

        return _arrays.Count < MaximumArrays ? _arrays.GetOrAdd(mask, keys) : keys;
    }
}
