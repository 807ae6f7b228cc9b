using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Metadata;

/// <summary>
/// An immutable map from keys to metadata values, sorted by key (ordinal). Paths with dots navigate nested maps; a path that meets a list of
/// maps yields the list of what it finds in them.
/// </summary>
/// <remarks>
/// Keys and values are two arrays searched by bisection: a map of an interface (20 keys) takes about 500 bytes, and copies made by
/// <see cref="With(string, MetadataValue)"/> share the key array when the key existed already.
/// </remarks>
[JsonConverter(typeof(MetadataMapJsonConverter))]
public sealed class MetadataMap : IReadOnlyDictionary<string, MetadataValue>, IEquatable<MetadataMap>, IFieldSource
{
    /// <summary>The map without keys.</summary>
    public static readonly MetadataMap Empty = new([], []);

    private readonly string[] _keys;
    private readonly MetadataValue[] _values;

    internal MetadataMap(string[] keys, MetadataValue[] values)
    {
        _keys = keys;
        _values = values;
    }

    /// <inheritdoc/>
    public int Count => _keys.Length;

    /// <summary>The keys in ordinal order.</summary>
    public IEnumerable<string> Keys => _keys;

    /// <summary>The values in the order of their keys.</summary>
    public IEnumerable<MetadataValue> Values => _values;

    /// <summary>The keys in ordinal order, without an enumerator.</summary>
    public ReadOnlySpan<string> KeySpan => _keys;

    /// <summary>The values in the order of <see cref="KeySpan"/>.</summary>
    public ReadOnlySpan<MetadataValue> ValueSpan => _values;

    /// <summary>The value of a key (no path); null when there is none.</summary>
    /// <param name="key">The key.</param>
    public MetadataValue this[string key] => TryGetValue(key, out var value) ? value : default;

    /// <summary>Makes a map of key and value pairs; a later pair wins, keys with dots become nested maps.</summary>
    /// <param name="entries">The pairs.</param>
    public static MetadataMap Create(params ReadOnlySpan<(string Key, MetadataValue Value)> entries)
    {
        var builder = new MetadataBuilder();
        foreach (var (key, value) in entries)
        {
            builder.Set(key, value);
        }

        return builder.Build();
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out MetadataValue value)
    {
        int index = IndexOf(key);
        value = index >= 0 ? _values[index] : default;
        return index >= 0;
    }

    /// <summary>
    /// Finds what a path leads to. A list of maps on the way yields the list of what is found in each, skipping those that lack it.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="value">What was found.</param>
    /// <returns>False when nothing is there.</returns>
    public bool TryGetPath(FieldPath path, out MetadataValue value) => TryGetSegments(path.Segments, out value);

    bool IFieldSource.TryGetField(FieldPath path, out MetadataValue value) => TryGetSegments(path.Segments, out value);

    /// <summary>
    /// A map in which the path leads to the value. Missing maps on the way are made. When a part of the path is a value that is no map,
    /// nothing is overwritten and this same map is returned.
    /// </summary>
    /// <param name="path">The key, with dots for nested maps.</param>
    /// <param name="value">The value.</param>
    /// <returns>This same map when nothing changes.</returns>
    /// <exception cref="ArgumentException">The value would be nested deeper than <see cref="MetadataJson.MaximumDepth"/>.</exception>
    public MetadataMap With(string path, MetadataValue value)
    {
        string[] segments = FieldPath.SplitKey(path);
        if (segments.Length > 1 && segments.Length + value.Depth > MetadataJson.MaximumDepth)
        {
            throw new ArgumentException($"{path} would be nested deeper than {MetadataJson.MaximumDepth} levels", nameof(value));
        }

        return WithSegments(segments, value);
    }

    /// <summary>A map in which keys lead to other values than here, in one copy.</summary>
    /// <param name="values">The values by the place of their keys in <see cref="KeySpan"/>.</param>
    internal MetadataMap WithValues(ReadOnlySpan<(int Index, MetadataValue Value)> values)
    {
        var copy = (MetadataValue[])_values.Clone();
        foreach (var (index, value) in values)
        {
            copy[index] = value;
        }

        return new(_keys, copy);
    }

    /// <summary>A map without what the path leads to, nor the maps that became empty by that.</summary>
    /// <param name="path">The key, with dots for nested maps.</param>
    /// <returns>This same map when nothing was there.</returns>
    /// <exception cref="ArgumentException">The key has more than <see cref="MetadataJson.MaximumDepth"/> parts.</exception>
    public MetadataMap Without(string path) => WithoutSegments(FieldPath.SplitKey(path));

