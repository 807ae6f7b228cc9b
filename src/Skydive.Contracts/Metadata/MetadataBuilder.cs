namespace Skydive.Contracts.Metadata;

/// <summary>Collects keys and values, then makes a <see cref="MetadataMap"/> of them. Not for use by several threads at once.</summary>
public sealed class MetadataBuilder
{
    private static readonly KeyArrayCache s_keyArrays = new();

    private readonly SortedList<string, object?> _entries;

    /// <summary>Starts empty.</summary>
    public MetadataBuilder() => _entries = new(StringComparer.Ordinal);

    /// <summary>
    /// Sets what a key, with dots for nested maps, leads to. Where a part of the path holds a value that is no map, the value that was set
    /// first stays.
    /// </summary>
    /// <param name="key">The key; empty parts are kept as empty keys.</param>
    /// <param name="value">The value.</param>
    /// <returns>This builder.</returns>
    public MetadataBuilder Set(string key, MetadataValue value)
    {
        if (!key.Contains('.', StringComparison.Ordinal))
        {
            _entries[key] = value;
            return this;
        }

        var builder = this;
        var segments = FieldPath.Parse(key).Segments;
        foreach (string segment in segments[..^1])
        {
            switch (builder._entries.GetValueOrDefault(segment))
            {
                case MetadataBuilder inner:
                    builder = inner;
                    break;
                case MetadataValue { AsMap: { } map }:
                    var copy = new MetadataBuilder();
                    foreach (var (innerKey, innerValue) in map)
                    {
                        copy._entries[innerKey] = innerValue;
                    }

                    builder._entries[segment] = copy;
                    builder = copy;
                    break;
                case null:
                    var added = new MetadataBuilder();
                    builder._entries[segment] = added;
                    builder = added;
                    break;
                default:
                    return this;
            }
        }

        builder._entries[segments[^1]] = value;
        return this;
    }

    /// <summary>Sets a key unless the value is null.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>This builder.</returns>
    public MetadataBuilder SetIfNotNull(string key, MetadataValue value) => value.IsNull ? this : Set(key, value);

    /// <summary>Makes the map.</summary>
    public MetadataMap Build()
    {
        if (_entries.Count == 0)
        {
            return MetadataMap.Empty;
        }

        var values = new MetadataValue[_entries.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _entries.Values[i] is MetadataBuilder inner ? inner.Build() : (MetadataValue)_entries.Values[i]!;
        }

        return new(s_keyArrays.Share(_entries.Keys), values);
    }
}