    /// <inheritdoc/>
    public bool Equals(MetadataMap? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        return other is not null
            && (ReferenceEquals(_keys, other._keys) || _keys.AsSpan().SequenceEqual(other._keys))
            && _values.AsSpan().SequenceEqual(other._values);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MetadataMap);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // The first keys tell maps apart well enough, and bound what a hash costs.
        var hash = default(HashCode);
        hash.Add(_keys.Length);
        for (int i = 0; i < Math.Min(_keys.Length, 16); i++)
        {
            hash.Add(_keys[i], StringComparer.Ordinal);
            hash.Add(_values[i]);
        }

        return hash.ToHashCode();
    }

    /// <summary>The map as JSON.</summary>
    public override string ToString() => MetadataJson.ToJson(this);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, MetadataValue>> GetEnumerator()
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            yield return new(_keys[i], _values[i]);
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool TryGetIn(MetadataValue value, ReadOnlySpan<string> segments, out MetadataValue found)
    {
        if (segments.IsEmpty)
        {
            found = value;
            return true;
        }

        if (value.AsMap is { } map)
        {
            return map.TryGetSegments(segments, out found);
        }

        List<MetadataValue>? list = null;
        foreach (var element in value.Elements)
        {
            if (TryGetIn(element, segments, out var inner))
            {
                (list ??= []).Add(inner);
            }
        }

        found = list is null ? default : MetadataValue.List(list);
        return list is not null;
    }

    /// <summary>The place of a key in <see cref="KeySpan"/>; the complement of where it would stand when it is not there.</summary>
    internal int IndexOf(string key)
    {
        int low = 0, high = _keys.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            int order = string.CompareOrdinal(_keys[middle], key);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    private bool TryGetSegments(ReadOnlySpan<string> segments, out MetadataValue value)
    {
        int index = IndexOf(segments[0]);
        if (index < 0)
        {
            value = default;
            return false;
        }

        if (segments.Length == 1)
        {
            value = _values[index];
            return true;
        }

        return TryGetIn(_values[index], segments[1..], out value);
    }

    private MetadataMap WithSegments(ReadOnlySpan<string> segments, MetadataValue value)
    {
        int index = IndexOf(segments[0]);
        if (segments.Length > 1)
        {
            if (index >= 0 && _values[index].AsMap is null)
            {
                return this;
            }

            var inner = index >= 0 ? _values[index].AsMap! : Empty;
            var changed = inner.WithSegments(segments[1..], value);
            if (index >= 0 && ReferenceEquals(inner, changed))
            {
                return this;
            }

            value = changed;
        }

        if (index >= 0)
        {
            if (_values[index].Equals(value))
            {
                return this;
            }

            var values = (MetadataValue[])_values.Clone();
            values[index] = value;
            return new(_keys, values);
        }

        index = ~index;
        var newKeys = new string[_keys.Length + 1];
        var newValues = new MetadataValue[_keys.Length + 1];
        _keys.AsSpan(0, index).CopyTo(newKeys);
        _values.AsSpan(0, index).CopyTo(newValues);
        newKeys[index] = StringCache.Keys.Share(segments[0]);
        newValues[index] = value;
        _keys.AsSpan(index).CopyTo(newKeys.AsSpan(index + 1));
        _values.AsSpan(index).CopyTo(newValues.AsSpan(index + 1));
        return new(newKeys, newValues);
    }

    private MetadataMap WithoutSegments(ReadOnlySpan<string> segments)
    {
        int index = IndexOf(segments[0]);
        if (index < 0)
        {
            return this;
        }

        if (segments.Length > 1)
        {
            if (_values[index].AsMap is not { } inner)
            {
                return this;
            }

            var changed = inner.WithoutSegments(segments[1..]);
            if (ReferenceEquals(inner, changed))
            {
                return this;
            }

            if (changed.Count > 0)
            {
                var values = (MetadataValue[])_values.Clone();
                values[index] = changed;
                return new(_keys, values);
            }
        }

        return Count == 1 ? Empty : new(WithoutItem(_keys, index), WithoutItem(_values, index));
    }

    private static T[] WithoutItem<T>(T[] items, int index)
    {
        var others = new T[items.Length - 1];
        items.AsSpan(0, index).CopyTo(others);
        items.AsSpan(index + 1).CopyTo(others.AsSpan(index));
        return others;
    }
}
